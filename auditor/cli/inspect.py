"""`audit inspect`: what was given, what it was taken for, and what each detector could say of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

from typer import Option

from auditor.cli import LogOptions, grouped
from auditor.cli.output import TableFormat, emit, layout, paint
from auditor.cli.progress import progress

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from auditor.auditing import Ability, Inspection
    from auditor.finding import InputSummary
    from auditor.report.layout import Layout

FILES_SHOWN = 3
STYLES = {"yes": "green", "partly": "yellow", "no": "red"}


@dataclass(frozen=True)
class InspectOptions:
    """How to show what is seen."""

    format: Annotated[TableFormat, Option(help="Format of standard output.")] = TableFormat.TABLE


@grouped
def inspect(options: LogOptions, shown: InspectOptions) -> None:
    """Show what the logs are taken for, and what each detector could or could not say of them."""
    logs, settings = options.logs(), options.settings()
    from auditor.scan import inspect as look_into

    seen = look_into(logs, settings, progress(options.quiet))
    if shown.format is TableFormat.JSON:
        emit(json.dumps(asdict(seen), indent=2, default=str) + "\n")
    else:
        look = layout(options.color)
        emit(paint(look, *_parts(seen, look)))


def _parts(seen: Inspection, look: Layout) -> Iterator[RenderableType]:
    from rich.text import Text

    for given in seen.inputs:
        yield Text(f"{given.role}: {given.rows_used:,} of {given.rows_read:,} rows, {given.format}", "bold")
        yield _facts(_input(given), look)
        yield Text()
    yield Text("together", "bold")
    yield _facts(_together(seen), look)
    yield Text("\ndetectors", "bold")
    yield _abilities(seen.abilities, look)


def _input(given: InputSummary) -> Iterator[tuple[str, str]]:
    more = len(given.files) - FILES_SHOWN
    yield "files", ", ".join(given.files[:FILES_SHOWN]) + (f", and {more:,} more" if more > 0 else "")
    exact = [use.canonical for use in given.columns if use.column == use.canonical]
    if exact:
        yield "columns", ", ".join(exact)
    for use in given.columns:
        if use.column != use.canonical:
            yield "columns", f"{use.canonical} is their {use.column} ({use.how})"
    if given.unused_columns:
        yield "not used", ", ".join(given.unused_columns)
    for rejection in given.rejected:
        example = f" ({rejection.example})" if rejection.example else ""
        yield "left out", f"{rejection.rows:,} rows: {rejection.reason}{example}"


def _together(seen: Inspection) -> Iterator[tuple[str, str]]:
    facts = {"attribution": seen.attribution, "retrains_from": seen.retrains_from} | dict(seen.window)
    return ((name.replace("_", " "), str(value)) for name, value in facts.items() if value is not None)


def _facts(facts: Iterable[tuple[str, str]], look: Layout) -> Table:
    """Facts below each other; a name is said once for those that follow each other."""
    grid = _grid("dim", "")
    before = ""
    for name, fact in facts:
        grid.add_row("", "" if name == before else look.plain(name), look.plain(fact))
        before = name
    return grid


def _abilities(abilities: Iterable[Ability], look: Layout) -> Table:
    from rich.text import Text

    grid = _grid("", "", "")
    for ability in abilities:
        says = Text(look.plain(ability.says))
        if ability.unlock:
            says.append(f"{' ' if ability.says else ''}{look.signs.arrow} ", "green").append(look.plain(ability.unlock))
        grid.add_row("", look.plain(ability.detector), Text(ability.can, STYLES.get(ability.can, "")), says)
    return grid


def _grid(*styles: str) -> Table:
    """Indented columns, of which the last folds."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=0)
    for style in styles[:-1]:
        grid.add_column(style=style, no_wrap=True)
    grid.add_column(style=styles[-1], overflow="fold")
    return grid
