"""The ranked table of models, as the terminal shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rich.box import SIMPLE_HEAD, Box
from rich.table import Table
from rich.text import Text

from auditor.finding import ModelReport, Verdict
from auditor.report.figures import count, estimate, percent, whole
from auditor.report.layout import Layout
from auditor.report.name import Name

STYLES = {
    Verdict.STARVED: "bold red",
    Verdict.AT_RISK: "yellow",
    Verdict.HEALTHY: "green",
    Verdict.NOT_AUDITABLE: "dim",
}
ASCII_SIMPLE_HEAD = Box("    \n    \n -- \n    \n    \n    \n    \n    \n", ascii=True)  # as in rich.box


@dataclass(frozen=True)
class Column:
    """A column of figures, shown from `width` columns of terminal on."""

    title: str
    cell: Callable[[ModelReport], str]
    width: int = 0
    justify: Literal["left", "right"] = "right"


def _aligned(cells: list[str]) -> list[str]:
    """Cells whose first words end below each other: numbers with their intervals after them."""
    parts = [cell.partition(" ") for cell in cells]
    width = max((len(first) for first, _, _ in parts), default=0)
    return [f"{first:>{width}}{gap}{rest}" for first, gap, rest in parts]


def _measure(model: ModelReport, detector: str, name: str) -> object:
    return model.measures.get(detector, {}).get(name)


def _explores(model: ModelReport) -> str:
    keys = ("exploration", "exploration_low", "exploration_high")
    value, bounds = estimate("share", *(_measure(model, "outcome-starvation", key) for key in keys))
    return f"{value} {bounds}".rstrip()


VERDICT_FROM = 110  # narrower, the verdict is a heading over its models: the columns go to their names
COLUMNS = (
    Column("risk", lambda model: whole(model.risk)),
    Column("exposures", lambda model: count(model.exposures), width=72),
    Column("outcomes", lambda model: count(model.outcomes), width=72),
    Column("explores", _explores, justify="left"),
    Column("unfed", lambda model: percent(_measure(model, "outcome-starvation", "starved_excess"))),
    Column("effective", lambda model: percent(_measure(model, "impression-gini", "effective_share")), 120),
)


def verdict_text(verdict: Verdict, layout: Layout) -> Text:
    """A verdict with its sign, in its colour."""
    return Text(f"{layout.signs.verdicts[verdict]} {verdict.value}", STYLES[verdict])


def ranking(models: tuple[ModelReport, ...], layout: Layout) -> Table:
    """All models in their order. Names fold, with the figures beside their last line; they are never cut."""
    columns = [column for column in COLUMNS if layout.width >= column.width]
    grouped = layout.width < VERDICT_FROM
    table = _empty(columns, grouped, layout)
    figures = list(zip(*(_aligned([column.cell(model) for model in models]) for column in columns), strict=True))
    for before, model, row in zip((None, *models), models, figures, strict=False):
        if grouped and (before is None or before.verdict != model.verdict):
            table.add_row("", verdict_text(model.verdict, layout))
        verdict = [] if grouped else [verdict_text(model.verdict, layout)]
        name = Name(layout.plain(model.model_id))
        table.add_row(str(model.rank), name, *verdict, *row)
    return table


def _empty(columns: list[Column], grouped: bool, layout: Layout) -> Table:
    box = SIMPLE_HEAD if layout.unicode else ASCII_SIMPLE_HEAD
    table = Table(
        box=box,
        show_edge=False,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        header_style="dim",
        border_style="dim",
    )
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("model")
    if not grouped:
        table.add_column("verdict", no_wrap=True, vertical="bottom")
    for column in columns:
        table.add_column(column.title, justify=column.justify, no_wrap=True, vertical="bottom")
    return table
