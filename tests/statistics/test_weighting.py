from __future__ import annotations

from fractions import Fraction

import numpy as np
import polars as pl
import pytest

from auditor.statistics import effective_sample, snips


def sums(weight, clicked) -> pl.DataFrame:
    weight, clicked = np.asarray(weight, float), np.asarray(clicked, float)
    return pl.DataFrame(
        {"w": [weight.sum()], "ww": [weight @ weight], "r": [weight @ clicked], "rr": [weight**2 @ clicked]}
    )


def value(weight, clicked) -> tuple[float, float, float]:
    expressions = snips(*map(pl.col, ("w", "ww", "r", "rr")))
    return sums(weight, clicked).select(*(each.alias(str(i)) for i, each in enumerate(expressions))).row(0)


def log(seed: int, rows: int = 4000, explored: float = 0.2):
    """Rows of a policy that prefers outcomes of a rate that is not theirs; weights, clicks, the rate of all alike."""
    rng = np.random.default_rng(seed)
    rate = np.linspace(0.02, 0.3, 12)
    policy = explored / 12 + (1 - explored) * rng.dirichlet(np.ones(12))
    item = rng.choice(12, rows, p=policy)
    return 1 / policy[item], rng.binomial(1, rate[item]), rate.mean()


@pytest.mark.parametrize("seed", range(5))
def test_effective_sample_from_exact_fractions(seed):
    rng = np.random.default_rng(seed)
    chances = [Fraction(int(each), 1000) for each in rng.integers(1, 1001, 50)]
    exact = sum(1 / p for p in chances) ** 2 / sum(1 / p**2 for p in chances)
    found = sums([float(1 / p) for p in chances], np.zeros(50)).select(effective_sample(pl.col("w"), pl.col("ww")))

    assert found.item() == pytest.approx(float(exact), rel=1e-12)


def test_effective_sample_of_even_weights_is_all_rows_and_of_none_is_nothing():
    frame = pl.concat([sums(np.full(70, 3.0), np.zeros(70)), sums([], [])])
    assert frame.select(effective_sample(pl.col("w"), pl.col("ww")))["w"].to_list() == [pytest.approx(70), None]


@pytest.mark.parametrize("seed", range(5))
def test_value_and_error_row_by_row(seed):
    weight, clicked, _ = log(seed)
    mean = sum(w * r for w, r in zip(weight, clicked, strict=True)) / sum(weight)
    error = sum((w * (r - mean)) ** 2 for w, r in zip(weight, clicked, strict=True)) ** 0.5 / sum(weight)

    assert value(weight, clicked) == pytest.approx((mean, mean - 1.96 * error, mean + 1.96 * error), rel=1e-4)


def test_interval_is_that_of_the_bootstrap():
    weight, clicked, _ = log(77)
    rng = np.random.default_rng(1)
    rows = rng.integers(0, len(weight), (2000, len(weight)))
    means = (weight * clicked)[rows].sum(axis=1) / weight[rows].sum(axis=1)
    _, low, high = value(weight, clicked)

    assert (low, high) == pytest.approx(np.quantile(means, [0.025, 0.975]), abs=0.1 * (high - low))


def test_interval_holds_the_rate_of_the_uniform_policy():
    held = [low <= truth <= high for seed in range(400) for weight, clicked, truth in [log(seed)]
            for _, low, high in [value(weight, clicked)]]  # fmt: skip
    assert 0.92 <= np.mean(held) <= 0.98


def test_no_value_without_rows_and_none_beyond_a_rate():
    assert value([], []) == (None, None, None)
    assert value([1.0, 50.0], [0, 1])[2] == 1.0
    assert value([2.0, 2.0], [0, 0]) == (0.0, 0.0, 0.0)
