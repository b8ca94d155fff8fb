from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from scipy import special

from auditor.statistics import divergence_null, jsd_null
from auditor.statistics.factorial import log_factorial


def pair(totals: np.ndarray, n: int, name: str = "p") -> pl.DataFrame:
    m = int(totals.sum()) - n
    return pl.DataFrame({"pair": name, "x": totals, "y": 0 * totals, "n": n, "m": m})


def null(totals: np.ndarray, n: int) -> float:
    return jsd_null(pair(totals, n), ["pair"])["jsd_null"].item()


def shuffled(rng, totals: np.ndarray, n: int, draws: int) -> tuple[float, float]:
    """Mean JSD over label shuffles, and the standard error of that mean."""
    x = rng.multivariate_hypergeometric(totals, n, size=draws, method="marginals")
    p, q = x / n, (totals - x) / (totals.sum() - n)
    middle = (p + q) / 2
    divergence = (special.rel_entr(p, middle) + special.rel_entr(q, middle)).sum(1) / 2 / math.log(2)
    return divergence.mean(), divergence.std() / draws**0.5


@pytest.mark.parametrize("share", [0.5, 0.25, 0.03])
@pytest.mark.parametrize(
    ("outcomes", "per_outcome", "draws"),
    [(2000, 0.25, 200), (2000, 3, 200), (500, 60, 300), (300, 1000, 500), (4, 300, 20_000), (3, 12, 20_000)],
)
def test_it_is_the_mean_over_label_shuffles(outcomes, per_outcome, draws, share):
    rng = np.random.default_rng(7)
    totals = rng.poisson(rng.gamma(1, per_outcome, outcomes)) + (outcomes < 5)
    n = max(round(share * totals.sum()), 1)
    mean, error = shuffled(rng, totals, n, draws)
    assert error < 0.01 * mean
    assert null(totals, n) == pytest.approx(mean, abs=0.005 * mean + 3.5 * error)
    assert null(totals, int(totals.sum()) - n) == pytest.approx(null(totals, n))


def test_a_handful_of_exposures_by_hand():
    # One of three exposures goes left. 2/3 of the time it is of the first outcome: (1, 0) against (1/2, 1/2).
    overlap = (math.log2(1 / 0.75) + 0.5 * math.log2(0.5 / 0.75) + 0.5 * math.log2(0.5 / 0.25)) / 2
    assert null(np.array([2, 1]), 1) == pytest.approx(2 / 3 * overlap + 1 / 3, rel=1e-6)


def test_one_outcome_cannot_diverge():
    assert null(np.array([40]), 10) == pytest.approx(0, abs=1e-12)
    assert null(np.array([40_000]), 10_000) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("n", [20_000, 12_000, 4_000])
def test_the_sum_and_the_expansion_meet(n, monkeypatch):
    totals = np.full(40, 30 * 40_000 // n)
    left = 40 * 30
    monkeypatch.setattr(divergence_null, "_SUMMED", 0)
    expanded = null(totals, left)
    monkeypatch.setattr(divergence_null, "_SUMMED", 1e9)
    assert null(totals, left) == pytest.approx(expanded, rel=5e-4)


def test_pairs_stand_apart_and_empty_ones_are_left_out():
    many, few = np.array([5, 9, 300, 2]), np.array([1, 1, 2])
    frame = pl.concat([pair(many, 100, "b"), pair(few, 2, "a"), pair(few, 0, "none")])
    got = jsd_null(frame.lazy(), ["pair"])
    assert isinstance(got, pl.LazyFrame)
    assert got.collect().rows() == [("a", pytest.approx(null(few, 2))), ("b", pytest.approx(null(many, 100)))]


def test_log_factorial_is_scipys():
    count = np.concatenate([np.arange(0, 60, 0.25), 10 ** np.linspace(1, 6, 200)])
    got = pl.DataFrame({"n": count}).select(log_factorial(pl.col("n"))).to_series().to_numpy()
    np.testing.assert_allclose(got, special.gammaln(count + 1), atol=4e-8, rtol=1e-14)
