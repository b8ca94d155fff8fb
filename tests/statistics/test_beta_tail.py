from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from auditor.statistics import beta_above


def tails(value, a, b) -> np.ndarray:
    frame = pl.LazyFrame({"x": value, "a": a, "b": b})
    found = beta_above(frame, "above", pl.col("x"), pl.col("a"), pl.col("b")).collect()
    assert found.columns == ["x", "a", "b", "above"]
    return found["above"].to_numpy()


@pytest.mark.parametrize("largest", [3.0, 1e2, 1e4, 1e6])
def test_tail_is_scipys(largest):
    rng = np.random.default_rng(int(largest))
    a, b = np.exp(rng.uniform(np.log(0.05), np.log(largest), (2, 50_000)))
    mean = a / (a + b)
    spread = np.sqrt(mean * (1 - mean) / (a + b + 1))
    value = np.clip(mean + spread * rng.uniform(-5, 5, a.shape), 1e-9, 1 - 1e-9)

    assert np.abs(tails(value, a, b) - stats.beta.sf(value, a, b)).max() < 5e-4


@pytest.mark.parametrize(("a", "b"), [(1.0, 1.0), (0.5, 0.5), (2.0, 50.0), (400.0, 3.0), (30.0, 30.0)])
def test_tail_falls_from_one_to_zero(a, b):
    value = np.linspace(-0.1, 1.1, 200)
    tail = tails(value, np.full(200, a), np.full(200, b))

    assert (tail[0], tail[-1]) == (1.0, 0.0)
    assert np.diff(tail).max() < 1e-3
    assert np.allclose(tail, stats.beta.sf(value, a, b), atol=5e-4)


def test_both_sides_of_the_mean_add_up():
    tail = tails([0.03, 0.97], [7.5, 210.0], [210.0, 7.5])
    assert tail.sum() == pytest.approx(1, abs=1e-3)


def test_no_tail_without_a_rate():
    assert tails([None, 0.5], [2.0, None], [2.0, 2.0]).tolist() == pytest.approx([np.nan, np.nan], nan_ok=True)
