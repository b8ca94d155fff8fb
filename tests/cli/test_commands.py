from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.auditing import Ability, Inspection
from auditor.cli.main import main
from auditor.config import DETECTORS
from auditor.detectors import BATTERY
from auditor.finding import ColumnUse, InputSummary, Rejection

COLUMNS = (ColumnUse("timestamp", "timestamp", "exact"), ColumnUse("item_id", "sk\x1bu", "alias"))


@pytest.fixture
def inspected(monkeypatch):
    files = tuple(f"logs/exposures-{i}.parquet" for i in range(5))
    rejected = (Rejection("null item_id", 4, "a.csv, line 7"), Rejection("exact duplicate", 1))
    exposures = InputSummary("exposures", files, "parquet", COLUMNS, ("os",), 10_005, 10_000, rejected)
    abilities = (
        Ability("outcome-starvation", "yes", "starvation", ""),
        Ability("cold-start", "no", "no launch dates", "`available_from`"),
    )
    seen = Inspection(
        (exposures,), "request_id + item_id", "model_version", {"start": "2026-01-01", "end": None}, abilities
    )
    monkeypatch.setattr("auditor.scan.inspect", lambda *_: seen)
    return seen


def test_inspect_says_what_was_taken_for_what(inspected, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    assert main(["inspect", "logs"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    for said in (
        "exposures: 10,000 of 10,005 rows, parquet",
        "logs/exposures-2.parquet, and 2 more",
        "item_id is their sk\\x1bu (alias)",
        "not used  os",
        "4 rows: null item_id (a.csv, line 7)",
        "request_id + item_id",
        "2026-01-01",
        "no launch dates → `available_from`",
    ):
        assert said in out
    assert "None" not in out
    assert "\x1b" not in out


@pytest.mark.parametrize("width", [40, 80])
def test_inspect_fits_its_width_and_cuts_nothing(inspected, capsys, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    main(["inspect", "logs"])
    out = capsys.readouterr().out
    assert max(len(line) for line in out.splitlines()) <= width
    assert "…" not in out


def test_inspect_as_json(inspected, capsys):
    assert main(["inspect", "logs", "--format", "json"]) == 0
    seen = json.loads(capsys.readouterr().out)
    assert seen["inputs"][0]["rows_used"] == 10_000
    assert seen["abilities"][1]["unlock"] == "`available_from`"


def test_the_names_that_can_be_selected_are_those_of_the_battery():
    assert [detector.id for detector in BATTERY] == list(DETECTORS)


def test_detectors_are_one_line_each(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["detectors"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [detector.id for detector in BATTERY]
    assert all(detector.title in line for detector, line in zip(BATTERY, lines, strict=True))


def test_detectors_as_json(capsys):
    main(["detectors", "--format", "json"])
    entries = {entry["id"]: entry for entry in json.loads(capsys.readouterr().out)}
    closed = next(each for each in entries["outcome-starvation"]["thresholds"] if each["name"] == "closed")
    assert closed["default"] == 0.02
    assert closed["reason"]


def test_explain_shows_the_page_and_the_values_in_force(capsys):
    Path("audit.toml").write_text("[detectors.outcome-starvation]\nclosed = 0.031\n")
    assert main(["explain", "outcome-starvation"]) == 0
    page, _, values = capsys.readouterr().out.partition("Values in force\n")
    assert "What it looks for" in page
    by_name = {line.split()[0]: line.split()[1:3] for line in values.splitlines()}
    assert by_name["closed"] == ["0.031", "audit.toml"]
    assert by_name["excess"][1] == "default"


def test_explain_names_the_nearest(capsys):
    assert main(["explain", "outcome-starvatoin"]) == 2
    assert "Did you mean 'outcome-starvation'?" in capsys.readouterr().err
