"""What a log cannot tell, what whole scans find in it, what damage does to it; and the thresholds in force."""

from __future__ import annotations

from auditor.detectors import BATTERY, reasons
from auditor.detectors.thresholds import SHARED
from tests.calibration.lay_out import VOLUME_TITLES, Table, by_volume, by_world, grouped, medium_and_any, numbers
from tests.calibration.rates import AT_RISK, heard, verdict
from tests.calibration.tally import DAMAGED, ROWS, VERDICTS, Tally, is_healthy


def unsaid(tally: Tally) -> Table:
    """Models that are not auditable, by kind, retrains and outcomes."""
    yield ["kind", "retrains", "outcomes", *VOLUME_TITLES]
    cells = sorted(tally.pick(), key=lambda cell: (cell.world.kind, cell.world.retrains, cell.world.items))
    for (kind, retrains, items), found in grouped(cells, "kind", "retrains", "items"):
        yield [kind, *numbers(retrains, items), *by_volume(found, lambda some: verdict(some, "not auditable"))]


def skipped(tally: Tally) -> Table:
    """Where each detector says that the log cannot tell."""
    yield ["detector", *VOLUME_TITLES, "whole scans"]
    cells, written = list(tally.pick()), list(tally.pick(ROWS))
    for detector in (each.id for each in BATTERY):
        counted = by_volume(cells, lambda some, detector=detector: heard(some, detector, ["skipped"]))
        yield [detector, *counted, str(heard(written, detector, ["skipped"]))]


def planted(tally: Tally) -> Table:
    """What whole scans find where something is to be found."""
    titles = ["world", "strength", "exposures", "outcomes", "models", *AT_RISK]
    yield [*titles, "detectors that are right to report it: medium or above/any"]
    for cells in by_world(tally.pick(ROWS)):
        world = cells[0].world
        if is_healthy(world):
            continue
        said = ", ".join(f"{each} {medium_and_any(cells, each)}" for each in world.expects) or "-"
        found = [verdict(cells, one) for one in AT_RISK]
        sizes = numbers(world.exposures, world.items, found[0].of)
        yield [world.name, world.strength, *sizes, *map(str, found), said]


def damaged(tally: Tally) -> Table:
    """Verdicts on damaged logs."""
    yield ["damage", "kind", "world", "exposures", "models", *VERDICTS]
    cells = tally.pick(DAMAGED)
    for (damage, kind, name, volume), found in grouped(cells, "damage", "kind", "name", "exposures"):
        counts = [verdict(found, one) for one in VERDICTS]
        yield [damage, kind, name, *numbers(volume, counts[0].of), *(str(each.count) for each in counts)]


def thresholds() -> Table:
    """Each number that decides a verdict, and why it is that number."""
    yield ["detector", "threshold", "in force", "why"]
    for owner, decided in (("several", SHARED), *((f"`{one.id}`", one.thresholds) for one in BATTERY)):
        for name, value, why in reasons(decided):
            yield [owner, f"`{name}`", f"{value:g}", why.replace("|", "\\|")]
