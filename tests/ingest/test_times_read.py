from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from written_logs import Logs

from auditor.errors import AuditError
from auditor.ingest.durations import seconds_of
from auditor.ingest.types import unit_of

MOMENT = datetime(2026, 9, 7, 10, 30)
EPOCH = 1788777000


def times(logs: Logs) -> list[Any]:
    logs.read()
    return [value for (value,) in logs.rows('SELECT "timestamp" FROM exposures ORDER BY 1')]


def in_parquet(logs: Logs, values: Any) -> list[Any]:
    logs.parquet("exposures.parquet", {"model_id": ["m"] * len(values), "item_id": range(len(values)), "ts": values})
    return times(logs)


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-07T10:30:00Z",
        "2026-09-07 10:30:00",
        "2026-09-07T16:00:00+05:30",
        "2026-09-07T05:30:00.000-0500",
        "2026-09-07 10:30:00 UTC",
        "2026-09-07 12:30:00 Europe/Berlin",
        "2026-09-07T10:30:00.000000000Z",
        f"{EPOCH}",
        f"{EPOCH}.0",
        f"{EPOCH}000",
        f"{EPOCH}000000",
        f"{EPOCH}000000000",
        f"  {EPOCH} ",
    ],
)
def test_text_is_read_as_utc(logs: Logs, text: str) -> None:
    logs.text("exposures.csv", f"model_id,item_id,timestamp\nm,a,{text}\n")
    assert times(logs) == [MOMENT]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-09-07 10:30:00.5", 0.5),
        ("2026-09-07 10:30:00.000250", 0.00025),
        ("2026-09-07 10:30:01.1234567", 1.123456),
        ("2026-09-07 12:30:00.123+02", 0.123),
        ("2026-09-07 12:30:00.1+0200", 0.1),
        ("2026-09-07 05:00:00.25-05:30", 0.25),
        ("2026-09-07 10:30:00.75Z", 0.75),
        (" 2026-09-07 10:30:00.5", 0.5),
        ("2026-9-7 10:30:0.5", 0.5),
        ("2026-09-07 12:30:00.+02", 0),
        ("2026-09-07 10:30:00. 12", None),
        ("2026-09-07 10:30:00.1+2", None),
        ("2026-09-07 10:30:60.5", None),
        ("2026-09-07 10:30:00.5\t", None),
    ],
)
def test_parts_of_seconds(logs: Logs, text: str, seconds: float | None) -> None:
    logs.text("exposures.csv", f"model_id,item_id,timestamp\nm,a,{text}\nm,b,2026-09-08T10:00:00Z\n")
    logs.read(max_bad_rows=0.5)
    found = logs.rows("SELECT \"timestamp\" FROM exposures WHERE item_id = 'a'")
    assert found == ([] if seconds is None else [(MOMENT + timedelta(seconds=seconds),)])


def test_a_day_is_its_midnight(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,item_id,date\nm,a,20260907\nm,b,20260908\n")
    assert times(logs) == [datetime(2026, 9, 7), datetime(2026, 9, 8)]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([MOMENT], pa.timestamp("us")),
        pa.array([MOMENT], pa.timestamp("ns")),
        pa.array([MOMENT], pa.timestamp("ms")),
        pa.array([MOMENT.replace(tzinfo=UTC)], pa.timestamp("us", tz="America/New_York")),
        pa.array([EPOCH], pa.int64()),
        pa.array([EPOCH], pa.int32()),
        pa.array([EPOCH * 1000], pa.int64()),
        pa.array([EPOCH * 10**6], pa.uint64()),
        pa.array([EPOCH * 10**9], pa.int64()),
        pa.array([float(EPOCH)], pa.float64()),
        pa.array([EPOCH * 1000.0], pa.float64()),
        pa.array(["2026-09-07T10:30:00Z"]),
        pa.array([str(EPOCH)]),
    ],
)
def test_every_type_of_parquet_is_read_as_utc(logs: Logs, column: Any) -> None:
    assert in_parquet(logs, column) == [MOMENT]


def test_a_date_of_parquet_is_its_midnight(logs: Logs) -> None:
    assert in_parquet(logs, pa.array([date(2026, 9, 7)])) == [datetime(2026, 9, 7)]


def test_fractions_of_seconds_are_kept(logs: Logs) -> None:
    assert in_parquet(logs, [EPOCH + 0.25]) == [MOMENT.replace(microsecond=250000)]


def test_the_unit_is_that_of_the_column_not_of_the_row(logs: Logs) -> None:
    values = [EPOCH * 1000 + number for number in range(99)] + [EPOCH]
    assert len(in_parquet(logs, values)) == 99
    assert logs.rejected() == {"timestamp outside 1990-2100": 1}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "null timestamp"),
        ("NaT", "null timestamp"),
        ("yesterday", "timestamp not parseable"),
        ("2026-13-45", "timestamp not parseable"),
        ("1970-01-01", "timestamp outside 1990-2100"),
        ("2222-01-01", "timestamp outside 1990-2100"),
    ],
)
def test_a_time_that_is_none_rejects_its_row(logs: Logs, text: str, reason: str) -> None:
    rows = "m,a,2026-09-07\n" * 3 + f"m,b,{text}\n"
    logs.text("exposures.csv", f"model_id,item_id,timestamp\n{rows}")
    logs.read(max_bad_rows=0.5)
    assert logs.rejected() == {reason: 1}


def test_a_catalogue_may_hold_for_ever(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,item_id\nm,a\n")
    logs.text("catalogue.csv", "item_id,available_from,available_to\na,1900-01-01,9999-12-31\n")
    logs.read()
    assert logs.rows("SELECT available_to FROM catalogue") == [(datetime(9999, 12, 31),)]


def test_a_column_that_is_no_time_is_refused(logs: Logs) -> None:
    logs.parquet("exposures.parquet", {"model_id": ["m"], "item_id": ["a"], "timestamp": [True]})
    with pytest.raises(AuditError, match="BOOLEAN, which is no time"):
        logs.read()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7d", 604800), ("24h", 86400), ("1w", 604800), ("30d", 2592000), ("90s", 90), ("15 min", 900), ("1.5h", 5400)],
)
def test_lengths_of_time(text: str, seconds: int) -> None:
    assert seconds_of(text, "--retrain-every") == seconds


@pytest.mark.parametrize(
    "text", ["", "7", "d", "0d", "-7d", "7 fortnights", "1m", "1e99d", "0.1s", "9999999999w", "9" * 400 + "d"]
)
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(AuditError, match="--retrain-every"):
        seconds_of(text, "--retrain-every")


@pytest.mark.parametrize(
    ("size", "unit"), [(EPOCH, "s"), (EPOCH * 1e3, "ms"), (EPOCH * 1e6, "us"), (EPOCH * 1e9, "ns")]
)
def test_units_by_size(size: float, unit: str) -> None:
    assert unit_of(size) == unit
