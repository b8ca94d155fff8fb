"""Report -> text. One file a format; what a format needs is imported when it is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import PurePath
from typing import Any

from auditor.errors import AuditError
from auditor.finding import Report, Severity
from auditor.report.decode import as_saved, from_json
from auditor.report.encode import to_json, to_jsonl
from auditor.report.file import write
from auditor.report.layout import Layout
from auditor.report.visible import visible

__all__ = [
    "FORMATS", "ROUNDED", "SUFFIXES", "as_saved", "format_of", "from_json", "render", "schema", "to_json", "write",
]  # fmt: skip


def _table(report: Report, layout: Layout) -> str:
    from auditor.report.table import to_table

    return to_table(report, layout)


def _markdown(report: Report, _: Layout) -> str:
    from auditor.report.markdown import to_markdown

    return to_markdown(report)


FORMATS: Mapping[str, Callable[[Report, Layout], str]] = {
    "table": _table,
    "json": lambda report, _: to_json(report),
    "jsonl": lambda report, _: to_jsonl(report),
    "markdown": _markdown,
}
ROUNDED = frozenset({"json", "jsonl"})
"""Formats that round what they tell themselves."""
SUFFIXES: Mapping[str, str] = {
    ".txt": "table",
    ".json": "json",
    ".jsonl": "jsonl",
    ".md": "markdown",
    ".markdown": "markdown",
}


def render(
    report: Report,
    format: str,  # noqa: A002 - the word that the command line uses
    *,
    width: int = 80,
    color: bool = False,
    min_severity: Severity = Severity.LOW,
    unicode: bool = True,
) -> str:
    """`report` in one of FORMATS, ending with a newline unless empty (JSON lines without findings).

    `width` (columns), `color` and `unicode` matter to the terminal's table alone. Findings below
    `min_severity` are left out and counted. Raises AuditError for an unknown format.
    """
    if format not in FORMATS:
        raise AuditError(f"There is no format {format!r}.", f"Formats: {', '.join(FORMATS)}.")
    return FORMATS[format](visible(report, min_severity), Layout(width, color, unicode))


def format_of(path: PurePath | str) -> str:
    """The format that the suffix of `path` names; raises AuditError where it names none."""
    suffix = PurePath(path).suffix.lower()
    if suffix not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise AuditError(f"{path}: its suffix names no report format.", f"Known suffixes: {known}.")
    return SUFFIXES[suffix]


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the JSON report; `$defs/line` is that of one line of JSON lines."""
    text = files(__package__).joinpath("schema.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document
