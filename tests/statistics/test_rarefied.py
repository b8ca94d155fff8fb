from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from auditor.statistics import log_rarefied_variance, rarefied

E = pl.col("exposures")
DRAWS = 1500


def zipf(outcomes: int, exponent: float) -> np.ndarray:
    share = np.arange(1, outcomes + 1) ** -exponent
    return share / share.sum()


@pytest.mark.parametrize("kept", [0.1, 0.5, 1.0])
def test_it_is_what_thinning_leaves_on_average(kept):
    rng = np.random.default_rng(2)
    counts = rng.integers(0, 9, 60)
    thinned = rng.binomial(counts, kept, (4000, 60))
    got = pl.DataFrame({"exposures": counts}).select(rarefied(E, pl.lit(kept))).item()
    assert got == pytest.approx((thinned > 0).sum(axis=1).mean(), rel=0.01)


def test_rows_may_stand_for_several_outcomes():
    rng = np.random.default_rng(3)
    counts = rng.integers(0, 6, 200)
    values, outcomes = np.unique(counts, return_counts=True)
    every = pl.DataFrame({"exposures": counts})
    blocks = pl.DataFrame({"exposures": values, "outcomes": outcomes})
    for statistic in (rarefied, log_rarefied_variance):
        alone = every.select(statistic(E, pl.lit(0.4))).item()
        assert blocks.select(statistic(E, pl.lit(0.4), pl.col("outcomes"))).item() == pytest.approx(alone)


@pytest.mark.parametrize("growth", [2, 10])
@pytest.mark.parametrize("exponent", [0.0, 1.0])
def test_more_traffic_shows_no_more_at_equal_volume(growth, exponent):
    rng = np.random.default_rng(4)
    share = zipf(400, exponent)
    few = [pl.DataFrame({"exposures": rng.multinomial(600, share)}) for _ in range(200)]
    many = [pl.DataFrame({"exposures": rng.multinomial(600 * growth, share)}) for _ in range(200)]
    before = np.mean([frame.select(rarefied(E, pl.lit(1.0))).item() for frame in few])
    after = np.mean([frame.select(rarefied(E, pl.lit(1 / growth))).item() for frame in many])
    assert after == pytest.approx(before, rel=0.01)


@pytest.mark.parametrize("exponent", [0.0, 1.0])
@pytest.mark.parametrize("kept", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("rate", [0.5, 2, 20])
def test_variance_bounds_the_spread_over_redraws(exponent, kept, rate):
    counts = np.random.default_rng(6).multinomial(round(rate * 300), zipf(300, exponent), DRAWS)
    frame = pl.DataFrame({"draw": np.repeat(np.arange(DRAWS), 300), "exposures": counts.ravel()})
    shown, variance = rarefied(E, pl.lit(kept)), log_rarefied_variance(E, pl.lit(kept))
    got = frame.group_by("draw").agg(log=shown.log(), variance=variance)
    assert got["variance"].mean() >= 0.95 * got["log"].var()


def test_nothing_shown_has_no_variance():
    assert pl.DataFrame({"exposures": [0, 0]}).select(log_rarefied_variance(E, pl.lit(0.5))).item() is None
