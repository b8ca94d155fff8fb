"""`audit explain`: the manual page of one detector, with the values in force."""

from __future__ import annotations

import os
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from auditor.cli.detectors import known_thresholds
from auditor.cli.output import emit, layout
from auditor.errors import AuditError

if TYPE_CHECKING:
    from auditor.config import Settings
    from auditor.detectors import Detector


def explain(
    detector_id: Annotated[str, Argument(metavar="ID", help="A detector: audit detectors lists them.")],
    config: Annotated[
        Path | None, Option(metavar="FILE", help="Configuration.  [audit.toml, else pyproject.toml]")
    ] = None,
) -> None:
    """Print the manual page of one detector, with the values in force."""
    from auditor.config import load, nearest
    from auditor.detectors import BATTERY

    battery = {detector.id: detector for detector in BATTERY}
    if detector_id not in battery:
        raise AuditError(f"There is no detector {detector_id!r}.", nearest(detector_id, battery))
    settings = load({}, config=config, environ=os.environ, cwd=Path.cwd(), known_thresholds=known_thresholds)
    look = layout()
    emit("".join(f"{look.plain(line)}\n" for line in _page(battery[detector_id], settings)))


def _page(detector: Detector, settings: Settings) -> Iterator[str]:
    """The manual page, and one heading more."""
    from auditor.detectors import reasons

    yield from (detector.id, "")
    yield from cleandoc(detector.page).splitlines()
    yield from ("", "Values in force")
    values = reasons(detector.tuned(settings.thresholds.get(detector.id, {})))
    width = max((len(name) for name, _, _ in values), default=0)
    for name, value, reason in values:
        source = settings.sources.get(f"thresholds.{detector.id}.{name}", "default")
        first = f"    {name:<{width}}  {value:<6g}  {source:<10}  "
        yield from wrap(reason, 79, initial_indent=first, subsequent_indent=" " * len(first))
    if not values:
        yield "    It has no thresholds."
