from __future__ import annotations

import pytest
from scipy import stats

from auditor.statistics import poisson_mean

THRESHOLDS = [1, 2, 5, 14.36, 44, 100, 999.5, 30_000, 300_000]
TAILS = [0.5, 0.05, 0.05 / 240, 1e-6, 5e-9, 1e-12]


@pytest.mark.parametrize("tail", TAILS)
@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_it_is_the_gamma_quantile(threshold, tail):
    """P(Poisson(mean) < k) is P(Gamma(k) > mean)."""
    wanted = stats.gamma.isf(tail, -(-threshold // 1))

    assert poisson_mean(threshold, tail) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("tail", TAILS)
def test_the_tail_is_that_of_the_count(tail):
    mean = poisson_mean(12.5, tail)

    assert stats.poisson.cdf(12, mean) == pytest.approx(tail, rel=1e-7)


def test_nothing_needs_no_mean():
    assert poisson_mean(0, 0.05) == 0
    assert poisson_mean(-3, 0.05) == 0


@pytest.mark.parametrize("tail", [0, 0.6, 1])
def test_a_tail_that_is_none_is_refused(tail):
    with pytest.raises(ValueError, match="tail"):
        poisson_mean(3, tail)
