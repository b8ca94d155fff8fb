from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import duckdb
import pytest
from fleet_report import finding, fleet_report

from auditor.cli.main import main
from auditor.cli.output import emit, is_colorful, layout
from auditor.finding import Severity


@pytest.mark.parametrize("format_name", ["json", "jsonl"])
def test_stdout_is_the_payload_alone(scanned, capsys, format_name):
    scanned.report = fleet_report(finding(), warnings=("the last retrain is short",))
    main(["scan", "logs", "--format", format_name])
    out, err = capsys.readouterr()
    assert json.loads(out)
    assert err == "audit: warning: the last retrain is short\naudit: 1 of 1 audited models; findings: 1 high\n"


def test_the_table_has_the_warnings_so_stderr_does_not(scanned, capsys):
    scanned.report = fleet_report(warnings=("the last retrain is short",))
    main(["scan", "logs"])
    out, err = capsys.readouterr()
    assert "the last retrain is short" in out
    assert err == "audit: 0 of 1 audited models; findings: none\n"


def test_quiet_is_silent_when_clean(scanned, capsys):
    scanned.report = fleet_report(finding(Severity.LOW), warnings=("short",))
    assert main(["scan", "logs", "-q"]) == 0
    assert main(["scan", "logs", "-q", "-o", "a.json"]) == 0
    assert capsys.readouterr() == ("", "")


def test_quiet_is_silent_whatever_was_found_if_nothing_is_to_fail(scanned, capsys):
    scanned.report = fleet_report(finding(), warnings=("short",))
    for more in ([], ["-o", "a.json"], ["-o", "-"], ["--format", "jsonl"]):
        assert main(["scan", "logs", "-q", "--fail-on", "none", *more]) == 0
    assert capsys.readouterr() == ("", "")
    assert json.loads(Path("a.json").read_text())["findings"]
    assert main(["scan", "logs", "-q", "--fail-on", "none", "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["findings"]
    assert err == ""


def test_an_object_that_was_asked_for_is_written_when_clean_and_quiet_too(scanned, capsys):
    scanned.report = fleet_report(finding(Severity.LOW), warnings=("short",))
    assert main(["scan", "logs", "-q", "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["warnings"] == ["short"]
    assert err == ""


@pytest.mark.parametrize("report", [fleet_report(finding()), fleet_report(audited=0)])
def test_quiet_speaks_when_it_is_not_clean(scanned, capsys, report):
    scanned.report = report
    assert main(["scan", "logs", "-q"]) in {1, 3}
    out, err = capsys.readouterr()
    assert "feed" in out
    assert err.startswith("audit: ")


def test_files_are_written_and_the_table_is_still_printed(scanned, capsys):
    scanned.report = fleet_report(finding())
    main(["scan", "logs", "-o", "a.json", "-o", "b.md", "-o", "c.txt"])
    assert json.loads(Path("a.json").read_text())["findings"]
    assert Path("b.md").read_text().startswith("#")
    assert "feed" in capsys.readouterr().out
    assert "\x1b" not in Path("c.txt").read_text()


def test_json_says_the_same_alone_and_beside_what_people_read(scanned):
    scanned.report = fleet_report(finding())
    main(["scan", "logs", "-q", "-o", "a.json"])
    main(["scan", "logs", "-o", "b.json", "-o", "b.md"])
    assert Path("a.json").read_text() == Path("b.json").read_text()


def test_quiet_with_files_leaves_stdout_alone(scanned, capsys):
    scanned.report = fleet_report(finding())
    assert main(["scan", "logs", "-q", "-o", "a.json"]) == 1
    assert Path("a.json").exists()
    out, err = capsys.readouterr()
    assert out == ""
    assert "1 high" in err


@pytest.mark.parametrize("more", [["--format", "json"], ["-o", "-", "--format", "json"]])
def test_files_and_a_format_asked_for(scanned, capsys, more):
    scanned.report = fleet_report(finding())
    main(["scan", "logs", "-q", "-o", "a.md", *more])
    assert json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("path", ["report.pdf", "missing/report.json", "folder.json"])
def test_what_cannot_be_written_is_said_before_the_scan(scanned, capsys, path):
    Path("folder.json").mkdir()
    assert main(["scan", "logs", "-o", path]) == 2
    assert path.split("/")[0] in capsys.readouterr().err
    assert scanned.count == 0


def test_database_is_never_written_over_by_accident(scanned, capsys):
    Path("notes.db").write_text("my notes, longer than a header")
    duckdb.connect("kept.db").close()
    assert main(["scan", "logs", "--database", "notes.db", "--force"]) == 2
    assert "no DuckDB file" in capsys.readouterr().err
    assert main(["scan", "logs", "--database", "kept.db"]) == 2
    assert "--force" in capsys.readouterr().err
    assert scanned.count == 0
    for arguments in (["kept.db", "--force"], ["new.db"]):
        assert main(["scan", "logs", "--database", *arguments]) == 0
        assert scanned.database == Path(arguments[0])


def test_no_colour_where_nobody_looks_and_colour_where_it_is_asked_for(scanned, capsys, monkeypatch):
    main(["scan", "logs"])
    assert "\x1b" not in capsys.readouterr().out
    main(["scan", "logs", "--color"])
    assert "\x1b" in capsys.readouterr().out
    monkeypatch.setenv("FORCE_COLOR", "1")
    main(["scan", "logs", "--no-color"])
    assert "\x1b" not in capsys.readouterr().out


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environ", "color"),
    [
        (Terminal, {}, True),
        (io.StringIO, {}, False),
        (Terminal, {"TERM": "dumb"}, False),
        (Terminal, {"NO_COLOR": "1"}, False),
        (Terminal, {"NO_COLOR": ""}, True),
        (io.StringIO, {"FORCE_COLOR": "1"}, True),
        (io.StringIO, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (io.StringIO, {"TTY_COMPATIBLE": "1"}, True),
        (Terminal, {"TTY_COMPATIBLE": "0"}, False),
    ],
)
def test_colour_conventions(monkeypatch, stream, environ, color):
    for name, value in {"TERM": "xterm", **environ}.items():
        monkeypatch.setenv(name, value)
    assert is_colorful(stream()) is color


@pytest.mark.parametrize(("columns", "width"), [("132", 132), ("0", 80), ("wide", 80), (None, 80)])
def test_width_off_a_terminal_is_columns_else_80(monkeypatch, columns, width):
    with io.TextIOWrapper(io.BytesIO(), encoding="utf-8") as nowhere:
        monkeypatch.setattr(sys, "__stdout__", nowhere)
        if columns is not None:
            monkeypatch.setenv("COLUMNS", columns)
        assert layout().width == width


def test_the_payload_is_utf8_whatever_the_locale(monkeypatch):
    stdout = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    monkeypatch.setattr(sys, "stdout", stdout)
    assert layout().unicode is False
    emit("日本\udc80\n")
    assert stdout.buffer.getvalue() == "日本\\udc80\n".encode()


def test_closed_stdout_is_an_error(scanned, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["scan", "logs"]) == 2
    assert "closed" in capsys.readouterr().err
