from __future__ import annotations

import polars as pl
import pytest
from scipy import stats

from auditor.statistics import binomial_tail_above, binomial_tail_below, normal_tail, wilson


def interval(successes: float, trials: float) -> tuple[float | None, float | None]:
    frame = pl.DataFrame({"s": [successes], "n": [trials]})
    return frame.select(*(e.alias(str(i)) for i, e in enumerate(wilson(pl.col("s"), pl.col("n"))))).row(0)


@pytest.mark.parametrize(("successes", "trials"), [(0, 5), (5, 5), (1, 3), (17, 400), (38, 10_000)])
def test_wilson_is_scipys(successes, trials):
    expected = stats.binomtest(successes, trials).proportion_ci(method="wilson")
    assert interval(successes, trials) == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_wilson_stays_within_zero_and_one():
    low, high = interval(0, 7)
    assert low == 0.0
    assert high < 0.5
    low, high = interval(1e9, 1e9)
    assert low < high <= 1.0


def test_wilson_takes_an_effective_sample_and_has_no_answer_without_trials():
    low, high = interval(2.5, 50.5)
    assert interval(2, 50)[0] < low < 2.5 / 50.5 < high
    assert interval(0, 0) == (None, None)


@pytest.mark.parametrize("z", [-8.0, -1.96, 0.0, 0.3, 2.58, 10.0, 30.0])
def test_normal_tail_is_scipys(z):
    assert normal_tail(z) == pytest.approx(stats.norm.sf(z), rel=1e-12)


@pytest.mark.parametrize("trials", [1, 2, 30, 1000, 10**6, 10**8])
@pytest.mark.parametrize("share", [1e-12, 1e-6, 0.02, 0.5, 0.97])
def test_binomial_tails_are_scipys(trials, share):
    spread = (trials * share * (1 - share)) ** 0.5
    for deviations in (-20, -5, -2, 0, 2, 5, 20):
        k = min(max(round(trials * share + deviations * spread), 0), trials)
        below, above = stats.binom.cdf(k, trials, share), stats.binom.sf(k - 1, trials, share)
        assert binomial_tail_below(k, trials, share) == pytest.approx(below, rel=1e-6, abs=1e-300)
        assert binomial_tail_above(k, trials, share) == pytest.approx(above, rel=1e-6, abs=1e-300)


def test_binomial_tails_at_the_ends():
    assert binomial_tail_below(-1, 10, 0.5) == 0.0
    assert binomial_tail_below(10, 10, 0.5) == 1.0
    assert binomial_tail_above(0, 10, 0.0) == 1.0
    assert binomial_tail_above(11, 10, 1.0) == 0.0
    assert (binomial_tail_below(0, 10, 0.0), binomial_tail_below(9, 10, 1.0)) == (1.0, 0.0)
    assert (binomial_tail_below(0, 0, 0.3), binomial_tail_above(0, 0, 0.3)) == (1.0, 1.0)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_must_be_one(share):
    with pytest.raises(ValueError, match="share"):
        binomial_tail_above(1, 2, share)
