"""The plot in the README: how often loops are called starved, by volume and by exploration, beside false alarms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log10

from tests.calibration.groups import healthy
from tests.calibration.rates import AT_RISK, Share, verdict
from tests.calibration.svg import Axes, Series, page
from tests.calibration.tally import Cell, Tally

ENOUGH_RETRAINS = (4, 6)
FEWEST = 20  # models under which no point is drawn
SHARES = (0.0, 0.01, 0.02, 0.05, 0.1)
VOLUMES = (50_000, 500_000)


@dataclass(frozen=True)
class Point:
    """One share at one place of the axis."""

    at: float
    share: Share


def picture(tally: Tally) -> str:
    """Two panels: by exposures an outcome, and by exploration."""
    return page(
        "Share of simulated models by verdict, with 95 % intervals",
        [by_volume(tally), by_exploration(tally)],
        note="4 and 6 retrains. Left: all worlds of the grid without exploration. Right: greedy loops, 1,000 "
        "outcomes, 50,000 and 500,000 exposures.",
    )


def by_volume(tally: Tally) -> Axes:
    """Closed loops, urns and healthy models by exposures an outcome and retrain."""
    closed = list(tally.pick(kind="closed", retrains=ENOUGH_RETRAINS))
    urns = list(tally.pick(strength="exponent 1", retrains=ENOUGH_RETRAINS))
    nulls = healthy(tally, retrains=ENOUGH_RETRAINS)
    lines = [
        _series("closed loops: starved", "starved", closed, ["starved"]),
        _series("urns of exponent 1: at risk or worse", "risk", urns, AT_RISK),
        _series("healthy models: at risk or worse", "healthy", nulls, AT_RISK),
    ]
    ticks = [(log10(each), f"{each:,g}") for each in (0.25, 2.5, 25, 250, 2_500, 50_000)]
    return Axes("exposures an outcome and retrain", ticks, lines)


def by_exploration(tally: Tally) -> Axes:
    """Greedy loops by the share of their exposures that is randomised."""
    wanted = {"name": "greedy, top 20", "items": 1_000, "retrains": ENOUGH_RETRAINS, "exposures": VOLUMES}
    cells = list(tally.pick(**wanted))
    lines = []
    for label, style, column in (("logged", "starved", "policy column"), ("not logged", "risk", "no policy column")):
        points = [Point(float(i), verdict(_explored(cells, each, column), "starved")) for i, each in enumerate(SHARES)]
        lines.append(Series(f"exploration {label}: starved", style, _drawn(points)))
    return Axes("exposures that are randomised", [(float(i), f"{each:.0%}") for i, each in enumerate(SHARES)], lines)


def _explored(cells: Sequence[Cell], share: float, column: str) -> list[Cell]:
    strength = f"explores {share:.0%}, {column}" if share else ""
    return [each for each in cells if each.world.strength == strength]


def _series(label: str, style: str, cells: Sequence[Cell], verdicts: Iterable[str]) -> Series:
    evens = sorted({each.world.exposures / each.world.items for each in cells})
    points = [Point(log10(even), verdict(_at(cells, even), *verdicts)) for even in evens]
    return Series(label, style, _drawn(points))


def _at(cells: Iterable[Cell], even: float) -> list[Cell]:
    return [each for each in cells if each.world.exposures / each.world.items == even]


def _drawn(points: Iterable[Point]) -> list[tuple[float, float, float, float]]:
    """Place, share, and both ends of its interval."""
    return [(each.at, each.share.value, each.share.low, each.share.high) for each in points if each.share.of >= FEWEST]
