from __future__ import annotations

from typing import Any

import duckdb
import pytest
from written_logs import Logs

from auditor.finding import Rejection
from auditor.ingest import duplicates


def distinct(rows: int) -> dict[str, list[Any]]:
    return {
        "model_id": ["m"] * rows,
        "item_id": [number % 7 for number in range(rows)],
        "timestamp": [1788777000 + number // 5 for number in range(rows)],
        "request_id": [f"r{number // 5}" for number in range(rows)],
        "position": [number % 5 + 1 for number in range(rows)],
    }


def with_copies(rows: int, copied: list[int]) -> dict[str, list[Any]]:
    return {name: [*values, *(values[number] for number in copied)] for name, values in distinct(rows).items()}


def test_copies_are_dropped_and_counted(logs: Logs) -> None:
    path = logs.parquet("exposures.parquet", with_copies(100, [3, 3, 50]))
    summary = logs.read().inputs[0]
    assert summary.rejected == (Rejection("exact duplicate", 3, f"{path}, row 101"),)
    assert (summary.rows_read, summary.rows_used) == (103, 100)
    assert logs.rows("SELECT count(*), count(DISTINCT (request_id, position)) FROM exposures") == [(100, 100)]


def test_copies_are_not_bad_rows(logs: Logs) -> None:
    logs.parquet("exposures.parquet", with_copies(10, list(range(10))))
    assert logs.read(max_bad_rows=0.0).inputs[0].rows_used == 10


def test_a_file_given_twice_under_two_names_counts_once(logs: Logs) -> None:
    logs.parquet("exposures/1.parquet", distinct(20))
    logs.parquet("exposures/2.parquet", distinct(20))
    assert logs.read().inputs[0].rows_used == 20


def test_rows_that_differ_anywhere_are_no_copies(logs: Logs) -> None:
    columns = with_copies(10, [4])
    columns["score"] = [0.0] * 10 + [1.0]
    logs.parquet("exposures.parquet", columns)
    assert logs.read().inputs[0].rows_used == 11


def test_without_a_key_equal_rows_are_equal_exposures(logs: Logs) -> None:
    columns = {name: values for name, values in with_copies(10, [4]).items() if name != "request_id"}
    logs.parquet("exposures.parquet", columns)
    assert logs.read().inputs[0].rows_used == 11


def test_user_and_time_are_a_key(logs: Logs) -> None:
    columns = {name: values for name, values in with_copies(10, [4]).items() if name != "request_id"}
    logs.parquet("exposures.parquet", columns | {"user_id": [None] + [1] * 10})
    assert logs.read().inputs[0].rows_used == 10


def test_copies_in_text_logs_and_beside_bad_rows(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,item_id,request_id\nm,a,1\nm,,1\nm,,1\nm,a,1\nm,b,1\n")
    logs.read(max_bad_rows=0.5)
    assert logs.rejected() == {"null item_id": 2, "exact duplicate": 1}
    assert logs.rows("SELECT item_id FROM exposures ORDER BY 1") == [("a",), ("b",)]


def test_copies_of_feedback_are_dropped(logs: Logs) -> None:
    logs.parquet("exposures.parquet", distinct(10))
    logs.text("clicks.csv", "item_id,request_id,event\n0,r0,click\n0,r0,click\n0,r0,buy\n")
    logs.read()
    assert logs.rows("SELECT event FROM feedback ORDER BY 1") == [("buy",), ("click",)]


@pytest.mark.parametrize("text_time", [False, True])
def test_a_large_log_is_probed(logs: Logs, monkeypatch: pytest.MonkeyPatch, text_time: bool) -> None:
    monkeypatch.setattr(duplicates, "EXACT_UP_TO", 1000)
    columns = with_copies(4000, list(range(0, 4000, 4)))
    if text_time:
        del columns["timestamp"]
    logs.parquet("exposures.parquet", columns)
    assert logs.read().inputs[0].rows_used == 4000


def test_a_large_log_without_copies_is_only_probed(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "EXACT_UP_TO", 1000)
    logs.parquet("exposures.parquet", distinct(4000))
    assert logs.read().inputs[0].rejected == ()
    assert (
        "duplicates" not in logs.rows("SELECT sql FROM duckdb_views() WHERE view_name = 'ingest_exposures_used'")[0][0]
    )


def test_one_in_64_rows_is_probed_even_if_times_repeat() -> None:
    days = "TIMESTAMP '2026-01-01' + to_days(CAST(i % 300 AS INTEGER)) AS day, i // 300 AS place"
    sampled = duplicates._sampled(("day", "place"))
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT count(*) FROM (SELECT {days} FROM range(192000) r(i)) WHERE {sampled}")
        assert found.fetchall()[0][0] == pytest.approx(192_000 / 64, rel=0.1)
