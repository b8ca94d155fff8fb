"""A plan as the terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from auditor.plan import ModelPlan, Plan
from auditor.report.details import words
from auditor.report.layout import Layout
from auditor.report.name import Name
from auditor.report.plan_text import COLUMNS, cells, facts, headline
from auditor.report.ranking import ASCII_SIMPLE_HEAD, verdict_text

SHOWN_FROM = {"unfed": 60, "of": 60, "explores": 72, "clicks lost": 96}
"""Columns of terminal from which on a column is shown; the others always are."""
INDENT = 4


def parts(plan: Plan, layout: Layout) -> Iterator[RenderableType]:
    """The headline, a table of the models, and what is to be done for each; every name whole."""
    yield Text(headline(plan), "bold")
    if plan.models:
        yield Text()
        yield _table(plan, layout)
    told: dict[tuple[str, ...], str] = {}
    for model in plan.models:
        yield _model(model, plan.days, told, layout)
    if plan.unplanned:
        yield Text("\nNot planned", "bold")
        yield _facts(((each.model_id, each.reason) for each in plan.unplanned), layout, indent=2)


def _table(plan: Plan, layout: Layout) -> Table:
    table = Table(
        box=SIMPLE_HEAD if layout.unicode else ASCII_SIMPLE_HEAD,
        show_edge=False,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        header_style="dim",
        border_style="dim",
    )
    kept = [title for title in COLUMNS if layout.width >= SHOWN_FROM.get(title, 0)]
    for title in kept:
        name = title == "model"
        table.add_column(title, justify="left" if name else "right", no_wrap=not name, vertical="bottom")
    for model in plan.models:
        row = dict(zip(COLUMNS, cells(model), strict=True))
        table.add_row(*(Name(layout.plain(row[title])) if title == "model" else row[title] for title in kept))
    return table


def _model(model: ModelPlan, days: int, told: dict[tuple[str, ...], str], layout: Layout) -> RenderableType:
    name = Text(layout.plain(model.model_id), "bold")
    heading = Text().append(f"\n{model.rank}  ", "dim").append_text(name).append("  ")
    heading.append_text(verdict_text(model.verdict, layout)).append("\n")
    return Group(heading, _facts(facts(model, days, told), layout, INDENT))


def _facts(pairs: Iterator[tuple[str, str]], layout: Layout, indent: int) -> Padding:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", overflow="fold")
    grid.add_column(overflow="fold")
    before = ""
    for topic, text in pairs:
        grid.add_row(Name("" if topic == before else layout.plain(topic)), words(text, layout))
        before = topic
    return Padding(grid, (0, 0, 0, indent))
