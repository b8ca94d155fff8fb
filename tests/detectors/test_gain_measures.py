from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from counted import Fleet
from dated import DatedFleet
from luck import gain
from random_fleet import SHAPES, random_fleet

from auditor.config import Settings
from auditor.detectors.feedback_gain import _gain

ID = "feedback-gain"
ONLY = Settings(select=(ID,))


@pytest.mark.parametrize("moved", [0.0, 3e-17, -3e-17])
def test_a_slope_that_is_zero_but_for_the_order_of_sums_is_zero_without_a_sign(moved):
    squares = {"moved_moved": 9.0, "moved_squared": 0.0, "squared_squared": 40.0}
    sums = pl.LazyFrame([{"model": 0, "moved": moved, "squared": 30.0, **squares, "outcomes": 25, "steps": 60}])

    assert str(_gain(sums, "gain").collect()["gain"].item()) == "0.0"


@pytest.fixture(scope="module")
def random():
    fleet, truth = random_fleet(8)
    return fleet.audit(ONLY).measures[ID], truth


@pytest.mark.parametrize("name", SHAPES)
def test_gain_by_luck_on_own_rows(random, name):
    measures, truth = random[0][name], random[1][name]
    slope, error, low, high, outcomes = gain(truth.exploit, truth.exploit, truth.clicks - truth.outside)

    assert measures["gain"] == pytest.approx(slope)
    assert measures["gain_error"] == pytest.approx(error)
    assert measures["gain_low"] == pytest.approx(low, abs=1e-4)
    assert measures["gain_high"] == pytest.approx(high, abs=1e-4)
    assert measures["gain_outcomes"] == outcomes


@pytest.mark.parametrize("name", [name for name, shape in SHAPES.items() if shape[3]])
def test_gain_by_luck_on_randomised_rows(random, name):
    measures, truth = random[0][name], random[1][name]
    slope, error, *_, outcomes = gain(truth.exploit, truth.explore, truth.outside, truth.exposures)

    assert measures["gain_explore"] == pytest.approx(slope)
    assert measures["gain_explore_error"] == pytest.approx(error)
    assert measures["gain_explore_outcomes"] == outcomes


def test_outcomes_count_only_where_they_could_be_shown_in_both_retrains():
    rng = np.random.default_rng(12)
    came, left = rng.integers(0, 4, 80), rng.integers(3, 7, 80)
    open_ = np.stack([(came <= t) & (t < left) for t in range(5)])
    exposures = rng.poisson(60 * rng.gamma(4, 0.25, 80), (5, 80)) * open_
    clicks = rng.binomial(exposures, 0.08)
    fleet = DatedFleet().add_counts("m", exposures, clicks).date("m", came, np.where(left < 6, left, np.inf))
    measures = fleet.audit(ONLY).measures[ID]["m"]
    slope, error, *_, outcomes = gain(exposures, exposures, clicks, standing=open_[:-1] & open_[1:])

    assert measures["gain"] == pytest.approx(slope)
    assert measures["gain_error"] == pytest.approx(error)
    assert measures["gain_outcomes"] == outcomes
    assert measures["gain"] != pytest.approx(gain(exposures, exposures, clicks)[0], abs=0.01)


def test_where_feedback_is_a_label_luck_is_in_the_labelled():
    rng = np.random.default_rng(13)
    exposures = rng.poisson(rng.gamma(3, 20, 60), (4, 60)) + 1
    labelled = np.where(np.arange(60) < 45, exposures - rng.binomial(exposures, 0.03), 0)
    positive = rng.binomial(labelled, 0.6)
    measures = Fleet().add_counts("m", exposures, positive, labelled=labelled).audit(ONLY).measures[ID]["m"]
    slope, error, *_, outcomes = gain(exposures, labelled, positive)

    assert measures["labels"] is True
    assert measures["gain"] == pytest.approx(slope)
    assert measures["gain_error"] == pytest.approx(error)
    assert measures["gain_outcomes"] == outcomes == 45
