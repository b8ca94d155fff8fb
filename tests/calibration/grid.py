"""The count-level grid: which kinds of models there are, of which sizes, and which fleets they are scanned in.

Every fleet has one volume. Its models are of every kind in turn, and each kind goes through the sizes of `SLOTS` from
fleet to fleet, so that no cell is left out or chosen by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.detectors import BATTERY
from auditor.simulate import ModelSpec
from tests.calibration.records import World

FLEET = 120
FIRST_SEED = 12_000_000
VOLUMES = (5_000, 50_000, 500_000, 5_000_000)
MAIN_SIZE = (1_000, 4)
SLOTS = (
    *[MAIN_SIZE] * 8, *[(100, 4)] * 3, *[(1_000, 2)] * 2, *[(1_000, 6)] * 2, (20_000, 4), (100, 2), (20_000, 2),
    (100, 6), (20_000, 6),
)  # fmt: skip
"""Outcomes and retrains; each kind of model meets all of them in as many fleets."""

HEALTHY_FLEETS = {5_000: 30, 50_000: 30, 500_000: 25, 5_000_000: 15}
MIXED_FLEETS = {5_000: 20, 50_000: 20, 500_000: 10, 5_000_000: 10}
MAIN_FLEETS = 10
"""How many fleets a full run has by volume: healthy and mixed ones, and those of what must be shown."""

MAIN_VOLUME = 50_000
MAIN_SLOTS = (*[MAIN_SIZE] * 4, *[(100, 4)] * 3, (20_000, 4))

ALL = tuple(each.id for each in BATTERY)
SAMPLERS = "explores by itself"

ON_THE_EDGE = {"expects": ALL}
"""A loop that is opened by less than is enough: whatever is said of it is no false alarm."""


@dataclass(frozen=True)
class Kind:
    """Models alike but for size and seed: `spec` is what they have beyond that.

    `logged`: the log has a policy column; `listed`: a catalogue; `dated`: it says since when and until when.
    """

    name: str
    kind: str
    spec: Mapping[str, Any]
    strength: str = ""
    logged: bool = False
    listed: bool = True
    dated: bool = False
    expects: tuple[str, ...] = ()

    def world(self, volume: int, size: tuple[int, int]) -> World:
        """The cell of the grid that a model of this kind, volume and size belongs to."""
        return World(self.name, self.kind, volume, *size, strength=self.strength, expects=self.expects)

    def model(self, name: str, volume: int, size: tuple[int, int]) -> ModelSpec:
        """One model of it."""
        return ModelSpec(name, exposures=volume, items=size[0], retrains=size[1], **self.spec)


@dataclass(frozen=True)
class Plan:
    """One fleet: its models are `kinds` in turn until there are `models`, of sizes from `slots`."""

    number: int
    volume: int
    kinds: Sequence[Kind] = field(repr=False)
    seed: int = 0
    models: int = FLEET
    slots: Sequence[tuple[int, int]] = SLOTS

    def cells(self) -> list[tuple[Kind, tuple[int, int]]]:
        """Kind and size of each model."""
        turns = [divmod(place, len(self.kinds)) for place in range(self.models)]
        return [(self.kinds[i], self.slots[(self.number + 7 * i + 10 * turn) % len(self.slots)]) for turn, i in turns]


def _null(name: str, policy: str, *, listed: bool = True, dated: bool = False, **world: Any) -> Kind:
    return Kind(name, "null", {"policy": policy, **world}, listed=listed, dated=dated)


def _opened(name: str, share: float, *, logged: bool = True, dated: bool = False, **spec: Any) -> Kind:
    column = "policy column" if logged else "no policy column"
    enough = {} if share >= 0.05 else ON_THE_EDGE
    spec = {"policy": "greedy", "explore": share, **spec}
    return Kind(name, "explored", spec, f"explores {share:.0%}, {column}", logged, dated=dated, **enough)


def _loop(name: str, kind: str = "closed", strength: str = "", *, dated: bool = False, **spec: Any) -> Kind:
    return Kind(name, kind, {"policy": "greedy", **spec}, strength, dated=dated)


NULLS = (
    _null("uniform", "uniform"),
    *(_null(f"stable popularity, exponent {each:g}", "popularity", exponent=each) for each in (0.5, 0.8, 1.0, 1.3)),
    _null("popularity that follows quality", "popularity", popularity_fit=0.9),
    _null("popularity, no catalogue", "popularity", listed=False),
    _null("popularity, season", "popularity", seasonality=0.4),
    _null("popularity, traffic grows", "popularity", growth=0.3),
    _null("popularity, traffic shrinks", "popularity", growth=-0.2),
    _null("popularity, rates rise for all", "popularity", uplift=0.1),
    _null("popularity, few clicks", "popularity", click_rate=0.005),
    _null("uniform, catalogue turns over, dated", "uniform", turnover=0.1, dated=True),
    _null("uniform, catalogue turns over, no dates", "uniform", turnover=0.1),
    _null("popularity, catalogue turns over, dated", "popularity", turnover=0.1, dated=True),
    _null("popularity, catalogue turns over, no dates", "popularity", turnover=0.1),
    _null("uniform, 3 % of the catalogue turns over, no dates", "uniform", turnover=0.03),
    _null("popularity, 3 % of the catalogue turns over, no dates", "popularity", turnover=0.03),
    _null("quality-proportional", "quality"),
    _null("quality-proportional, exponent 2", "quality", exponent=2.0),
    _null("quality-proportional, quality drifts", "quality", drift=0.1),
    _null("quality-proportional, quality drifts fast", "quality", drift=0.3),
    _null("quality-proportional, season", "quality", seasonality=0.4),
    _null("quality-proportional, personal taste", "quality", groups=8, category_taste=1.0),
    _null("quality-proportional, heavy tails", "quality", quality_spread=1.0, quality_tail="heavy"),
    _null("quality-proportional, light tails", "quality", quality_spread=1.0, quality_tail="light"),
    _null("quality-proportional, late feedback", "quality", late=0.3),
    _null("popularity, position effects", "popularity", position_decay=0.5),
    _null("quality-proportional, all at once", "quality", drift=0.1, seasonality=0.3, growth=0.2, groups=4),
)
"""Models that do not learn from their own log."""

OPENED = (
    _opened("greedy, top 20", 0.05),
    _opened("greedy, top 20", 0.1),
    _opened("most clicked, top 20", 0.05, ranks_by="clicks"),
    _opened("urn, exponent 1.3", 0.05, policy="polya", exponent=1.3),
    _opened("collaborative, 8 groups", 0.05, policy="collaborative"),
    _opened("item-based filtering", 0.05, policy="item_knn"),
    _opened("greedy, late feedback", 0.05, late=0.3),
    _opened("greedy, position effects", 0.05, position_decay=0.5),
    _opened("greedy, quality drifts", 0.05, drift=0.1),
    _opened("greedy, catalogue turns over, dated", 0.05, turnover=0.1, dated=True),
)
"""Loops that logged exploration keeps open: as healthy as a null."""

HEALTHY = NULLS + OPENED

EXPLORED = (
    *(_opened("greedy, top 20", share) for share in (0.01, 0.02)),
    *(_opened("greedy, top 20", share, logged=False) for share in (0.01, 0.02, 0.05, 0.1)),
)
"""Loops that are opened a little, or whose exploration is not logged."""

CORE = (
    _loop("greedy, top 20"),
    _loop("most clicked, top 20", ranks_by="clicks"),
    _loop("collaborative, 8 groups", policy="collaborative"),
    _loop("urn", "closed", "exponent 1.3", policy="polya", exponent=1.3),
    _loop("urn", "closed", "exponent 2", policy="polya", exponent=2.0),
    _loop("urn", "narrowing", "exponent 1", policy="polya", exponent=1.0),
)
"""Loops of which it must be shown that they are found."""

LOOPS = (
    *CORE,
    _loop("item-based filtering", policy="item_knn"),
    _loop("greedy, late feedback", late=0.3),
    _loop("greedy, position effects", position_decay=0.5),
    _loop("greedy, heavy tails", quality_spread=1.0, quality_tail="heavy"),
    _loop("greedy, light tails", quality_spread=1.0, quality_tail="light"),
    _loop("greedy, quality drifts", drift=0.1),
    _loop("greedy, season", seasonality=0.4),
    _loop("greedy, traffic grows", growth=0.3),
    _loop("greedy, catalogue turns over, dated", turnover=0.1, dated=True),
    _loop("LinUCB", "narrowing", SAMPLERS, policy="linucb"),
    _loop("Thompson sampling", "narrowing", SAMPLERS, policy="thompson"),
)
"""Loops that nothing opens, but what their own sampling does."""


def fleets(
    healthy: Mapping[int, int] = HEALTHY_FLEETS, mixed: Mapping[int, int] = MIXED_FLEETS, main: int = MAIN_FLEETS
) -> list[Plan]:
    """So many fleets of each volume, each with a seed of its own."""
    every = [(volume, HEALTHY, SLOTS) for volume, count in healthy.items() for _ in range(count)]
    every += [(volume, LOOPS + EXPLORED + HEALTHY, SLOTS) for volume, count in mixed.items() for _ in range(count)]
    every += [(MAIN_VOLUME, CORE * 10 + HEALTHY, MAIN_SLOTS)] * main
    plans = [(number, FIRST_SEED + number, *each) for number, each in enumerate(every)]
    return [Plan(number, volume, kinds, seed, slots=slots) for number, seed, volume, kinds, slots in plans]


PLACES = {(each.name, each.strength): place for place, each in enumerate(LOOPS + EXPLORED + HEALTHY)}
"""In which order kinds are told."""
