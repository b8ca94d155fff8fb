"""Shares, intervals, the area under the curve and the test of agreement, against scipy."""

from __future__ import annotations

from collections import Counter
from math import isnan

import numpy as np
import pytest
from scipy import stats

from tests.calibration.power_tables import told_apart
from tests.calibration.rates import Share, auroc, heard, percent, risks, verdict
from tests.calibration.test_tally import LOOP, NULL, record, tallied


@pytest.mark.parametrize(("count", "of"), [(0, 20), (1, 300), (19, 20), (500, 500)])
def test_intervals_are_wilsons(count, of):
    expected = stats.binomtest(count, of).proportion_ci(0.95, "wilson")

    assert Share(count, of).interval == pytest.approx((expected.low, expected.high), abs=1e-7)


@pytest.mark.parametrize(
    ("share", "told"), [(0, "0%"), (1, "100%"), (0.5, "50%"), (0.123, "12.3%"), (1e-5, "<0.1%"), (0.99999, ">99.9%")]
)
def test_only_all_is_all(share, told):
    assert percent(share) == told


def test_a_share_of_nothing_is_none():
    assert str(Share(0, 0)) == "-"


@pytest.mark.parametrize("seed", range(5))
def test_area_is_the_statistic_of_mann_and_whitney(seed):
    rng = np.random.default_rng(seed)
    positives, negatives = rng.integers(2, 9, 40) * 10.0, rng.integers(0, 6, 70) * 10.0
    expected = stats.mannwhitneyu(positives, negatives).statistic / (40 * 70)

    assert auroc(Counter(positives), Counter(negatives)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("positives", "negatives", "area"), [({2: 3}, {1: 5}, 1.0), ({1: 3}, {2: 5}, 0.0), ({1: 3}, {1: 5}, 0.5)]
)
def test_area_of_all_above_all_below_and_all_alike(positives, negatives, area):
    assert auroc(positives, negatives) == area


def test_area_of_nothing_is_no_number():
    assert isnan(auroc({}, {1.0: 2}))


def test_rates_are_over_all_models_of_the_cells():
    tally = tallied(
        record(LOOP, "starved", 88.0, outcome_starvation="high"),
        record(LOOP, "at risk", 40.0, outcome_starvation="medium"),
        record(LOOP, "not auditable", 10.0, outcome_starvation="skipped", retrain_drift="low"),
        record(NULL, "healthy", 10.0, retrain_drift="low"),
    )
    cells = list(tally.cells.values())

    assert verdict(cells, "starved", "at risk") == Share(2, 4)
    assert heard(cells, "outcome-starvation") == Share(2, 4)
    assert heard(cells, "outcome-starvation", ["skipped"]) == Share(1, 4)
    assert heard(cells, "retrain-drift") == Share(0, 4)
    assert heard(cells, "retrain-drift", ["low"]) == Share(2, 4)
    assert risks(cells) == {88.0: 1, 40.0: 1, 10.0: 2}


def test_a_loop_is_told_apart_if_intervals_do_not_touch():
    assert told_apart(Share(20, 20), Share(0, 20))
    assert not told_apart(Share(4, 20), Share(1, 20))
    assert not told_apart(Share(20, 20), Share(0, 0))
