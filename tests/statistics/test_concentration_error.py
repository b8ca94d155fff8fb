from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from auditor.statistics import gini, gini_error, log_simpson_variance, simpson_unbiased

E = pl.col("exposures")
SUMS = (E.sum(), (E * (E - 1)).sum(), (E * (E - 1) * (E - 2)).sum())
DRAWS = 1200


def zipf(outcomes: int, exponent: float) -> np.ndarray:
    share = np.arange(1, outcomes + 1) ** -exponent
    return share / share.sum()


def redrawn(share: np.ndarray, n: int) -> pl.DataFrame:
    counts = np.random.default_rng(9).multinomial(n, share, size=DRAWS)
    return pl.DataFrame({"draw": np.repeat(np.arange(DRAWS), share.size), "exposures": counts.ravel()})


def gini_ratio(share: np.ndarray, n: int) -> float:
    """Mean standard error over the spread that it should be."""
    catalogue = pl.lit(share.size)
    shown = redrawn(share, n).filter(E > 0)
    got = shown.group_by("draw").agg(gini=gini(E, catalogue), error=gini_error(E, catalogue))
    return got["error"].mean() / got["gini"].std()


def simpson_ratio(share: np.ndarray, n: int) -> float:
    drawn = redrawn(share, n).group_by("draw")
    got = drawn.agg(log=simpson_unbiased(E).log(), variance=log_simpson_variance(*SUMS))
    return (got["variance"].mean() / got["log"].var()) ** 0.5


def values(counts: list[int], catalogue: int) -> tuple[float | None, float | None]:
    frame = pl.DataFrame({"exposures": counts})
    return frame.select(g=gini_error(E, pl.lit(catalogue)), s=log_simpson_variance(*SUMS)).row(0)


@pytest.mark.parametrize("share", [zipf(10, 1.0), zipf(500, 0.5), zipf(500, 1.0)])
def test_gini_error_is_the_spread_over_redraws(share):
    assert gini_ratio(share, 100 * share.size) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("rate", [10, 30, 100])
def test_gini_error_is_wide_where_ranks_are_noise(rate):
    assert 1.2 < gini_ratio(np.full(300, 1 / 300), rate * 300) < 1.6


@pytest.mark.parametrize("exponent", [0.0, 1.0])
def test_gini_error_is_two_thirds_at_least_where_exposures_are_sparse(exponent):
    assert 0.6 < gini_ratio(zipf(500, exponent), 125) < 1


def test_tied_outcomes_share_the_mean_of_their_ranks():
    rng = np.random.default_rng(4)
    counts, catalogue = rng.integers(1, 6, 40), 50
    every = np.sort(np.pad(counts, (0, catalogue - 40)))
    p = every / every.sum()
    ranks = np.array([np.mean(np.flatnonzero(every == count) + 1) for count in every])
    weights = (2 * ranks - catalogue - 1) / catalogue
    expected = ((weights**2 @ p - (weights @ p) ** 2) / every.sum()) ** 0.5
    assert values(counts.tolist(), catalogue)[0] == pytest.approx(expected)


@pytest.mark.parametrize("share", [zipf(500, 0.0), zipf(500, 0.5), zipf(500, 1.0), zipf(500, 1.5)])
@pytest.mark.parametrize("rate", [1, 30])
def test_log_simpson_variance_is_that_over_redraws(share, rate):
    assert simpson_ratio(share, rate * share.size) == pytest.approx(1, abs=0.1)


def test_log_simpson_variance_is_wide_rather_than_zero_for_two_equal_outcomes():
    assert 1 < simpson_ratio(np.array([0.5, 0.5]), 200) < 1.6
    assert values([100, 100], 2)[1] > 0


def test_log_simpson_variance_is_simpsons_formula():
    counts = np.array([7.0, 4, 4, 1])
    n = counts.sum()
    s2 = (counts * (counts - 1)).sum() / (n * (n - 1))
    s3 = (counts * (counts - 1) * (counts - 2)).sum() / (n * (n - 1) * (n - 2))
    moments = 4 * n * (n - 1) * (n - 2) * s3 + 2 * n * (n - 1) * s2 - 2 * n * (n - 1) * (2 * n - 3) * s2**2
    assert values([7, 4, 4, 1], 4)[1] == pytest.approx(moments / (n * (n - 1)) ** 2 / s2**2)


@pytest.mark.parametrize("counts", [[2], [1, 1], [1, 1, 1, 1], [0, 0]])
def test_too_little_to_collide_has_no_variance(counts):
    assert values(counts, 5)[1] is None


def test_the_ends():
    assert values([0, 0], 5) == (None, None)
    assert values([9], 1) == (0.0, 0.0)
    assert values([5, 5, 5], 3)[0] == 0.0
