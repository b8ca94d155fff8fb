"""How likely chance is to make a model look starved: p-values held against scipy, and what they withdraw."""

from __future__ import annotations

import numpy as np
import pytest
from counted import Fleet, heard
from scipy.stats import binom, norm

from auditor.detectors.outcome_starvation import DETECTOR, judge

ID = "outcome-starvation"
ROOM, NINETY_FIVE = 0.5, 1.96


def half_hungry(spread, shown):
    """Fifty outcomes that get `shown` exposures each, and fifty that share this many in each retrain."""
    exposures = np.full((len(spread), 100), shown)
    exposures[:, 50:] = [[number // 50 + (place < number % 50) for place in range(50)] for number in spread]
    return exposures


def fleet_of(*models, explore=None):
    fleet = Fleet()
    for i, exposures in enumerate(models):
        fleet.add_counts(f"m{i}", exposures, np.ceil(0.05 * exposures).astype(np.int64), explore=explore)
    return fleet.audit()


def judged(exposures, **columns):
    measures = fleet_of(exposures, **columns).measures[ID]["m0"]
    return judge(measures, DETECTOR.thresholds), measures


def test_a_fall_of_implied_exploration_has_the_chance_of_its_counts():
    signal, measures = judged(half_hungry([600, 300, 300, 200, 150], shown=200))

    assert signal.severity == "medium"
    assert measures["implied_fall"] == pytest.approx((150 / 10_150) / (300 / 10_300))
    z = -np.log(measures["implied_fall"]) / np.sqrt(1 / 150 + 1 / 300)
    assert signal.p_value == pytest.approx(norm.sf(z), rel=1e-6)


def test_a_fall_that_one_of_many_models_shows_by_chance_is_withdrawn():
    weak, steady = half_hungry([36, 36, 36, 30, 15], shown=20), half_hungry([150] * 5, shown=20)
    alone, among = fleet_of(weak), fleet_of(weak, *[steady] * 40)

    assert heard(alone, ID)[0]["m0"].severity == "medium"
    assert not heard(among, ID)[0]
    assert among.withdrawn == alone.withdrawn + 1


def test_exploration_under_the_threshold_has_the_chance_of_half_as_much_again_by_every_account():
    signal, measures = judged(half_hungry([50] * 4, shown=99), explore=np.ones((4, 100), np.int64))
    told = binom.cdf(100, 5_000, 0.03)
    value, high = measures["implied_pooled"], measures["implied_pooled_high"]
    implied = norm.sf(np.log(0.03 / value) / (np.log(high / value) / NINETY_FIVE))

    assert signal.severity == "medium"
    assert value == pytest.approx(50 / 5_000 / ROOM)
    assert signal.p_value == pytest.approx(max(told, implied), rel=1e-6)


def test_a_closed_loop_has_the_chance_that_two_per_cent_explore():
    explored = half_hungry([20] * 4, shown=100)
    explore = np.zeros_like(explored)
    explore[:, 50:] = explored[:, 50:]
    signal, measures = judged(explored, explore=explore)
    value, high = measures["implied_pooled"], measures["implied_pooled_high"]
    implied = norm.sf(np.log(0.02 / value) / (np.log(high / value) / NINETY_FIVE))

    assert signal.severity == "high"
    assert signal.p_value == pytest.approx(max(binom.cdf(20, 5_020, 0.02), implied), rel=1e-6)


@pytest.mark.parametrize("exposures", [1_000, 20_000])
def test_four_per_cent_that_are_logged_are_not_called_less_by_chance(exposures):
    rng = np.random.default_rng(7)
    fleet = Fleet()
    for i in range(200):
        explore = rng.multinomial(rng.binomial(exposures, 0.04), np.full(100, 0.01), 4)
        own = np.zeros_like(explore)
        own[:, :10] = exposures // 10
        fleet.add_counts(f"m{i}", own + explore, np.ceil(0.05 * (own + explore)).astype(np.int64), explore=explore)
    found, _ = heard(fleet.audit(), ID)

    assert len(found) <= 1


def test_a_loop_that_comes_to_explore_nothing_has_the_chance_of_seeing_none():
    signal, measures = judged(half_hungry([300, 300, 300, 100, 0], shown=200))

    assert measures["implied_next_high"] == 0
    assert signal.severity == "high"
    assert signal.p_value == pytest.approx(np.exp(-10_000 * ROOM * 0.02), rel=0.01)
