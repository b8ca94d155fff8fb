"""How often luck is found to be chased, in models that do and in models that do not."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from counted import Fleet, heard

from auditor.config import Settings
from auditor.simulate import ModelSpec

ID = "feedback-gain"
ONLY = Settings(select=(ID,))
FIXED = {
    "uniform": {"policy": "uniform"},
    "popular": {"policy": "popularity"},
    "quality": {"policy": "quality"},
    "growing": {"policy": "popularity", "growth": 0.4, "seasonality": 0.3},
}
FOLLOWING = {"quality drifts": {"policy": "quality", "drift": 0.2}}
CHASING = {
    f"{name} {memory}": {**policy, "memory": memory}
    for memory in ("last", "all")
    for name, policy in {
        "greedy": {"policy": "greedy"},
        "urn 1": {"policy": "polya", "exponent": 1.0},
        "urn 1.3": {"policy": "polya", "exponent": 1.3},
        "urn 2": {"policy": "polya", "exponent": 2.0},
    }.items()
}
KINDS = {**FIXED, **FOLLOWING, **CHASING}
MODELS = 40


@pytest.fixture(scope="module", params=[30, 200], ids=lambda each: f"{each} exposures an outcome")
def fleet(request):
    """Every kind of model, 40 times: {kind: [(measures, finding)]}."""
    counted = Fleet(31)
    for kind, world in KINDS.items():
        for i in range(MODELS):
            counted.add(ModelSpec(f"{kind}/{i}", exposures=request.param * 300, items=300, retrains=6, **world))
    outcome = counted.audit(ONLY)
    found, _ = heard(outcome, ID)
    kinds = defaultdict(list)
    for name, measures in outcome.measures[ID].items():
        kinds[name.split("/")[0]].append((measures, found.get(name)))
    return kinds


@pytest.mark.parametrize("kind", FIXED)
def test_a_policy_that_ignores_feedback_gains_nothing_by_luck(fleet, kind):
    gains = np.array([measures["gain"] for measures, _ in fleet[kind]])

    assert abs(gains.mean()) <= 0.01
    assert (np.abs(gains) <= 0.03).mean() >= 0.95
    assert not [found for _, found in fleet[kind] if found]


@pytest.mark.parametrize("kind", FIXED)
def test_the_interval_holds_0_for_a_policy_that_ignores_feedback(fleet, kind):
    held = [measures["gain_low"] <= 0 <= measures["gain_high"] for measures, _ in fleet[kind]]

    assert np.mean(held) >= 0.85


@pytest.mark.parametrize("kind", FOLLOWING)
def test_following_a_quality_that_drifts_is_no_luck(fleet, kind):
    assert all(measures["gain"] < 0.05 for measures, _ in fleet[kind])
    assert not [found for _, found in fleet[kind] if found]


@pytest.mark.parametrize("kind", CHASING)
def test_retraining_on_own_clicks_chases_luck(fleet, kind):
    above = [measures["gain_low"] > 0.1 for measures, _ in fleet[kind]]

    assert np.mean(above) >= 0.95
    assert np.mean([found is not None for _, found in fleet[kind]]) >= 0.95


@pytest.mark.parametrize("kind", ["greedy last", "greedy all", "urn 2 last", "urn 2 all"])
def test_closed_loops_that_chase_luck_are_medium(fleet, kind):
    assert np.mean([found is not None and found.severity == "medium" for _, found in fleet[kind]]) >= 0.95


def follower(seed: int, lag: int = 1, drift: float = 0.2):
    """Exposures in proportion to the true rates of the retrain before, known from outside."""
    rng = np.random.default_rng(seed)
    logits = -2.9 + rng.normal(0, 0.5, 400) + np.cumsum(rng.normal(0, drift, (7, 400)), axis=0)
    rates = 1 / (1 + np.exp(-logits))
    shares = rates[1 - lag : 7 - lag] / rates[1 - lag : 7 - lag].sum(axis=1, keepdims=True)
    exposures = np.stack([rng.multinomial(40_000, share) for share in shares])
    return exposures, rng.binomial(exposures, rates[1:])


def test_following_a_drift_one_retrain_late_from_outside_is_no_luck():
    fleet = Fleet()
    for seed in range(40):
        fleet.add_counts(f"m{seed}", *follower(seed))
    outcome = fleet.audit(ONLY)
    gains = [row["gain"] for row in outcome.measures[ID].values()]

    assert 0 < np.mean(gains) < 0.05
    assert max(gains) < 0.1
    assert not heard(outcome, ID)[0]


def test_rates_that_wobble_by_more_than_chance_are_no_luck_that_is_chased():
    fleet, rng = Fleet(), np.random.default_rng(14)
    for i in range(40):
        exposures = rng.multinomial(20_000, rng.dirichlet(np.full(300, 2.0)), 5)
        fleet.add_counts(f"m{i}", exposures, rng.binomial(exposures, rng.beta(2, 38, exposures.shape)))
    outcome = fleet.audit(ONLY)
    rows = outcome.measures[ID].values()

    assert abs(np.mean([row["gain"] for row in rows])) < 0.01
    assert np.mean([row["gain_low"] <= 0 <= row["gain_high"] for row in rows]) >= 0.85
    assert not heard(outcome, ID)[0]


def test_few_clicks_are_no_evidence():
    fleet, rng = Fleet(), np.random.default_rng(15)
    for i in range(60):
        exposures = rng.multinomial(3_000, rng.dirichlet(np.full(80, 2.0)), 5)
        fleet.add_counts(f"m{i}", exposures, rng.binomial(exposures, 0.005))
    outcome = fleet.audit(ONLY)

    assert np.median([row["clicks"] for row in outcome.measures[ID].values()]) < 100
    assert not heard(outcome, ID)[0]
