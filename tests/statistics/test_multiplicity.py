from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from auditor.statistics import benjamini_hochberg


@pytest.mark.parametrize("tests", [1, 2, 7, 300])
def test_it_is_scipys(tests):
    p = np.random.default_rng(tests).beta(0.5, 1, tests)
    assert benjamini_hochberg(p.tolist()) == pytest.approx(stats.false_discovery_control(p).tolist())


def test_ties_and_the_ends():
    p = [0.0, 1.0, 0.02, 0.02, 0.5, 1.0]
    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p).tolist())


def test_what_was_not_tested_is_not_counted():
    adjusted = benjamini_hochberg([None, 0.01, float("nan"), 0.04, None])
    assert adjusted == [None, pytest.approx(0.02), None, pytest.approx(0.04), None]
    assert benjamini_hochberg([]) == []
    assert benjamini_hochberg([None]) == [None]
