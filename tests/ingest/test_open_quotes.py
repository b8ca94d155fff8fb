from __future__ import annotations

from collections.abc import Mapping

import pytest
from written_logs import Logs

from auditor.errors import AuditError

HEADER = "model_id,item_id,request_id,title"


def lines(count: int, changed: Mapping[int, str]) -> list[str]:
    """A log of `count` rows; line numbers as in the file, the header is line 1."""
    return [HEADER, *(changed.get(number, f"m,{number},r{number},some text") for number in range(2, count + 2))]


def counts(logs: Logs, rows: list[str], newline: str = "\n") -> tuple[int, int]:
    logs.text("exposures.csv", newline.join(rows) + newline)
    summary = logs.read(max_bad_rows=1.0).inputs[0]
    return summary.rows_read, summary.rows_used


def test_one_open_quote_stops_the_reading_and_names_its_line(logs: Logs) -> None:
    path = logs.text("exposures.csv", "\n".join(lines(20_000, {9_001: '"m,9001,r,t'})) + "\n")
    with pytest.raises(AuditError, match=r"11,001 of 20,000 rows .* cannot be used") as caught:
        logs.read()
    assert f"{path}, line 9001: Value with unterminated quote" in caught.value.message
    assert "Close the quote" in caught.value.hint


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_line_after_an_open_quote_is_counted(logs: Logs, newline: str) -> None:
    assert counts(logs, lines(3_000, {1_001: 'm,"1001,r,t'}), newline) == (3_000, 999)
    assert logs.rejected() == {"malformed line": 2_001}


def test_lines_between_two_open_quotes_are_counted(logs: Logs) -> None:
    assert counts(logs, lines(5_000, {1_001: '"m,1001,r,t', 4_001: '"m,4001,r,t'})) == (5_000, 1_999)
    assert logs.rejected() == {"malformed line": 3_001}


@pytest.mark.parametrize("threads", [1, 2])
def test_swallowed_lines_are_counted_whatever_they_hold(logs: Logs, threads: int) -> None:
    logs.connection.execute(f"SET threads = {threads}")
    rows = [line.replace("some text", "É “😀”").encode() for line in lines(3_000, {1_001: '"m,1001,r,t'})]
    for number in (11, 501, 502, 2_001, 2_500):
        rows[number] = b"m,%d,\xc9t\xe9,t" % number
    logs.text("exposures/1.csv", b"\n".join(rows) + b"\n")
    logs.text("exposures/2.csv.gz", "\n".join(lines(500, {})).replace("m,", "n,") + "\n")
    summary = logs.read(max_bad_rows=0.9).inputs[0]
    assert (summary.rows_read, summary.rows_used) == (3_500, 999 - 3 + 500)
    assert logs.rejected() == {"malformed line": 2_001, "invalid UTF-8": 3}


def test_lines_in_a_quote_that_a_later_line_closes_are_counted(logs: Logs) -> None:
    assert counts(logs, lines(2_000, {501: '"m,501,r,t', 1_501: 'm",1501'})) == (2_000, 999)
    assert logs.rejected() == {"malformed line": 1_000, "too few columns": 1}


def test_a_quote_within_a_line_costs_that_line_alone(logs: Logs) -> None:
    several = {number: f'm,{number},r{number},"two\nlines, and\n\na blank one"' for number in range(100, 200)}
    broken = {50: 'm,"5"x,r,t', 60: "m,60", 70: "m,70,r,t,more", 80: ""}
    assert counts(logs, lines(1_000, several | broken)) == (999, 996)
    assert logs.rejected() == {"malformed line": 1, "too few columns": 1, "too many columns": 1}


@pytest.mark.parametrize("names", [["1.csv", "2.csv", "3.csv"], ["1.csv.gz", "2.csv.gz", "3.csv"]])
@pytest.mark.parametrize("broken", range(3))
@pytest.mark.parametrize("threads", [1, 2])
def test_lines_are_counted_in_each_file(logs: Logs, names: list[str], broken: int, threads: int) -> None:
    logs.connection.execute(f"SET threads = {threads}")
    for place, name in enumerate(names):
        rows = lines(1_000, {501: '"m,501,r,t'} if place == broken else {})
        logs.text(f"exposures/{name}", "\n".join(rows).replace("m,", f"m{place},") + "\n")
    summary = logs.read(max_bad_rows=0.9).inputs[0]
    assert (summary.rows_read, summary.rows_used) == (3_000, 2_499)
    assert [one.example.split(",")[0] for one in summary.rejected] == [str(logs.path(f"exposures/{names[broken]}"))]


@pytest.mark.parametrize("rows", [["m,a\r", "m,b"], ["m,a", "m,b\r"], ["m,a", "m,b\rm,c"]])
def test_mixed_line_ends_are_named(logs: Logs, rows: list[str]) -> None:
    path = logs.text("exposures.csv", "\n".join(["model_id,item_id", *rows * 2]) + "\n")
    with pytest.raises(AuditError, match="mixed line ends") as caught:
        logs.read()
    assert str(path) in caught.value.message
    assert "dos2unix" in caught.value.hint


def test_mixed_line_ends_do_not_matter_to_json(logs: Logs) -> None:
    row = '{"model_id": "m", "item_id": 1}'
    logs.text("exposures.ndjson", f"{row}\r\n{row}\n{row}\r\n{row}\n")
    assert logs.read().inputs[0].rows_used == 4
