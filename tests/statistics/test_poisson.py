from __future__ import annotations

import numpy as np
import polars as pl
from scipy import stats

from auditor.statistics import poisson_below


def below(threshold, mean) -> np.ndarray:
    frame = pl.DataFrame({"t": threshold, "m": mean}, schema={"t": pl.Float64, "m": pl.Float64})
    return frame.select(poisson_below(pl.col("t"), pl.col("m"))).to_series().to_numpy()


def reference(threshold, mean) -> np.ndarray:
    return stats.poisson.cdf(np.ceil(threshold) - 1, mean)


def test_it_is_scipys_over_eleven_decades():
    rng = np.random.default_rng(0)
    mean = 10 ** rng.uniform(-4, 7, 20_000)
    threshold = np.where(
        rng.random(mean.size) < 0.5,
        mean * rng.uniform(0, 1.3, mean.size),
        mean + 2 * np.sqrt(mean) * rng.normal(size=mean.size),
    )
    assert np.abs(below(threshold, mean) - reference(threshold, mean)).max() < 1e-6


def test_the_sum_and_the_expansion_meet():
    mean = np.repeat(np.linspace(1, 90, 500), 8)
    threshold = np.tile(np.arange(29.0, 37.0), 500)
    assert np.abs(below(threshold, mean) - reference(threshold, mean)).max() < 1e-6


def test_near_the_mean_nothing_cancels():
    count = np.repeat([1e2, 1e4, 1e6, 1e7], 201)
    mean = count * (1 + np.tile(np.linspace(-1e-3, 1e-3, 201), 4))
    assert np.abs(below(count, mean) - reference(count, mean)).max() < 1e-6


def test_below_is_strict_and_thresholds_need_not_be_whole():
    got = below([2.0, 2.5, 3.0], [2.0, 2.0, 2.0])
    np.testing.assert_allclose(got, [3 * np.exp(-2), 5 * np.exp(-2), 5 * np.exp(-2)], rtol=1e-12)


def test_the_ends():
    got = below([0.0, -1.0, 0.1, 40.0, 1e6, 31.0, 5e6], [5.0, 0.0, 0.0, 0.0, 1e-4, 1e12, 1e12])
    assert got.tolist() == [0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0]


def test_nothing_known_is_nothing_said():
    frame = pl.DataFrame({"t": [None, 3.0], "m": [1.0, None]}, schema={"t": pl.Float64, "m": pl.Float64})
    assert frame.select(poisson_below(pl.col("t"), pl.col("m"))).to_series().null_count() == 2


def test_it_takes_whole_columns_lazily():
    frame = pl.LazyFrame({"n_need": [2, 50], "exposures": [30, 4000], "catalogue": [10, 40]})
    mean = pl.col("exposures") / pl.col("catalogue")
    got = frame.select(null=poisson_below(pl.col("n_need"), mean)).collect()["null"].to_numpy()
    np.testing.assert_allclose(got, reference([2, 50], [3, 100]), atol=1e-6)
