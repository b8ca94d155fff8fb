from __future__ import annotations

import subprocess
import sys

import pytest
from fleet_report import finding, fleet_report

from auditor.cli.main import main
from auditor.errors import AuditError, NothingToAudit
from auditor.finding import Severity


@pytest.mark.parametrize(
    ("severity", "fail_on", "code"),
    [
        ("high", "medium", 1),
        ("medium", "medium", 1),
        ("low", "medium", 0),
        ("low", "low", 1),
        ("medium", "high", 0),
        ("high", "none", 0),
    ],
)
def test_findings_as_severe_as_fail_on_are_1(scanned, severity, fail_on, code):
    scanned.report = fleet_report(finding(Severity(severity)))
    assert main(["scan", "logs", "--fail-on", fail_on]) == code


@pytest.mark.parametrize(("status", "code"), [("new", 1), ("ongoing", 1), ("resolved", 0), ("ignored", 0)])
def test_only_live_findings_count(scanned, status, code):
    scanned.report = fleet_report(finding(status=status))
    assert main(["scan", "logs"]) == code


def test_hidden_findings_count(scanned, capsys):
    scanned.report = fleet_report(finding(Severity.LOW), finding(Severity.MEDIUM))
    assert main(["scan", "logs", "--min-severity", "medium"]) == 1
    assert "findings: 1 medium, 1 low (1 not shown)" in capsys.readouterr().err


def test_nothing_audited_is_3(scanned):
    scanned.report = fleet_report(audited=0)
    assert main(["scan", "logs"]) == 3
    scanned.report = fleet_report(finding(), audited=0)
    assert main(["scan", "logs"]) == 1


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (AuditError("a.csv: no item_id", "--map item_id=sku"), 2, "audit: error: a.csv: no item_id\n  hint: --map"),
        (NothingToAudit("no rows"), 3, "audit: error: no rows\n"),
        (KeyboardInterrupt(), 130, "audit: interrupted\n"),
        (RuntimeError("Query interrupted"), 130, "audit: interrupted\n"),
        (ValueError("odd\nvery odd"), 2, "audit: internal error: ValueError: odd (please report"),
        (ZeroDivisionError(), 2, "audit: internal error: ZeroDivisionError (please report"),
    ],
)
def test_a_failure_is_one_message_and_never_1(scanned, capsys, error, code, said):
    scanned.error = error
    assert main(["scan", "logs"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(said)
    assert "Traceback" not in err


def test_a_system_error_says_what_and_where(scanned, capsys, monkeypatch):
    monkeypatch.setattr("auditor.cli.main._discard_stdout", lambda: None)
    scanned.error = PermissionError(13, "Permission denied", "spill/0.tmp")
    assert main(["scan", "logs"]) == 2
    assert capsys.readouterr().err == "audit: error: spill/0.tmp: Permission denied\n"


def test_debug_shows_where(scanned, capsys, monkeypatch):
    monkeypatch.setenv("AUDIT_DEBUG", "1")
    scanned.error = ValueError("odd")
    assert main(["scan", "logs"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_text_in_an_error_does_not_act_on_the_terminal(scanned, capsys):
    scanned.error = AuditError("column '\x1b[31mred\u202e'\nsecond line")
    main(["scan", "logs"])
    assert capsys.readouterr().err == "audit: error: column '\\x1b[31mred\\u202e'\nsecond line\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["scn"],
        ["scan", "logs", "--fnord"],
        ["scan", "logs", "--threads", "many"],
        ["scan", "logs", "--fail-on", "severe"],
        ["scan", "logs", "--format", "pdf"],
        ["scan", "logs", "--map", "item_id"],
        ["scan", "logs", "--map", "=sku"],
        ["scan", "logs", "--policy", "random="],
        ["scan", "logs", "--feedback", "click", "--feedback-is", "label"],
        ["scan", "logs", "--select", "starvation"],
        ["scan", "logs", "--config", "missing.toml"],
        ["scan", "logs", "--model-id"],
        ["detectors", "--format", "markdown"],
        ["explain"],
    ],
)
def test_usage_errors_are_2_and_on_stderr(scanned, capsys, arguments):
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err
    assert "internal error" not in err
    assert scanned.count == 0


def test_scan_without_logs_shows_an_example(capsys):
    assert main(["scan"]) == 2
    assert "audit scan logs/" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "said"), [(["--version"], "audit 0."), (["--help"], "Usage: audit ")])
def test_version_and_help_are_0_and_on_stdout(capsys, arguments, said):
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert out.startswith(said)
    assert err == ""


def test_a_closed_pipe_is_quiet():
    process = subprocess.Popen(
        [sys.executable, "-m", "auditor", "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), said) == (141, b"")
