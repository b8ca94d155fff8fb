"""How tables are laid out: cells grouped by what their world is, a column a volume, all in Markdown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from tests.calibration.grid import VOLUMES
from tests.calibration.rates import Share, heard, percent
from tests.calibration.tally import ALARM, Cell

Table = Iterator[Sequence[str]]
Rate = Callable[[Sequence[Cell]], Share]
VOLUME_TITLES = [f"{volume:,}" for volume in VOLUMES]
ANY = ("low", *sorted(ALARM))


def markdown(rows: Iterable[Sequence[str]]) -> str:
    """Rows as a table, the first being its titles; nothing where there are no others."""
    titles, *lines = [list(row) for row in rows]
    if not lines:
        return ""
    return "\n".join("| " + " | ".join(row) + " |" for row in [titles, ["---"] * len(titles), *lines])


def grouped(cells: Iterable[Cell], *names: str) -> Iterator[tuple[tuple[Any, ...], list[Cell]]]:
    """Cells by attributes of their world, in the order in which they come."""
    groups: defaultdict[tuple[Any, ...], list[Cell]] = defaultdict(list)
    for cell in cells:
        groups[tuple(getattr(cell.world, name) for name in names)].append(cell)
    yield from groups.items()


def by_world(cells: Iterable[Cell]) -> list[list[Cell]]:
    """Cells of the same world, whatever fleet they were in."""
    groups: defaultdict[Any, list[Cell]] = defaultdict(list)
    for cell in cells:
        groups[cell.world].append(cell)
    return list(groups.values())


def at(cells: Iterable[Cell], volume: int) -> list[Cell]:
    """The cells of one volume."""
    return [each for each in cells if each.world.exposures == volume]


def by_volume(cells: Sequence[Cell], rate: Rate) -> list[str]:
    """A rate at each volume."""
    return [str(rate(at(cells, volume))) for volume in VOLUMES]


def medium_and_any(cells: Sequence[Cell], detector: str) -> str:
    """Share with a finding of medium or above, and of any severity."""
    medium, some = heard(cells, detector), heard(cells, detector, ANY)
    return f"{percent(medium.value)}/{percent(some.value)}" if some.of else "-"


def numbers(*values: int) -> list[str]:
    """Whole numbers for people."""
    return [f"{value:,}" for value in values]
