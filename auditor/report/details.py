"""The findings of each model, as the terminal shows them: numbers, what they were held against, remedy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from auditor.finding import Evidence, Finding, ModelReport, Report, Severity
from auditor.report.figures import estimate, label, quantity, volume
from auditor.report.layout import Layout
from auditor.report.outline import day
from auditor.report.ranking import verdict_text
from auditor.report.visible import by_model

INDENT = 4
GAP = 2
LABEL_AT_LEAST = 16
STYLES = {Severity.HIGH: "bold red", Severity.MEDIUM: "yellow", Severity.LOW: "cyan"}


def details(report: Report, layout: Layout) -> Iterator[RenderableType]:
    """For each model with findings, in rank order: its verdict and why, then its findings, worst first.

    A remedy is told once, and where another model needs the same, that one is referred to.
    """
    widths = _widths([e for finding in report.findings for e in finding.evidence], layout)
    first: dict[str, str] = {}
    findings = by_model(report)
    for model in report.models:
        if model.model_id in findings:
            yield _heading(model, findings[model.model_id], layout)
        for finding in findings.get(model.model_id, ()):
            told = first.setdefault(finding.remedy, model.model_id)
            remedy = finding.remedy if told == model.model_id else f"as for {told}"
            yield _finding(finding, remedy, widths, layout)


def words(text: str, layout: Layout) -> Text:
    """Running text: white space closed up, and the rest as plain as all text from a log."""
    return Text(layout.plain(" ".join(text.split())))


def _heading(model: ModelReport, findings: Sequence[Finding], layout: Layout) -> RenderableType:
    name = Text(layout.plain(model.model_id), "bold")
    heading = Text().append(f"\n{model.rank}  ", "dim").append_text(name).append("  ")
    heading.append_text(verdict_text(model.verdict, layout))
    told = not model.why or model.why in {finding.title for finding in findings}
    why = [] if told else [Padding(words(model.why, layout), (0, 0, 0, INDENT))]
    return Group(heading, *why)


def _finding(finding: Finding, remedy: str, widths: Sequence[int | None], layout: Layout) -> RenderableType:
    parts: list[RenderableType] = [_about(finding, layout), words(finding.title, layout)]
    if finding.evidence:
        parts.append(_evidence(finding.evidence, widths, layout))
    if remedy:
        parts.append(_remedy(remedy, layout))
    return Padding(Group(*parts), (1, 0, 0, INDENT))


def _about(finding: Finding, layout: Layout) -> Text:
    about = [f"{finding.confidence.value} confidence"]
    if finding.segment is not None:
        about.append(f"segment {finding.segment}")
    if finding.status != "new":
        about.append(finding.status + (f" since {day(finding.first_seen)}" if finding.first_seen else ""))
    text = Text().append(finding.severity.value, STYLES[finding.severity]).append("  ")
    return text.append(layout.plain(finding.detector)).append(layout.plain(f"  {', '.join(about)}"), "dim")


def _cells(evidence: Evidence) -> tuple[str, ...]:
    unit = evidence.unit
    value, bounds = estimate(unit, evidence.value, evidence.low, evidence.high)
    null = f"chance alone {quantity(evidence.null, unit)}" if evidence.null is not None else ""
    n = f"n={volume(evidence.n)}" if evidence.n is not None else ""
    return label(evidence), value, bounds, null, n


def _widths(evidence: Sequence[Evidence], layout: Layout) -> Sequence[int | None]:
    """One width a column for all findings, so that they stand below each other.

    Labels give first; where that does not suffice, the last column (None) folds what stands in the last two.
    """
    columns = list(zip(*map(_cells, evidence), strict=True)) or [("",)] * 5
    name, *others = (max(map(len, column)) for column in columns)
    room = layout.width - INDENT - sum(others) - GAP * len(others)
    if room >= min(name, LABEL_AT_LEAST):
        return min(name, room), *others
    word = max(len(word) for cell in columns[0] for word in cell.split() or [""])
    return min(word, LABEL_AT_LEAST), *others[:2], None


def _evidence(evidence: Sequence[Evidence], widths: Sequence[int | None], layout: Layout) -> Table:
    grid = Table.grid(padding=(0, GAP, 0, 0), pad_edge=False)
    name, value, bounds, *held_against = widths
    grid.add_column(width=name, overflow="fold")
    grid.add_column(width=value, justify="right", no_wrap=True)
    grid.add_column(width=bounds, no_wrap=True)
    for width in held_against:
        grid.add_column(width=width, overflow="fold", style="dim")
    for cells in map(_cells, evidence):
        row = cells if len(held_against) == 2 else (*cells[:3], ", ".join(filter(None, cells[3:])))
        grid.add_row(*(Text(layout.plain(cell)) for cell in row))
    return grid


def _remedy(remedy: str, layout: Layout) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True, style="green")
    grid.add_column(overflow="fold")
    grid.add_row(layout.signs.arrow, words(remedy, layout))
    return grid
