"""Fleets that are written as logs: which models are in one log, and what is done to it before it is scanned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from auditor.simulate import POLICY_DEFAULTS, ModelSpec
from tests.calibration.records import World
from tests.calibration.row_worlds import DAMAGED, FAULTS, HEALTHY, LOGGED, NEAR_MISSES, OPEN, SECOND, Spec

LABELLED = frozenset({"approval", "classifier"})
BESIDE_THE_SPEC = ("donor", "tilt")


@dataclass(frozen=True)
class Size:
    """Exposures a retrain, outcomes, retrains."""

    exposures: int
    items: int
    retrains: int


@dataclass(frozen=True)
class Cell:
    """A world, and the spec of its models.

    `donor` is the share of another model's clicks that also count as this one's. `tilt` is the share of clicks lost on
    own rows in the first retrain and on random rows in the last, fading towards the other end: so rates part.
    """

    world: World
    spec: Spec
    donor: float = 0.0
    tilt: float = 0.0


@dataclass(frozen=True)
class Damage:
    """What is done to a log: `spec` changes its models, `edit` its files (`row_damage.EDITS`), `settings` the scan."""

    name: str = ""
    spec: Spec = field(default_factory=dict)
    edit: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Fleet:
    """Models that are written into one log and scanned together."""

    cells: Sequence[Cell]
    damage: Damage = field(default_factory=Damage)


DAMAGES = (
    Damage(),
    Damage("no policy column", {"log_policy": False}),
    Damage("no versions, cut every 7 days", {"log_version": False}, settings={"retrain_every": "7d"}),
    Damage("no versions", {"log_version": False}),
    Damage("10 % of clicks lost", {"log_lost": 0.1}),
    Damage("50 % of clicks lost", {"log_lost": 0.5}),
    Damage("10 % of rows twice", {"log_duplicates": 0.1}),
    Damage("10 % of rows twice, a second apart", edit="a tenth of rows twice, a second apart"),
    Damage("exposures logged only on click", {"log_only_clicked": True}),
    Damage("no catalogue", edit="no catalogue"),
    Damage("no users", {"users": 0}),
    Damage("no timestamps", edit="no timestamps"),
    Damage("no feedback log", edit="no feedback log"),
    Damage("feedback an hour early", edit="feedback an hour early"),
    Damage("no feedback for a fifth of the days", edit="no feedback for a fifth of the days"),
)
"""Damage() is the same log whole."""


def healthy(size: Size, models: int, turn: int = 0) -> Fleet:
    """So many models of all kinds that have no closed loop, with every optional column; `turn` picks second events."""
    kinds = [("null", *one) for one in HEALTHY.items()] + [("explored", *one) for one in OPEN.items()]
    kinds = [one for one in kinds if is_known(one[2])]
    return Fleet([_sound(*kinds[i % len(kinds)], size, turn + i // len(kinds)) for i in range(models)])


def faults(size: Size, parts: int = 2) -> Iterator[Fleet]:
    """Every fault at every strength and every near-miss, dealt out to so many fleets.

    In small ones, as the audit looks at fewer users, or at less of them, the more rows a fleet has.
    """
    cells = [*_positives(size), *_near_misses(size)]
    return (Fleet(cells[part::parts]) for part in range(parts))


def damaged(size: Size, times: int, damage: Damage) -> Fleet:
    """Closed, narrowing, explored and healthy models, so many of each, in a damaged log."""
    cells = [
        _cell(name, kind, size, spec, expects=expects, damage=damage.name)
        for name, (kind, expects, spec) in DAMAGED.items()
    ]
    return Fleet(cells * times, damage)


def is_known(spec: Spec) -> bool:
    """Whether the simulator can make it."""
    fields = {*ModelSpec.__dataclass_fields__, *BESIDE_THE_SPEC}
    return spec["policy"] in POLICY_DEFAULTS and set(spec) <= fields


def _sound(kind: str, name: str, spec: Spec, size: Size, turn: int) -> Cell:
    second = {} if spec["policy"] in LABELLED else SECOND[turn % len(SECOND)]
    return _cell(name, kind, size, {**LOGGED, **second, **spec})


def _positives(size: Size) -> Iterator[Cell]:
    for name, fault in FAULTS.items():
        for strength, stronger in fault.strengths.items():
            yield _cell(name, fault.kind, size, {**fault.spec, **stronger}, strength=strength, expects=fault.expects)


def _near_misses(size: Size) -> Iterator[Cell]:
    return (_cell(name, kind, size, spec) for name, (kind, spec) in NEAR_MISSES.items())


def _cell(
    name: str, kind: str, size: Size, given: Spec, *, strength: str = "", expects: Iterable[str] = (), damage: str = ""
) -> Cell:
    """Labelled models have their own number of outcomes."""
    beside = {key: given[key] for key in BESIDE_THE_SPEC if key in given}
    spec = {key: value for key, value in given.items() if key not in beside}
    sizes = {"exposures": size.exposures, "retrains": size.retrains}
    if spec["policy"] not in LABELLED:
        sizes["items"] = size.items
    made = ModelSpec("made", **{**sizes, **spec})
    world = World(name, kind, size.exposures, made.items, size.retrains, strength, damage, tuple(expects))
    return Cell(world, {**sizes, **spec}, **beside)
