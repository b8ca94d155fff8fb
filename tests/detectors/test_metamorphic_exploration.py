"""More exploration never makes a verdict worse, and less of it never better: for what that holds, and for what not.

Compared are one and the same loops, with random numbers in common: their own exposures stay, and to them come the
first draws of one sequence of randomised exposures, the more the larger the share. Read from the last share to the
first, each property says that taking exploration away never makes a verdict better.

Where it does not hold: a logged share under 2 % is believed before what is implied, so a fixed policy whose choices
vary by themselves is at risk with it and healthy without. Fixed policies are therefore compared where nothing is
logged, or from 5 % on. Nor does risk fall from step to step between nothing and 2 %: detectors of medium severity that
are near their thresholds come and go there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from counted import Fleet, ranked
from drawn_fleets import CLOSED, FEW, FIXED, LOOPS, SEEDS, WORLDS, fleets
from hypothesis import given

from auditor.config import Settings
from auditor.detectors import run
from auditor.finding import ModelReport
from auditor.simulate import Loop, ModelSpec, run_loop

WORSE = {"healthy": 0, "not auditable": 0, "at risk": 1, "starved": 2}
LOW_ALONE = 35.0  # risk of four low findings; one of medium severity is 40
MOST = 0.1
VOLUMES: dict[str, Any] = {"exposures": (5_000, 20_000), "items": (80, 300), "retrains": (4, 5), "logs": ({},)}


def audited_at(share: float, fleet: list[ModelSpec], seed: int, *, logged: bool) -> dict[str, ModelReport]:
    """The fleet with that share of exposures randomised beside its own, which are the same at any share."""
    counted = Fleet(seed)
    for number, spec in enumerate(fleet):
        loop = run_loop(spec, seed)
        explore, outside = randomised(loop, share, np.random.default_rng([seed, number, 1]))
        own = loop.exploit if logged else loop.exploit + explore
        rng = np.random.default_rng([seed, number, 2])
        counted.add_counts(
            spec.name, loop.exploit + explore, loop.exploit_clicks + outside, explore=explore if logged else None,
            clicks_outside=outside if logged else None, halves=(rng.binomial(own, 0.5), rng.binomial(own, 0.5)),
        )  # fmt: skip
    return told_of(counted)


def randomised(loop: Loop, share: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Exposures drawn uniformly and the clicks on them, (T, K): a smaller share's are among a larger's."""
    rates = np.einsum("tgk,g->tk", loop.rates, loop.audience)
    explore, clicks = np.zeros_like(loop.exploit), np.zeros_like(loop.exploit)
    for t, own in enumerate(loop.exploit.sum(axis=1)):
        drawn = rng.choice(np.flatnonzero(loop.available[t]), round(MOST / (1 - MOST) * own))
        clicked = rng.random(len(drawn)) < rates[t, drawn]
        kept = slice(round(share / (1 - share) * own))
        np.add.at(explore[t], drawn[kept], 1)
        np.add.at(clicks[t], drawn[kept], clicked[kept])
    return explore, clicks


def retrained_at(share: float, fleet: list[ModelSpec], seed: int) -> dict[str, ModelReport]:
    """The same worlds, where the models learn from their exploration too."""
    counted = Fleet(seed)
    for spec in fleet:
        told = {**vars(spec), "explore": share}
        counted.add(ModelSpec(**told), run_loop(ModelSpec(**told), seed), policy=share > 0)
    return told_of(counted)


def told_of(counted: Fleet) -> dict[str, ModelReport]:
    rollups = counted.rollups()
    return {each.model_id: each for each in ranked(rollups, run(rollups, Settings()))[0]}


def how_bad(told: dict[str, ModelReport]) -> dict[str, int]:
    return {name: WORSE[each.verdict.value] for name, each in told.items()}


@FEW
@given(fleets(CLOSED, **VOLUMES), SEEDS)
def test_a_starved_model_gets_no_worse_by_any_exploration_that_is_logged(fleet, seed):
    told = [how_bad(audited_at(share, fleet, seed, logged=True)) for share in (0.0, 0.01, 0.05, 0.1)]
    starved = [name for name, bad in told[0].items() if bad == WORSE["starved"]]

    assert len(starved) >= 0.8 * len(fleet)
    assert [
        name for name in starved if sorted((at[name] for at in told), reverse=True) != [at[name] for at in told]
    ] == []
    assert {told[-1][name] for name in starved} == {WORSE["healthy"]}


@FEW
@given(fleets((*FIXED, *LOOPS), **VOLUMES), SEEDS)
def test_five_per_cent_of_logged_exploration_never_make_a_verdict_worse(fleet, seed):
    without, some, more = (audited_at(share, fleet, seed, logged=True) for share in (0.0, 0.05, 0.1))

    for name in without:
        assert WORSE[more[name].verdict] <= WORSE[some[name].verdict] <= WORSE[without[name].verdict]
        assert max(some[name].risk, more[name].risk) <= max(without[name].risk, LOW_ALONE)
        assert abs(more[name].measures["outcome-starvation"]["logged_exploration"] - MOST) <= 1e-3


@FEW
@given(fleets((*FIXED, *LOOPS), **VOLUMES), SEEDS)
def test_nor_where_the_models_learn_from_it(fleet, seed):
    without, some, more = (retrained_at(share, fleet, seed) for share in (0.0, 0.05, 0.1))

    for name in without:
        assert WORSE[more[name].verdict] <= WORSE[some[name].verdict] <= WORSE[without[name].verdict]
        assert max(some[name].risk, more[name].risk) <= max(without[name].risk, LOW_ALONE)


@FEW
@given(fleets(FIXED, **{**VOLUMES, "worlds": tuple(each for each in WORLDS if "drift" not in each)}), SEEDS)
def test_exploration_that_nobody_logs_makes_no_fixed_policy_worse(fleet, seed):
    for share in (0.01, 0.1):
        assert set(how_bad(audited_at(share, fleet, seed, logged=False)).values()) == {WORSE["healthy"]}
