"""Logs of every shape are read alike by DuckDB and by Spark: the same rows used, left out and attributed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from alike import assert_alike, audited_twice, differences_of, said

from auditor.cli.progress import Silent
from auditor.config import Settings
from auditor.opening import LogPaths
from auditor.report import to_json
from auditor.scan import scan

ROWS = 3_000
START = datetime(2026, 9, 7, 6, 30, 0, 250_000)
QUICK = ("outcome-starvation", "log-integrity", "cross-model-loop")


def exposures(rng, rows=ROWS):
    """Columns of a log of two models and two retrains, in slates of three."""
    request = np.arange(rows) // 3
    return {
        "model_id": np.where(request % 2, "feed", "search").tolist(),
        "model_version": np.where(np.arange(rows) < rows / 2, "v1", "v2").tolist(),
        "item_id": (rng.integers(0, 40, rows) ** 2 // 40).tolist(),
        "timestamp": [START + timedelta(minutes=int(number)) for number in request],
        "request_id": [f"r{number // 2}" for number in request],
        "user_id": [f"u{number % 97}" for number in request],
        "position": (np.arange(rows) % 3 + 1).tolist(),
        "propensity": rng.choice([0.5, 0.125, 0.3, 1.0], rows).tolist(),
        "policy": rng.choice(["greedy", "random", ""], rows, p=[0.8, 0.1, 0.1]).tolist(),
    }


def feedback(log, rng, *columns, delay=timedelta(minutes=2)):
    """Feedback on one exposure in five, some of it twice."""
    rows = rng.choice(len(log["item_id"]), len(log["item_id"]) // 5)
    made = {name: [log[name][row] for row in rows] for name in ("item_id", *columns)}
    made["timestamp"] = [log["timestamp"][row] + delay for row in rows]
    return made


def write(folder, name, columns, parts=1):
    folder.mkdir(parents=True, exist_ok=True)
    table = pa.table(columns)
    size = -(-table.num_rows // parts)
    for part in range(parts):
        pq.write_table(table.slice(part * size, size), folder / f"{name}-{part}.parquet", row_group_size=500)


def assert_read_alike(folder, monkeypatch, **settings):
    both = audited_twice(LogPaths((str(folder),)), monkeypatch, select=QUICK, **settings)
    assert_alike(*both)
    return both[1][0]


def test_requests_shared_by_models_events_and_bad_rows(spark, monkeypatch, tmp_path):
    rng = np.random.default_rng(1)
    log = exposures(rng)
    for row in range(0, 300, 10):
        log["item_id"][row] = None
        log["propensity"][row + 1] = 1.5
        log["position"][row + 2] = 0
    said = feedback(log, rng, "request_id")
    rows = len(said["item_id"])
    said["model_id"] = rng.choice(["feed", "search", None], rows).tolist()
    said["event"] = rng.choice(["click", " Purchase", "hide", None], rows).tolist()
    said["value"] = rng.choice([1.0, 0.0, 12.5, None], rows).tolist()
    said["source"] = rng.choice(["model", "search", None], rows).tolist()
    said["label_source"] = rng.choice(["human", "model", "rule", "nobody", None], rows).tolist()
    write(tmp_path, "exposures", {**log, "note": ["it's"] * ROWS}, parts=3)
    write(tmp_path, "clicks", said, parts=2)

    report = assert_read_alike(tmp_path, monkeypatch, max_bad_rows=0.5)
    reasons = {bad.reason for given in report.inputs for bad in given.rejected}
    assert {"null item_id", "propensity outside (0, 1]", "position below 1"} <= reasons


def test_exposure_ids_partitions_and_copies(spark, monkeypatch, tmp_path):
    rng = np.random.default_rng(2)
    log = exposures(rng)
    del log["policy"]
    log["exposure_id"] = list(range(ROWS))
    log["item_id"] = [f"it'em {number}" for number in log["item_id"]]
    half = ROWS // 2
    for day, rows in (("2026-09-07", slice(0, half)), ("2026-09-08", slice(half - 20, ROWS))):  # twenty rows twice
        write(tmp_path / "exposures" / f"country={day}", "part", {name: log[name][rows] for name in log})
    write(tmp_path, "clicks", feedback(log, rng, "exposure_id"))

    report = assert_read_alike(tmp_path, monkeypatch)
    assert report.window["attribution"] == "exposure_id"


def test_copies_are_dropped(spark, monkeypatch, tmp_path):
    rng = np.random.default_rng(3)
    log = exposures(rng)
    folder = tmp_path / "logs of 100% + ü"
    write(folder, "exposures", {name: values + values[:25] for name, values in log.items()}, parts=2)
    write(folder, "clicks", feedback(log, rng, "request_id"))

    report = assert_read_alike(folder, monkeypatch)
    assert [(bad.reason, bad.rows) for bad in report.inputs[0].rejected] == [("exact duplicate", 25)]


def test_users_and_text_of_all_kinds(spark, monkeypatch, tmp_path):
    rng = np.random.default_rng(4)
    log = exposures(rng)
    del log["request_id"]
    said = feedback(log, rng, "user_id", delay=timedelta(hours=20))
    times = ["{:%Y-%m-%dT%H:%M:%S.%f}", "{:%Y-%m-%d %H:%M:%S}Z", "{:%Y-%m-%dT%H:%M:%S}+02:00", "{:%Y-%m-%d}"]
    log["timestamp"] = [times[row % 4].format(time) for row, time in enumerate(log["timestamp"])]
    log["timestamp"][:3] = ["2026-13-01 00:00:00", "1969-01-01 00:00:00", "nan"]
    log["propensity"] = [str(value) for value in log["propensity"]]
    log["propensity"][3:8] = ["1d", "abc", "NaN", " 0.5 ", "5e-1"]
    log["position"] = [str(value) for value in log["position"]]
    log["position"][8:10] = ["first", "2.5"]
    said["timestamp"] = [time.replace(tzinfo=UTC) for time in said["timestamp"]]
    write(tmp_path, "exposures", log)
    write(tmp_path, "clicks", said)

    report = assert_read_alike(tmp_path, monkeypatch, max_bad_rows=0.5, attribution_window="36h")
    assert report.window["attribution"] == "user_id + item_id"
    assert {"timestamp not parseable", "propensity not a number"} <= {bad.reason for bad in report.inputs[0].rejected}


def test_tables_by_name(spark, monkeypatch, tmp_path):
    rng = np.random.default_rng(6)
    log = exposures(rng)
    write(tmp_path / "logs" / "exposures", "part", log, parts=3)
    write(tmp_path / "logs" / "clicks", "part", feedback(log, rng, "request_id"))
    for name in ("exposures", "clicks"):
        spark.sql(f"CREATE TABLE {name}_table USING parquet LOCATION '{tmp_path / 'logs' / name}'")
    of_files = scan(LogPaths((str(tmp_path / "logs"),)), Settings(select=QUICK), Silent())
    try:
        tables = LogPaths(("table:default.exposures_table",), feedback=("table:clicks_table",))
        of_tables = scan(tables, Settings(engine="spark", select=QUICK), Silent())
    finally:
        for name in ("exposures", "clicks"):
            spark.sql(f"DROP TABLE {name}_table")

    assert [given.files for given in of_tables.inputs] == [
        ("table:default.exposures_table",),
        ("table:clicks_table",),
    ]
    named = replace(of_tables, inputs=of_files.inputs)
    assert not list(differences_of(*(said(json.loads(to_json(one))) for one in (of_files, named))))


def test_clicks_joined_already_and_windows_of_the_calendar(spark, monkeypatch, tmp_path):
    rng = np.random.default_rng(5)
    log = exposures(rng)
    for name in ("model_version", "user_id", "request_id", "propensity"):
        del log[name]
    log["ts"] = [int(time.replace(tzinfo=UTC).timestamp() * 1000) for time in log.pop("timestamp")]
    log["item_id"] = [float(number) for number in log["item_id"]]
    log["clicked"] = rng.choice(["yes", "no", "1", "0", None], ROWS).tolist()
    log["reward"] = rng.choice([0.0, 2.5, float("nan")], ROWS).tolist()
    write(tmp_path, "exposures", log, parts=2)

    report = assert_read_alike(tmp_path, monkeypatch, retrain_every="6h", feedback="click")
    assert report.window["attribution"] == "joined"
