"""Runs the row-level grid: fleets are written as logs, damaged, and scanned whole, as a user would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from auditor.cli.progress import Silent
from auditor.config import Settings
from auditor.detectors import BATTERY
from auditor.finding import ModelReport, Report
from auditor.opening import LogPaths
from auditor.scan import scan
from auditor.simulate import ModelSpec, write_logs
from tests.calibration import row_damage
from tests.calibration.records import Record, heard_of
from tests.calibration.row_grid import DAMAGES, Cell, Fleet, Size, damaged, faults, healthy

FIRST_SEED, FIRST_SLICE_SEED = 19_000_000, 20_000_000
"""Each fleet's number is its seed, from these on."""

DETECTORS = tuple(each.id for each in BATTERY)
MODELS = 120
SMALL, WIDE, LONG, LARGE = Size(5_000, 100, 4), Size(5_000, 400, 4), Size(5_000, 150, 6), Size(20_000, 400, 6)


def runs(slice: bool) -> Iterator[Record]:  # noqa: A002
    """What was said of every model; a slice is about half a minute's worth, on seeds of its own."""
    first = FIRST_SLICE_SEED if slice else FIRST_SEED
    for number, fleet in enumerate(sliced() if slice else whole()):
        yield from scanned(fleet, first + number)


def whole() -> Iterator[Fleet]:
    """Twenty healthy fleets, every fault and near-miss at two volumes, every kind of damage at both."""
    for turn in range(6):
        for size in (SMALL, WIDE, LONG):
            yield healthy(size, MODELS, turn)
    for turn in range(2):
        yield healthy(LARGE, MODELS, turn)
    for _ in range(8):
        yield from faults(LONG)
    for _ in range(3):
        yield from faults(LARGE)
    for damage in DAMAGES:
        yield damaged(LONG, 3, damage)
        yield damaged(LARGE, 1, damage)


def sliced() -> Iterator[Fleet]:
    """One healthy fleet, one with every fault, and a few kinds of damage."""
    yield healthy(SMALL, MODELS)
    yield from faults(LONG)
    for damage in DAMAGES[:4]:
        yield damaged(LONG, 1, damage)


def scanned(fleet: Fleet, seed: int) -> list[Record]:
    """Writes one fleet, damages it, scans it, and says what was said of each model, in the fleet's order."""
    with TemporaryDirectory() as temporary:
        report = _report(fleet, seed, Path(temporary) / "log")
    findings = sorted(report.findings, key=lambda each: each.severity.order)  # the gravest is heard last
    models = {each.model_id: each for each in report.models}
    records = []
    for name, cell in _named(fleet).items():
        model = models[name]
        heard = heard_of(model, findings, report.skips, DETECTORS)
        truth = {"explored": _explored(cell)}
        records.append(Record(cell.world, seed, name, model.verdict.value, model.risk, heard, truth, _told(model)))
    return records


def models_of(fleet: Fleet) -> Iterator[ModelSpec]:
    """What is simulated, donors of clicks last: they are part of another's world, and have none of their own."""
    named = _named(fleet)
    for name, cell in named.items():
        yield ModelSpec(name, **{**cell.spec, **fleet.damage.spec})
    for name, cell in named.items():
        if cell.donor:
            yield ModelSpec(f"{name} donor", **cell.spec, credited_to=name, credited_share=cell.donor)


def _named(fleet: Fleet) -> dict[str, Cell]:
    return {f"{i:03d} {cell.world.name} {cell.world.strength}".strip(): cell for i, cell in enumerate(fleet.cells)}


def _report(fleet: Fleet, seed: int, folder: Path) -> Report:
    damage = fleet.damage
    write_logs(folder, list(models_of(fleet)), seed)
    row_damage.tilt(folder, {name: cell.tilt for name, cell in _named(fleet).items() if cell.tilt}, seed)
    if damage.edit:
        row_damage.edit(folder, damage.edit, seed)
    return scan(LogPaths((str(folder),)), Settings(threads=1, **damage.settings), Silent())


def _explored(cell: Cell) -> float:
    """The share of exposures that is really drawn at random from all of the catalogue."""
    made = ModelSpec("made", **cell.spec)
    open_ = 1.0 - made.closed_segments / max(1, made.segments)
    return made.explore * made.explore_served * open_


def _told(model: ModelReport) -> dict[str, float | None]:
    return {"explored": model.measures.get("outcome-starvation", {}).get("exploration")}
