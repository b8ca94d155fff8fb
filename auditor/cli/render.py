"""`audit render`: a saved report in another format."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from auditor.cli.output import emit, layout
from auditor.errors import AuditError
from auditor.finding import Severity

STANDARD_STREAM = "-"


def render(
    report: Annotated[str, typer.Argument(metavar="REPORT.json", help="A JSON report; - is standard input.")],
    output: Annotated[
        list[str] | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write here, in the format of the suffix. Repeatable."),
    ] = None,
    format: Annotated[  # noqa: A002 - the word that is typed
        str | None, typer.Option("--format", help="table, json, jsonl or markdown, on standard output.")
    ] = None,
    min_severity: Annotated[
        Severity, typer.Option("--min-severity", help="Leave out milder findings; they are counted.")
    ] = Severity.LOW,
) -> None:
    """Turn a saved JSON report into another format: as a table here, or into files with -o."""
    from auditor import report as reports

    files = [path for path in output or [] if path != STANDARD_STREAM]
    formats = [reports.format_of(path) for path in files]
    saved = reports.from_json(_read(report), "standard input" if report == STANDARD_STREAM else report)
    texts = [reports.render(saved, name, min_severity=min_severity) for name in formats]
    payload = ""
    if format or not output or STANDARD_STREAM in output:
        payload = reports.render(saved, format or "table", min_severity=min_severity, **asdict(layout()))
    for path, text in zip(files, texts, strict=True):
        reports.write(path, text)
    emit(payload)


def _read(path: str) -> str:
    """The text of a file, or of standard input; a byte-order mark is passed over."""
    try:
        data = sys.stdin.buffer.read() if path == STANDARD_STREAM else Path(path).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise AuditError(f"{path}: cannot be read: {error.strerror}", "Name a saved JSON report.") from None
    except UnicodeDecodeError:
        hint = "Name a saved JSON report: `audit scan ... -o report.json` writes one."
        raise AuditError(f"{path}: is not UTF-8 text, so it is no JSON report", hint) from None
