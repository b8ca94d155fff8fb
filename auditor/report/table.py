"""The report for a terminal: headline, ranked models, their findings, and what could not be said."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from math import inf

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from auditor.finding import Report
from auditor.report.details import details, words
from auditor.report.layout import Layout
from auditor.report.outline import (
    NOTHING_FOUND,
    SkipGroup,
    left_out,
    nothing_found,
    reading,
    rejections,
    skip_groups,
)
from auditor.report.ranking import ranking

NARROWEST = 40
SKIP_LINES = 12


def to_table(report: Report, layout: Layout) -> str:
    """The report as lines no longer than `layout.width` (but at least 40 columns), all names whole."""
    file = StringIO()
    console = _console(file, layout)
    for part in _parts(report, layout, console):
        console.print(part)
    text = file.getvalue()
    return text if layout.color else "".join(f"{line.rstrip()}\n" for line in text.split("\n")[:-1])


def _console(file: StringIO, layout: Layout) -> Console:
    return Console(
        file=file,
        width=max(layout.width, NARROWEST),
        color_system="standard" if layout.color else None,
        force_terminal=layout.color,
        no_color=not layout.color,
        force_jupyter=False,
        legacy_windows=False,
        markup=False,
        highlight=False,
        emoji=False,
    )


def _parts(report: Report, layout: Layout, console: Console) -> Iterator[RenderableType]:
    yield _headline(report, layout)
    yield _reading(report, layout)
    if report.models:
        yield Text()
        yield ranking(report.models, layout)
    yield from details(report, layout)
    if nothing_found(report):
        yield Text(f"\n{NOTHING_FOUND}", "green")
    yield from _section("What could not be said", _skips(report, layout), console, SKIP_LINES)
    for title, lines in (
        ("Rows not used", rejections(report)),
        ("Warnings", report.warnings),
        ("Not shown", left_out(report)),
    ):
        yield from _section(title, [words(line, layout) for line in lines], console)


def _headline(report: Report, layout: Layout) -> Text:
    headline = words(report.summary.line, layout)
    headline.stylize("bold red" if report.summary.starved else "bold")
    return headline


def _reading(report: Report, layout: Layout) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for topic, text in reading(report):
        grid.add_row(topic, words(text, layout))
    return grid


def _section(title: str, entries: list[Text], console: Console, room: float = inf) -> Iterator[Text]:
    """Entries with hanging indent below their title: as many as `room` lines hold, the rest is counted."""
    for i, entry in enumerate(entries):
        if i == 0:
            yield Text(f"\n{title}", "bold")
        lines = entry.wrap(console, console.width - 4, overflow="fold")
        room -= len(lines)
        if room < 1 and i > 0:
            yield Text(f"  and {len(entries) - i:,} more, all of them in --format json", "dim")
            return
        yield Text("  ").append_text(Text("\n    ").join(lines))


def _skips(report: Report, layout: Layout) -> list[Text]:
    return [_skip(group, len(report.models), layout) for group in skip_groups(report)]


def _skip(group: SkipGroup, models: int, layout: Layout) -> Text:
    text = Text(layout.plain(group.detector)).append(": ").append_text(words(group.reason, layout))
    text.append(f" ({layout.plain(group.who(models))})", "dim")
    if group.unlock:
        text.append(f" {layout.signs.arrow} ", "green").append_text(words(group.unlock, layout))
    return text
