"""`audit scan`: reads logs, runs the detectors, prints the ranked report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Exit, Option

from auditor.cli import LogOptions, Texts, grouped
from auditor.cli.output import ExitCode, emit, layout, say
from auditor.cli.progress import progress
from auditor.errors import AuditError
from auditor.finding import Severity

if TYPE_CHECKING:
    from auditor.config import Settings
    from auditor.finding import Report

STDOUT = "-"
LIVE = ("new", "ongoing")
MAGIC = slice(8, 12)  # of a DuckDB file: after the checksum of its first block
LEVELS = "none|low|medium|high"


@dataclass(frozen=True)
class ReportOptions:
    """What to make of what is found."""

    fail_on: Annotated[str | None, Option(metavar=LEVELS, help="Exit 1 on a finding as severe as this.  [medium]")] = (
        None
    )
    min_severity: Annotated[
        str | None, Option(metavar=LEVELS[5:], help="Leave out milder findings; they are counted.  [low]")
    ] = None
    format: Annotated[
        str | None, Option(metavar="table|json|jsonl|markdown", help="Format of standard output.  [table]")
    ] = None
    output: Annotated[
        Texts,
        Option("--output", "-o", metavar="FILE", help="Write here, in the format of the suffix. Repeatable."),
    ] = None
    database: Annotated[
        Path | None, Option(metavar="FILE", help="Leave the logs as they were read in this DuckDB file.")
    ] = None
    force: Annotated[bool, Option("--force", help="Use a DuckDB file that is there already.")] = False

    @property
    def files(self) -> list[str]:
        """What to write besides standard output."""
        return [path for path in self.output or () if path != STDOUT]

    def shown(self, quiet: bool) -> str | None:
        """The format of standard output, or None where only files are wanted."""
        asked = self.format or STDOUT in (self.output or ()) or not (self.files and quiet)
        return (self.format or "table") if asked else None

    def check(self) -> None:
        """Raises AuditError for whatever could not be written after a long scan."""
        from auditor.report import FORMATS, format_of

        if self.format is not None and self.format not in FORMATS:
            raise AuditError(f"--format: {self.format!r} is not one of {', '.join(FORMATS)}.")
        for path in self.files:
            format_of(path)
            _check_folder(Path(path))
        if self.database is not None:
            _check_folder(self.database)
            _check_database(self.database, self.force)


@grouped
def scan(options: LogOptions, report: ReportOptions) -> None:
    """Audit logs, and print the models ranked: those first that collect feedback only on what they chose.

    Exit codes: 0 nothing as severe as --fail-on; 1 findings; 2 the audit could not be done; 3 nothing could be
    audited; 130 interrupted.
    """
    logs = options.logs()
    settings = options.settings(fail_on=report.fail_on, min_severity=report.min_severity)
    report.check()
    from auditor.report import ROUNDED, as_saved, format_of
    from auditor.scan import scan as audit

    result = audit(logs, settings, progress(options.quiet), report.database)
    shown = report.shown(options.quiet)
    told = {shown, *map(format_of, report.files)} - {None}
    if told - ROUNDED:  # what is told is what a saved report says
        result = as_saved(result)
    code = exit_code(result, settings.fail_on)
    _write(result, report.files, settings)
    if code or not options.quiet:
        _tell(result, settings, shown, options.color)
    elif report.format == "json":  # a program that asked for an object gets one
        _emit(result, settings, shown, options.color)
    raise Exit(code)


def exit_code(report: Report, fail_on: Severity | None) -> ExitCode:
    """Findings, shown or hidden, come before there being little to audit."""
    if any(
        finding.status in LIVE and fail_on is not None and finding.severity.order >= fail_on.order
        for finding in report.findings
    ):
        return ExitCode.FINDINGS
    return ExitCode.CLEAN if report.summary.audited else ExitCode.NOTHING_AUDITED


def _write(report: Report, files: list[str], settings: Settings) -> None:
    from auditor.report import format_of, render, write

    for path in files:
        write(path, render(report, format_of(path), min_severity=settings.min_severity))


def _tell(report: Report, settings: Settings, shown: str | None, color: bool | None) -> None:
    _emit(report, settings, shown, color)
    if shown != "table":  # which has the warnings in it
        for warning in report.warnings:
            say(f"audit: warning: {warning}")
    say(f"audit: {summary(report, settings.min_severity)}")


def _emit(report: Report, settings: Settings, shown: str | None, color: bool | None) -> None:
    from auditor.report import render

    if shown is None:
        return
    look = layout(color)
    emit(
        render(
            report,
            shown,
            width=look.width,
            color=look.color,
            min_severity=settings.min_severity,
            unicode=look.unicode,
        )
    )


def summary(report: Report, min_severity: Severity) -> str:
    """The audit in one line."""
    found = report.summary.findings
    counts = ", ".join(f"{found[level]:,} {level}" for level in reversed(Severity) if found.get(level))
    hidden = sum(finding.severity.order < min_severity.order for finding in report.findings)
    left_out = f" ({hidden:,} not shown)" if hidden else ""
    return f"{report.summary.line}; findings: {counts or 'none'}{left_out}"


def _check_folder(path: Path) -> None:
    if path.is_dir():
        raise AuditError(f"{path} is a folder.", "Name a file in it.")
    if not path.absolute().parent.is_dir():
        raise AuditError(f"{path}: there is no folder {path.parent}.", "Create it, or write elsewhere.")


def _check_database(path: Path, force: bool) -> None:
    if not path.exists():
        return
    with path.open("rb") as file:
        if file.read(MAGIC.stop)[MAGIC] != b"DUCK":
            raise AuditError(f"{path} exists and is no DuckDB file; it is left alone.", "Name a new file.")
    if not force:
        raise AuditError(f"{path} exists.", "Name a new file, or let --force replace the audit's tables in it.")
