"""A slice of the grid, on seeds of its own, agrees with the rates that are published."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from auditor.detectors import BATTERY
from tests.calibration import results
from tests.calibration.agreement import Stratum, agreement
from tests.calibration.counted_runs import scanned
from tests.calibration.grid import CORE, EXPLORED, HEALTHY, LOOPS, MAIN_SIZE, MAIN_VOLUME, Plan
from tests.calibration.tally import ALARM, COUNTS, Cell, Tally, is_healthy

SEED = 2_000_000
LEVEL = 1e-4  # some forty comparisons: all agree but once in hundreds of seeds, and the seed is fixed
SLOTS = (MAIN_SIZE, MAIN_SIZE, (100, 4))
PLANS = (
    Plan(0, 5_000, HEALTHY, SEED, slots=SLOTS),
    Plan(1, 5_000, LOOPS + EXPLORED + HEALTHY, SEED + 1, slots=SLOTS),
    Plan(2, MAIN_VOLUME, CORE * 5 + EXPLORED * 3 + HEALTHY, SEED + 2, slots=SLOTS),
)


@pytest.fixture(scope="module")
def both():
    """The slice, and what is published."""
    tally = Tally()
    for plan in PLANS:
        tally.add(COUNTS, scanned(plan))
    return tally, results.tallied(results.load())


def strata(both, volume: int, holds: Callable[[Cell], bool], count: Callable[[Cell], int]) -> list[Stratum]:
    """The cells that hold: what is counted here and what is published."""
    here, published = both
    found = []
    for key, cell in here.cells.items():
        if cell.world.exposures == volume and holds(cell):
            other = published.cells.get(key, Cell(*key))
            found.append((count(cell), cell.models, count(other), other.models))
    assert sum(models for _, models, _, others in found if others) >= 6
    return found


@pytest.mark.parametrize("volume", [5_000, MAIN_VOLUME])
@pytest.mark.parametrize("kind", ["closed", "narrowing", "explored", "null"])
@pytest.mark.parametrize("verdict", ["starved", "at risk", "healthy", "not auditable"])
def test_verdicts_are_as_frequent_as_published(both, volume, kind, verdict):
    found = strata(both, volume, lambda cell: cell.world.kind == kind, lambda cell: cell.verdicts[verdict])

    assert agreement(found) > LEVEL


@pytest.mark.parametrize("volume", [5_000, MAIN_VOLUME])
def test_false_alarms_are_as_frequent_as_published(both, volume):
    found = strata(both, volume, lambda cell: is_healthy(cell.world), lambda cell: cell.alarmed)

    assert agreement(found) > LEVEL


@pytest.mark.parametrize("detector", [each.id for each in BATTERY])
def test_each_detector_speaks_as_often_as_published(both, detector):
    def raised(cell):
        return sum(cell.heard[detector][severity] for severity in ALARM) if detector in cell.heard else 0

    assert agreement(strata(both, MAIN_VOLUME, lambda cell: cell.models > 0, raised)) > LEVEL


def test_a_verdict_that_is_never_given_would_be_noticed(both):
    found = strata(both, MAIN_VOLUME, lambda cell: cell.world.kind == "closed", lambda cell: cell.verdicts["starved"])

    assert agreement((0, models, other, others) for _, models, other, others in found) < LEVEL
