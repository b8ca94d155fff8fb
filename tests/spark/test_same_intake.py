"""Logs of every shape are read alike by DuckDB and by Spark: the same rows used, left out and attributed."""

from __future__ import annotations

from datetime import UTC, timedelta

import numpy as np
import pyarrow as pa
from alike import assert_alike, audited_twice
from drawn_logs import QUICK, ROWS, exposures, feedback, write

from auditor.opening import LogPaths


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
    times = [
        "{:%Y-%m-%dT%H:%M:%S.%f}", "{:%Y-%m-%d %H:%M:%S}Z", "{:%Y-%m-%dT%H:%M:%S}+02:00", "{:%Y-%m-%d}",
        "{:%Y-%m-%d %H:%M:%S.%f}", "{:%Y-%m-%d %H:%M:%S}.5", "{:%Y-%m-%d %H:%M:%S}.250+02",
    ]  # fmt: skip
    log["timestamp"] = [times[row % len(times)].format(time) for row, time in enumerate(log["timestamp"])]
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


def test_what_spark_itself_does_not_write(spark, monkeypatch, tmp_path):
    rng = np.random.default_rng(7)
    log = exposures(rng)
    clicks = feedback(log, rng, "request_id")
    log["timestamp"] = pa.array(log["timestamp"]).cast(pa.timestamp("ns"))
    log["policy"] = pa.nulls(ROWS)
    log |= {"audit_file": ["mine"] * ROWS, "row_id": [7] * ROWS, "c1": ["mine"] * ROWS, "nested.name`": [[1]] * ROWS}
    write(tmp_path, "exposures", log, parts=2)
    write(tmp_path, "clicks", clicks)

    given = assert_read_alike(tmp_path, monkeypatch).inputs[0]
    assert "policy" not in {use.canonical for use in given.columns}
    assert {"audit_file", "row_id", "c1", "nested.name`"} == set(given.unused_columns)
