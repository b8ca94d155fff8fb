"""Closed loops of the simulator, planned for and carried on by the plan: it opens them, and less of it would not."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import pytest
from looping import Loop, write
from planned import MAIN, planned, scanned, way

from auditor.plan import ModelPlan
from auditor.simulate import ModelSpec

CLOSED = {
    "greedy": {"policy": "greedy"},
    "urn 1.3": {"policy": "polya", "exponent": 1.3},
    "urn 2": {"policy": "polya", "exponent": 2.0},
    "collaborative": {"policy": "collaborative"},
}
EXPOSURES = (8_000, 24_000)
SEEDS = (1, 2, 3)
WEEKS = 4


@dataclass
class Fleet:
    """Loops after four weeks without exploration, and the plan for each in the four to come."""

    loops: list[Loop]
    plans: dict[str, ModelPlan]

    def carried_on(self, name: str, portion: float = 1.0) -> list[Loop]:
        """Four weeks more, with a portion of the planned exploration."""
        loops = deepcopy(self.loops)
        for loop in loops:
            model = self.plans[loop.spec.name]
            loop.brought[:] = 0
            loop.run(WEEKS, portion * way(model, name).share, lacks(model, name), logged=True)
        return loops

    def fed(self, loops: list[Loop]) -> dict[str, float]:
        """The share of outcomes with what they need."""
        return {loop.spec.name: np.mean(loop.brought >= self.plans[loop.spec.name].need) for loop in loops}


def lacks(model: ModelPlan, name: str) -> np.ndarray | None:
    """What the listed outcomes need, for exploration that is targeted."""
    if name == "uniform":
        return None
    needed = np.zeros(model.outcomes, np.int64)
    needed[[int(outcome.item_id) for outcome in model.first]] = np.ceil(model.need)
    return needed


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    specs = [
        ModelSpec(f"{kind}/{size}/{seed}", exposures=size, items=200, click_rate=0.1, **world)
        for kind, world in CLOSED.items()
        for size in EXPOSURES
        for seed in SEEDS
    ]
    loops = [Loop(spec, seed).run(3).forget().run(WEEKS) for seed, spec in enumerate(specs, start=1000)]
    made = planned(write(tmp_path_factory.mktemp("before") / "logs", loops), 7 * WEEKS, every=False)
    return Fleet(loops, {model.model_id: model for model in made.models})


@pytest.fixture(scope="module", params=["uniform", "targeted"])
def followed(request, fleet):
    """The fleet four weeks later, with the plan followed in one way."""
    return request.param, fleet.carried_on(request.param)


def test_every_closed_loop_is_planned_for(fleet):
    assert set(fleet.plans) == {loop.spec.name for loop in fleet.loops}
    assert {model.verdict for model in fleet.plans.values()} == {"starved"}


def test_every_outcome_gets_what_it_needs_in_time(fleet, followed):
    """Each time with 95 % probability: of 24 loops a few may leave one outcome short."""
    fed = fleet.fed(followed[1])

    assert min(fed.values()) >= 0.99
    assert np.mean([share == 1 for share in fed.values()]) >= 0.8


def test_what_follows_is_no_longer_starved(followed, tmp_path):
    name, loops = followed
    after = scanned(write(tmp_path / name, loops, since=WEEKS))
    whole = scanned(write(tmp_path / f"{name} whole", loops), MAIN)

    assert {model.verdict for model in after.models} <= {"healthy", "at risk"}
    assert {model.verdict for model in whole.models} <= {"healthy", "at risk"}


def test_without_the_plan_they_stay_starved(fleet, tmp_path):
    loops = [deepcopy(loop).run(WEEKS) for loop in fleet.loops]
    report = scanned(write(tmp_path / "closed", loops, since=WEEKS), MAIN)

    assert {model.verdict for model in report.models} == {"starved"}


def test_half_of_the_uniform_exploration_would_leave_outcomes_unfed(fleet):
    fed = fleet.fed(fleet.carried_on("uniform", portion=0.5))

    assert np.mean([share < 0.99 for share in fed.values()]) >= 0.9


def test_need_decides_for_some_and_the_floor_for_others(fleet):
    bound = [way(model, "targeted") for model in fleet.plans.values()]

    assert any(each.share > each.reach for each in bound)
    assert any(each.share == each.reach for each in bound)
    assert all(way(model, "uniform").share == way(model, "uniform").reach for model in fleet.plans.values())
