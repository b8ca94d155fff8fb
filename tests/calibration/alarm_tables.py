"""False alarms: by world, by detector, by scan, and each of them."""

from __future__ import annotations

from auditor.detectors import BATTERY
from tests.calibration.groups import healthy, scans
from tests.calibration.lay_out import VOLUME_TITLES, Table, by_volume, by_world, grouped, numbers
from tests.calibration.rates import alarmed, heard
from tests.calibration.tally import COUNTS, DAMAGED, ROWS, Tally

MIXED = "several"


def false_alarms(tally: Tally) -> Table:
    """One row a healthy world, and one for all of them."""
    yield ["world", "strength", *VOLUME_TITLES, "all"]
    cells = healthy(tally)
    for (name, strength), found in grouped(cells, "name", "strength"):
        yield [name, strength or "null", *by_volume(found, alarmed), str(alarmed(found))]
    yield ["**all**", "", *by_volume(cells, alarmed), str(alarmed(cells))]


def by_detector(tally: Tally) -> Table:
    """One row a detector, at count level and in whole scans."""
    yield ["detector", *VOLUME_TITLES, "all", "whole scans"]
    cells, written = healthy(tally), healthy(tally, ROWS)
    for detector in (each.id for each in BATTERY):
        counted = by_volume(cells, lambda some, detector=detector: heard(some, detector))
        yield [detector, *counted, str(heard(cells, detector)), str(heard(written, detector))]


def every_alarm(tally: Tally) -> Table:
    """One row a cell and detector with a finding of medium or above where there should be none."""
    sizes = ["exposures", "outcomes", "retrains"]
    yield ["part", "world", "strength", *sizes, "damage", "detector", "medium", "high", "models"]
    for part in (COUNTS, ROWS, DAMAGED):
        for cells in by_world(tally.pick(part, kind=("null", "explored"))):
            world = cells[0].world
            for detector in (each.id for each in BATTERY if each.id not in world.expects):
                found = [heard(cells, detector, [severity]) for severity in ("medium", "high")]
                if any(each.count for each in found):
                    size = numbers(world.exposures, world.items, world.retrains)
                    counts = [str(each.count) for each in found] + [str(found[0].of)]
                    yield [part, world.name, world.strength, *size, world.damage, detector, *counts]


def by_scan(tally: Tally) -> Table:
    """Healthy fleets by volume."""
    yield ["fleets", "exposures a retrain", "scans with any finding of medium or above", "scans"]
    for part in (COUNTS, ROWS):
        volumes = sorted({each.exposures for each in tally.fleets if each.part == part and each.is_healthy})
        for volume in [*volumes, None]:
            found = scans(tally, part, exposures=volume)
            if found.of:
                named = "all" if volume is None else f"{volume:,}" if volume else MIXED
                yield [part, named, str(found), str(found.of)]
