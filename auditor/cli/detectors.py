"""`audit detectors`: the battery, one line each."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from auditor.cli.output import TableFormat, emit, layout, paint

if TYPE_CHECKING:
    from auditor.detectors import Detector


def detectors(
    format: Annotated[TableFormat, Option(help="Format of standard output.")] = TableFormat.TABLE,  # noqa: A002
) -> None:
    """List the detectors, one line each."""
    from auditor.detectors import BATTERY

    if format is TableFormat.TABLE:
        emit(_table(BATTERY))
    else:
        emit(json.dumps([_entry(detector) for detector in BATTERY], indent=2, allow_nan=False) + "\n")


def known_thresholds() -> dict[str, dict[str, float]]:
    """The thresholds of each detector of the battery, by its id, at their defaults."""
    from auditor.detectors import BATTERY

    return {detector.id: asdict(detector.thresholds) for detector in BATTERY}


def _entry(detector: Detector) -> dict[str, Any]:
    from auditor.detectors import reasons

    thresholds = [
        {"name": name, "default": default, "reason": reason} for name, default, reason in reasons(detector.thresholds)
    ]
    return {"id": detector.id, "title": detector.title, "thresholds": thresholds}


def _table(battery: tuple[Detector, ...]) -> str:
    from rich.table import Table

    look = layout()
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for detector in battery:
        table.add_row(detector.id, look.plain(detector.title))
    return paint(look, table)
