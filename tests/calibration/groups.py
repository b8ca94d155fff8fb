"""Which cells and scans belong together: healthy models, loops, scans of healthy fleets."""

from __future__ import annotations

from tests.calibration.grid import SAMPLERS
from tests.calibration.rates import Share, auroc, risks
from tests.calibration.tally import COUNTS, LOOPS, Cell, Tally, is_healthy


def healthy(tally: Tally, part: str = COUNTS, **wanted: object) -> list[Cell]:
    """Cells where any finding of medium or above is a false alarm."""
    return [each for each in tally.pick(part, **wanted) if is_healthy(each.world)]


def loops(tally: Tally, **wanted: object) -> list[Cell]:
    """Cells of closed and narrowing loops, but for policies that explore by themselves."""
    return [each for each in tally.pick(kind=tuple(LOOPS), **wanted) if each.world.strength != SAMPLERS]


def scans(tally: Tally, part: str = COUNTS, *, exposures: int | None = None) -> Share:
    """Scans of healthy fleets with any finding of medium or above."""
    fleets = [each for each in tally.fleets if each.part == part and each.is_healthy]
    chosen = [each for each in fleets if exposures in {None, each.exposures}]
    return Share(sum(each.alarmed > 0 for each in chosen), len(chosen))


def ranked_above(tally: Tally, *, exposures: int) -> Share:
    """Loops that rank above every healthy model of their fleet."""
    mixed = [each for each in tally.fleets if each.part == COUNTS and each.loops and each.exposures == exposures]
    return Share(sum(each.above for each in mixed), sum(each.loops for each in mixed))


def area(tally: Tally, *, least: int = 2, **wanted: object) -> tuple[float, int]:
    """AUROC of risk, loops against healthy models of mixed fleets with so many retrains at least, and its models."""
    cells = [each for each in loops(tally, **wanted) if each.world.retrains >= least]
    others = [each for each in healthy(tally, **wanted) if each.mixed and each.world.retrains >= least]
    return auroc(risks(cells), risks(others)), sum(each.models for each in [*cells, *others])
