"""What is found of models that feed what is new in their catalogue, and of models that do not."""

from __future__ import annotations

from collections import defaultdict

import pytest
from counted import heard
from dated import DatedFleet

from auditor.config import Settings
from auditor.simulate import ModelSpec

ID = "cold-start"
ONLY = Settings(select=(ID,))
WELCOMING = {
    "uniform": {"policy": "uniform"},
    "uniform, half replaced": {"policy": "uniform", "turnover": 0.5},
    "quality": {"policy": "quality"},
    "popular": {"policy": "popularity", "exponent": 0.7},
    "growing": {"policy": "uniform", "growth": 0.5},
    "shrinking": {"policy": "uniform", "growth": -0.2},
    "thompson": {"policy": "thompson"},
    "exploring": {"policy": "greedy", "explore": 0.3, "log_policy": True},
    "boosting": {"policy": "greedy", "newcomer_boost": 0.15},
}
NEGLECTING = {
    "closed": {"policy": "greedy"},
    "urn": {"policy": "polya", "memory": "all", "smoothing": 0.01},
}


@pytest.fixture(scope="module")
def fleet():
    """Every kind of model with a catalogue that turns over, 20 times: {kind: [(measures, finding, skip)]}."""
    counted = DatedFleet(41)
    for kind, world in {**WELCOMING, **NEGLECTING}.items():
        for i in range(20):
            spec = ModelSpec(f"{kind}/{i}", exposures=40_000, items=200, retrains=6, **{"turnover": 0.1, **world})
            counted.add_dated(spec, policy=spec.log_policy)
    outcome = counted.audit(ONLY)
    found, skipped = heard(outcome, ID)
    kinds = defaultdict(list)
    for name, measures in outcome.measures[ID].items():
        kinds[name.split("/")[0]].append((measures, found.get(name), skipped.get(name)))
    return kinds


@pytest.mark.parametrize("kind", WELCOMING)
def test_models_that_feed_their_newcomers_are_nothing(fleet, kind):
    assert not [found for _, found, _ in fleet[kind] if found]
    assert not [skipped for *_, skipped in fleet[kind] if skipped]


def test_an_urn_that_feeds_its_old_outcomes_alone_is_medium(fleet):
    assert [found.severity for _, found, _ in fleet["urn"]] == ["medium"] * 20


def test_where_older_outcomes_fare_no_better_it_is_low(fleet):
    assert [found.severity for _, found, _ in fleet["closed"]] == ["low"] * 20
    assert all(measures["standing_fed"] < 0.5 for measures, *_ in fleet["closed"])


def test_newcomers_of_a_model_that_explores_a_little_are_low_at_most():
    counted = DatedFleet(42)
    for i in range(20):
        world = {"exposures": 9_000, "items": 300, "retrains": 6, "turnover": 0.1, "explore": 0.05}
        counted.add_dated(ModelSpec(f"m{i}", "greedy", **world), policy=True)
    found, _ = heard(counted.audit(ONLY), ID)

    assert {each.severity for each in found.values()} <= {"low"}
