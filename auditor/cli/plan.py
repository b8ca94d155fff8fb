"""`audit plan`: how much exploration would cure what a scan finds, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated

from typer import Exit, Option

from auditor.cli import LogOptions, Texts, grouped
from auditor.cli.output import ExitCode, emit, layout, paint, say
from auditor.cli.progress import progress
from auditor.errors import AuditError

if TYPE_CHECKING:
    from auditor.plan import Plan
    from auditor.report.layout import Layout

STDOUT = "-"


class PlanFormat(StrEnum):
    """The formats of a plan."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


SUFFIXES = {
    ".txt": PlanFormat.TABLE,
    ".json": PlanFormat.JSON,
    ".md": PlanFormat.MARKDOWN,
    ".markdown": PlanFormat.MARKDOWN,
}


@dataclass(frozen=True)
class PlanOptions:
    """What to plan, and where to write it."""

    days: Annotated[int, Option(metavar="D", min=1, help="Days in which every outcome is to be fed.")] = 28
    model: Annotated[Texts, Option("--model", metavar="NAME", help="Plan for this model. Repeatable.")] = None
    all_models: Annotated[bool, Option("--all-models", help="Plan for the healthy ones, too.")] = False
    format: Annotated[PlanFormat | None, Option(help="Format of standard output.  [table]")] = None
    output: Annotated[
        Texts,
        Option("--output", "-o", metavar="FILE", help="Write here, in the format of the suffix. Repeatable."),
    ] = None

    @property
    def files(self) -> dict[str, PlanFormat]:
        """What to write besides standard output, in which format. Raises AuditError for what could not be written."""
        paths = [path for path in self.output or () if path != STDOUT]
        return {path: _format_of(path) for path in paths}

    def shown(self, quiet: bool) -> PlanFormat | None:
        """The format of standard output, or None where only files are wanted."""
        asked = self.format or STDOUT in (self.output or ()) or not (self.output and quiet)
        return (self.format or PlanFormat.TABLE) if asked else None


@grouped
def plan(options: LogOptions, wanted: PlanOptions) -> None:
    """Plan how much exploration each model that is starved or at risk needs, so that every outcome is fed in D days.

    Which outcomes to feed first, what it costs in expected clicks, and what to log besides. Exit codes: 0 planned, or
    there is nothing to plan; 2 it could not be done; 3 nothing could be audited; 130 interrupted.
    """
    logs, settings, files = options.logs(), options.settings(), wanted.files
    from auditor.plan import Asked
    from auditor.scan import plan as plan_fleet

    asked = Asked(wanted.days, tuple(wanted.model or ()), wanted.all_models)
    made = plan_fleet(logs, settings, progress(options.quiet), asked)
    _write(made, files)
    if made.models or made.unplanned or not options.quiet:
        _tell(made, wanted.shown(options.quiet), options.color)
    raise Exit(ExitCode.CLEAN if made.models or made.report.summary.audited else ExitCode.NOTHING_AUDITED)


def _write(made: Plan, files: dict[str, PlanFormat]) -> None:
    from auditor.report import write
    from auditor.report.layout import Layout

    for path, kind in files.items():
        write(path, _text(made, kind, Layout()))


def _tell(made: Plan, shown: PlanFormat | None, color: bool | None) -> None:
    if shown is not None:
        emit(_text(made, shown, layout(color)))
    for warning in made.report.warnings:
        say(f"audit: warning: {warning}")
    say(f"audit: {made.report.summary.line}; planned for {len(made.models):,}")


def _text(made: Plan, kind: PlanFormat, look: Layout) -> str:
    if kind is PlanFormat.TABLE:
        from auditor.report.plan_table import parts

        return paint(look, *parts(made, look))
    if kind is PlanFormat.MARKDOWN:
        from auditor.report.plan_markdown import to_markdown

        return to_markdown(made)
    from auditor.report.plan_json import to_json

    return to_json(made)


def _format_of(path: str) -> PlanFormat:
    suffix = PurePath(path).suffix.lower()
    if suffix not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise AuditError(f"{path}: its suffix names no format of a plan.", f"Known suffixes: {known}.")
    if Path(path).is_dir():
        raise AuditError(f"{path} is a folder.", "Name a file in it.")
    if not Path(path).absolute().parent.is_dir():
        raise AuditError(f"{path}: there is no folder {Path(path).parent}.", "Create it, or write elsewhere.")
    return SUFFIXES[suffix]
