"""Power: what is said of loops, by volume, size, exploration and detector."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.detectors import BATTERY
from tests.calibration.grid import VOLUMES
from tests.calibration.groups import area, healthy
from tests.calibration.lay_out import ANY, VOLUME_TITLES, Table, at, by_volume, grouped, medium_and_any, numbers
from tests.calibration.rates import AT_RISK, Share, heard, percent, verdict, within_a_third
from tests.calibration.tally import LOOPS, Cell, Tally

CANNOT_TELL = "cannot tell"
ENOUGH_RETRAINS = (4, 6)
SIZES = (100, 1_000, 20_000)


def power(tally: Tally) -> Table:
    """One row a loop and size, a column a volume."""
    yield ["loop", "strength", "outcomes", "retrains", *VOLUME_TITLES]
    cells = tally.pick(kind=tuple(LOOPS))
    for (name, strength, items, retrains), found in grouped(cells, "name", "strength", "items", "retrains"):
        nulls = healthy(tally, items=items, retrains=retrains)
        said = [_power(at(found, volume), at(nulls, volume)) for volume in VOLUMES]
        yield [name, strength, *numbers(items, retrains), *said]


def power_by_detector(tally: Tally) -> Table:
    """One row a loop and volume, a column a detector that counts can reach."""
    cells = list(tally.pick(kind=tuple(LOOPS), retrains=ENOUGH_RETRAINS))
    reached = [each.id for each in BATTERY if heard(cells, each.id, ANY).count]
    yield ["loop", "strength", "exposures", *reached]
    for (name, strength), some in grouped(cells, "name", "strength"):
        for volume in VOLUMES:
            found = at(some, volume)
            yield [name, strength, *numbers(volume), *(medium_and_any(found, each) for each in reached)]


def opened(tally: Tally) -> Table:
    """One row an explored share and size, a column a volume."""
    yield ["loop", "explored", "outcomes", *VOLUME_TITLES]
    cells = tally.pick(kind="explored", retrains=ENOUGH_RETRAINS)
    for (name, strength, items), found in grouped(cells, "name", "strength", "items"):
        yield [name, strength, *numbers(items), *(_verdicts(at(found, volume)) for volume in VOLUMES)]


def implied(tally: Tally) -> Table:
    """One row a share that is not logged, outcomes and retrains."""
    yield ["explored", "outcomes", "retrains", *VOLUME_TITLES, "all"]
    cells = [each for each in tally.pick(kind="explored") if each.world.strength.endswith("no policy column")]
    for (strength, items, retrains), found in grouped(cells, "strength", "items", "retrains"):
        yield [strength, *numbers(items, retrains), *by_volume(found, within_a_third), str(within_a_third(found))]


def areas(tally: Tally) -> Table:
    """AUROC by retrains, outcomes and volume."""
    yield ["retrains", "outcomes", *VOLUME_TITLES, "all"]
    for retrains in (2, 4, 6):
        for items in (*SIZES, SIZES):
            cells = {"retrains": retrains, "items": items}
            found = [area(tally, exposures=volume, **cells) for volume in VOLUMES] + [area(tally, **cells)]
            size = "all" if items is SIZES else f"{items:,}"
            yield [str(retrains), size, *(f"{value:.3f}" if n else "-" for value, n in found)]


def told_apart(loop: Share, null: Share) -> bool:
    """Whether what is said of a loop can be told from what is said of healthy models."""
    return loop.of > 0 and null.of > 0 and loop.low > null.high


def _power(cells: Sequence[Cell], nulls: Sequence[Cell]) -> str:
    found = verdict(cells, *AT_RISK)
    if not found.of:
        return "-"
    said = f"{found}, {percent(verdict(cells, 'starved').value)} (n={found.of})"
    return said if told_apart(found, verdict(nulls, *AT_RISK)) else f"{CANNOT_TELL}: {said}"


def _verdicts(cells: Sequence[Cell]) -> str:
    found = [verdict(cells, one) for one in (*AT_RISK, "not auditable")]
    return " / ".join(percent(each.value) for each in found) + f" (n={found[0].of})" if found[0].of else "-"
