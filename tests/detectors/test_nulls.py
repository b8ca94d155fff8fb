"""Models without a loop: what is found of them is a false alarm."""

from __future__ import annotations

import numpy as np
import pytest
from counted import Fleet
from written import audited, simulated

from auditor.simulate import ModelSpec

MODELS = 200
OUTCOMES = 20_000
ALARM = {"medium", "high"}


def alarms(outcome, detector=None) -> set[str]:
    """Models with a finding of medium or above."""
    return {
        each.model_id
        for each in outcome.findings
        if each.severity in ALARM and each.detector in {detector or each.detector}
    }


def uniform(volume: int) -> Fleet:
    """Two retrains of every model, drawn from one uniform distribution."""
    rng = np.random.default_rng(volume)
    fleet = Fleet(volume)
    for i in range(MODELS):
        exposures = rng.multinomial(volume, np.full(OUTCOMES, 1 / OUTCOMES), 2)
        fleet.add_counts(f"m{i:03}", exposures, rng.binomial(exposures, 0.05))
    return fleet


@pytest.fixture(scope="module", params=[5_000, 50_000, 500_000, 5_000_000])
def same_twice(request):
    return uniform(request.param).audit()


def test_same_distribution_twice_raises_no_drift(same_twice):
    assert len(same_twice.measures["retrain-drift"]) == MODELS
    assert len(alarms(same_twice, "retrain-drift")) <= 0.01 * MODELS


def test_same_distribution_twice_raises_nothing_else(same_twice):
    assert len(alarms(same_twice)) <= 0.01 * MODELS


def test_excess_divergence_is_centred_on_zero(same_twice):
    excess = np.array([row["jsd_excess"] for row in same_twice.measures["retrain-drift"].values()])

    assert abs(excess.mean()) <= 3 * excess.std(ddof=1) / np.sqrt(MODELS)


def test_error_of_the_excess_is_not_too_small(same_twice):
    rows = same_twice.measures["retrain-drift"].values()
    z = np.array([row["jsd_excess"] / row["jsd_excess_error"] for row in rows])

    assert (np.abs(z) > 2.58).mean() <= 0.03


def test_plug_in_divergence_is_what_its_null_expects(same_twice):
    rows = list(same_twice.measures["retrain-drift"].values())

    assert np.mean([row["jsd"] for row in rows]) == pytest.approx(np.mean([row["jsd_null"] for row in rows]), rel=0.01)


@pytest.mark.parametrize("policy", ["popularity", "quality"])
def test_policies_that_do_not_learn_raise_nothing(policy):
    fleet = Fleet(17)
    for i in range(MODELS):
        fleet.add(ModelSpec(f"m{i:03}", policy, exposures=50_000, items=2_000, retrains=2))
    outcome = fleet.audit()

    assert len(alarms(outcome, "retrain-drift")) <= 0.01 * MODELS
    assert len(alarms(outcome)) <= 0.01 * MODELS


HEALTHY = [
    {"policy": "uniform"},
    {"policy": "popularity"},
    {"policy": "quality"},
    {"policy": "quality", "drift": 0.1},
    {"policy": "uniform", "turnover": 0.1},
    {"policy": "popularity", "exponent": 0.7, "seasonality": 0.3},
    {"policy": "uniform", "growth": 0.3},
    {"policy": "greedy", "explore": 0.1, "log_policy": True},
]


def test_scan_of_a_healthy_fleet_raises_nothing(tmp_path):
    fleet = [
        ModelSpec(f"m{i:03}", exposures=2_500, items=80, retrains=4, users=400, **HEALTHY[i % len(HEALTHY)])
        for i in range(120)
    ]
    report = audited(simulated(tmp_path / "log", *fleet, seed=4))

    assert report.summary.healthy == 120
    assert [(each.model_id, each.title) for each in report.findings if each.severity in ALARM] == []
