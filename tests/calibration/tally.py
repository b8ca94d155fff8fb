"""From records to counts by cell: all that the tables need, small enough to be kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.finding import Severity, Verdict
from tests.calibration.grid import SAMPLERS
from tests.calibration.records import Record, World

ALARM = frozenset({Severity.MEDIUM.value, Severity.HIGH.value})
COUNTS, ROWS, DAMAGED = "counts", "rows", "damaged"
LOOPS = frozenset({"closed", "narrowing"})
ENOUGH_RETRAINS = 4
VERDICTS = [each.value for each in Verdict]


@dataclass
class Cell:
    """Models of one world in one kind of fleet: in `part` ('counts' or 'rows'), among healthy models alone or not.

    `heard` counts findings by detector and severity, `alarmed` the models with a finding of medium or above that is
    none of those that their world expects; of `told` models the explored share was known and told, `within` a
    third of the truth.
    """

    part: str
    mixed: bool
    world: World
    models: int = 0
    alarmed: int = 0
    told: int = 0
    within: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    risks: Counter[float] = field(default_factory=Counter)
    heard: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, record: Record) -> None:
        """Counts one more model."""
        self.models += 1
        self.alarmed += bool(alarms(record))
        self.verdicts[record.verdict] += 1
        self.risks[record.risk or 0.0] += 1
        for detector, said in record.heard.items():
            if said != "silent":
                self.heard[detector][said] += 1
        told, truth = record.told.get("explored"), record.truth.get("explored", 0.0)
        if truth > 0 and told is not None:
            self.told += 1
            self.within += abs(told - truth) <= truth / 3


@dataclass
class Fleet:
    """One scan: how many models, how many of them healthy or loops, how many with a false alarm.

    `loops` are those with retrains enough to be known as such, and that do not explore by themselves; `above` is the
    number of them that rank above every healthy model.
    """

    part: str
    exposures: int
    models: int
    healthy: int
    loops: int
    alarmed: int
    above: int

    @property
    def is_healthy(self) -> bool:
        """Whether there is nothing to find in any of its models."""
        return self.healthy == self.models


@dataclass
class Tally:
    """All cells and all scans of a run."""

    cells: dict[tuple[str, bool, World], Cell] = field(default_factory=dict)
    fleets: list[Fleet] = field(default_factory=list)

    def add(self, part: str, records: Sequence[Record]) -> None:
        """Counts the models of one fleet."""
        fleet = _fleet(part, records)
        self.fleets.append(fleet)
        for record in records:
            key = part, not fleet.is_healthy, record.world
            self.cells.setdefault(key, Cell(*key)).add(record)

    def pick(self, part: str = "counts", **wanted: Any) -> Iterator[Cell]:
        """The cells of a part whose world has the attributes `wanted`; a tuple names several values."""
        for cell in self.cells.values():
            if cell.part == part and all(_is(getattr(cell.world, name), value) for name, value in wanted.items()):
                yield cell


def is_healthy(world: World) -> bool:
    """Whether any finding of medium or above is a false alarm there."""
    return world.kind in {"null", "explored"} and not world.expects


def alarms(record: Record) -> list[str]:
    """The detectors that raised a false alarm on a model."""
    if record.world.kind in LOOPS:
        return []
    return [each for each, said in record.heard.items() if said in ALARM and each not in record.world.expects]


def by_fleet(records: Iterable[Record]) -> Iterator[list[Record]]:
    """The records of each fleet, in the order in which fleets begin."""
    fleets: dict[int, list[Record]] = {}
    for record in records:
        fleets.setdefault(record.fleet, []).append(record)
    yield from fleets.values()


def _fleet(part: str, records: Sequence[Record]) -> Fleet:
    healthy = [each for each in records if is_healthy(each.world)]
    loops = [each for each in records if _must_be_found(each.world)]
    first = min(map(_place, healthy), default=(len(VERDICTS), 0.0))
    exposures = {each.world.exposures for each in records}
    return Fleet(
        part,
        exposures.pop() if len(exposures) == 1 else 0,
        len(records),
        len(healthy),
        len(loops),
        sum(bool(alarms(each)) for each in records),
        sum(_place(each) < first for each in loops),
    )


def _must_be_found(world: World) -> bool:
    return world.kind in LOOPS and world.strength != SAMPLERS and world.retrains >= ENOUGH_RETRAINS


def _place(record: Record) -> tuple[int, float]:
    """What a report ranks by: verdict, then risk."""
    return VERDICTS.index(record.verdict), -(record.risk or 0.0)


def _is(value: Any, wanted: Any) -> bool:
    return value in wanted if isinstance(wanted, tuple) else value == wanted
