from __future__ import annotations

from typing import Any

import pytest
from written_logs import Logs

from auditor.errors import AuditError, NothingToAudit

GOOD = {"model_id": "m", "model_version": "1", "item_id": "a", "timestamp": "2026-09-07", "request_id": "r"}


def csv_of(rows: list[dict[str, str]]) -> str:
    names = list(rows[0])
    return "\n".join([",".join(names), *(",".join(row[name] for name in names) for row in rows)]) + "\n"


def good(number: int, **more: str) -> dict[str, str]:
    return GOOD | {"request_id": f"r{number}"} | more


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("item_id", "", "null item_id"),
        ("model_id", "", "null model_id"),
        ("model_version", "NULL", "null model_version"),
        ("propensity", "0", "propensity outside (0, 1]"),
        ("propensity", "1.01", "propensity outside (0, 1]"),
        ("propensity", "nan", "propensity outside (0, 1]"),
        ("propensity", "3e-310", "propensity below 1e-100"),
        ("propensity", "high", "propensity not a number"),
        ("position", "0", "position below 1"),
        ("position", "1.5", "position not an integer"),
        ("position", "top", "position not an integer"),
        ("position", "99999999999", "position not an integer"),
        ("clicked", "2", "clicked not 0 or 1"),
        ("clicked", "maybe", "clicked not 0 or 1"),
        ("reward", "inf", "reward not finite"),
        ("reward", "much", "reward not a number"),
        ("score", "0,5", "too many columns"),
    ],
)
def test_a_row_of_text_is_rejected_by_name(logs: Logs, column: str, value: str, reason: str) -> None:
    fine = {"propensity": "0.5", "position": "3", "clicked": "1", "reward": "2.5", "score": "-1e-3"}
    rows = [good(number, **fine) for number in range(3)]
    rows[1][column] = value
    logs.text("exposures.csv", csv_of(rows))
    summary = logs.read(max_bad_rows=0.5).inputs[0]
    assert logs.rejected() == {reason: 1}
    assert (summary.rows_read, summary.rows_used) == (3, 2)
    assert logs.rows("SELECT count(*) FROM exposures") == [(2,)]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("item_id", None, "null item_id"),
        ("item_id", "", "null item_id"),
        ("propensity", float("nan"), "propensity outside (0, 1]"),
        ("propensity", -0.5, "propensity outside (0, 1]"),
        ("propensity", 3e-310, "propensity below 1e-100"),
        ("position", 0, "position below 1"),
        ("position", 1.5, "position not an integer"),
        ("position", 2**40, "position not an integer"),
        ("clicked", 3, "clicked not 0 or 1"),
        ("clicked", 0.5, "clicked not 0 or 1"),
        ("reward", float("inf"), "reward not finite"),
    ],
)
def test_a_row_of_parquet_is_rejected_by_name(logs: Logs, column: str, value: Any, reason: str) -> None:
    columns: dict[str, Any] = {"model_id": ["m", "m", "m"], "item_id": ["a", "b", "c"]}
    columns[column] = ["a", value, "c"] if column == "item_id" else [type(value)(1), value, None]
    logs.parquet("exposures.parquet", columns)
    logs.read(max_bad_rows=0.5)
    assert logs.rejected() == {reason: 1}
    assert logs.rows("SELECT count(*) FROM exposures") == [(2,)]


@pytest.mark.parametrize("word", ["", "NA", "nan", "None", "\\N"])
def test_missing_numbers_are_unknown_not_wrong(logs: Logs, word: str) -> None:
    missing = {"position": word, "clicked": word, "reward": word}
    logs.text("exposures.csv", csv_of([good(1, position="1", clicked="0", reward="1"), good(2, **missing)]))
    logs.read()
    assert logs.rows("SELECT position, clicked, reward FROM exposures WHERE request_id = 'r2'") == [(None, None, None)]


@pytest.mark.parametrize(
    ("word", "value"),
    [("1", True), ("0", False), ("True", True), ("f", False), ("YES", True), ("no", False), ("1.0", True)],
)
def test_clicks_are_said_in_many_ways(logs: Logs, word: str, value: bool) -> None:
    logs.text("exposures.csv", csv_of([good(1, clicked=word)]))
    logs.read()
    assert logs.rows("SELECT clicked FROM exposures") == [(value,)]


def test_the_example_names_file_row_and_value_but_no_user(logs: Logs) -> None:
    rows = [good(number, user_id=f"user{number}", pscore="0.5") for number in range(5)]
    rows[3]["pscore"] = "7\x1b[31m"
    path = logs.text("exposures.csv", csv_of(rows))
    (rejection,) = logs.read(max_bad_rows=0.5).inputs[0].rejected
    assert rejection.example == f"{path}, row 4: pscore=7\\x1b[31m item_id=a"
    assert logs.rows("SELECT input, reason, rows, example FROM rejected") == [
        ("exposures", "propensity not a number", 1, rejection.example)
    ]


def test_the_example_of_parquet_names_its_file(logs: Logs) -> None:
    logs.parquet("exposures/1.parquet", {"model_id": ["m", "m"], "item_id": ["a", "b"]})
    path = logs.parquet("exposures/2.parquet", {"model_id": ["m", "m"], "item_id": ["a", None]})
    (rejection,) = logs.read(max_bad_rows=0.5).inputs[0].rejected
    assert rejection.example == f"{path}, row 2: item_id=(null)"


def test_an_example_is_cut(logs: Logs) -> None:
    rows = [good(1), good(2, timestamp="x" * 500, item_id="y" * 500)]
    logs.text("exposures.csv", csv_of(rows))
    (rejection,) = logs.read(max_bad_rows=0.5).inputs[0].rejected
    assert len(rejection.example) <= 200


def test_too_many_bad_rows_stop_the_reading(logs: Logs) -> None:
    logs.text("exposures.csv", csv_of([good(1), good(2), good(3, timestamp="?"), good(4, item_id="")]))
    with pytest.raises(
        AuditError, match=r"2 of 4 rows of the exposures log cannot be used \(50.0%; 1.0% are"
    ) as caught:
        logs.read()
    assert "null item_id, 1 rows, for example" in caught.value.message
    assert "--max-bad-rows 0.5" in caught.value.hint


def test_a_column_of_another_convention_can_be_left_out(logs: Logs) -> None:
    logs.text("exposures.csv", csv_of([good(number, position=str(number)) for number in range(3)]))
    with pytest.raises(AuditError, match="position below 1") as caught:
        logs.read()
    assert "--map position=none" in caught.value.hint
    logs.read(columns={"position": "none"})
    assert logs.rows("SELECT count(*), count(position) FROM exposures") == [(3, 0)]


def test_a_log_without_rows_is_nothing_to_audit(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,item_id\n")
    with pytest.raises(NothingToAudit, match="has columns and no rows"):
        logs.read()


def test_a_parquet_log_without_rows_is_nothing_to_audit(logs: Logs) -> None:
    logs.parquet("exposures.parquet", {"model_id": [], "item_id": []})
    with pytest.raises(NothingToAudit, match="has columns and no rows"):
        logs.read()


def test_a_log_without_a_good_row_is_nothing_to_audit(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,item_id\nm,\nm,\n")
    with pytest.raises(NothingToAudit, match="no row that can be used"):
        logs.read(max_bad_rows=1.0)


def test_feedback_alone_is_nothing_to_audit(logs: Logs) -> None:
    logs.text("clicks.csv", "item_id,request_id\na,r\n")
    with pytest.raises(NothingToAudit, match="clicks alone cannot show what was not clicked"):
        logs.read()


def test_what_was_read_keeps_the_bad_rows(logs: Logs) -> None:
    logs.text("exposures.csv", csv_of([good(1), good(2, item_id=""), good(3)]))
    logs.read(max_bad_rows=0.5)
    assert logs.rows("SELECT request_id, reject_reason FROM exposures_read ORDER BY 1") == [
        ("r1", None),
        ("r2", "null item_id"),
        ("r3", None),
    ]
