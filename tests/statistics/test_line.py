from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from auditor.statistics import line, student_975, student_tail

X, Y, V = pl.col("x"), pl.col("y"), pl.col("variance")


def fitted(x, y, variance=None):
    frame = pl.DataFrame({"x": x, "y": y, "variance": np.ones(len(x)) if variance is None else variance})
    straight = line(X, Y) if variance is None else line(X, Y, V)
    return frame.select(*straight.named("slope"), error=straight.error, freedom=straight.freedom).row(0, named=True)


@pytest.mark.parametrize("length", [3, 4, 6, 12])
def test_slope_and_interval_are_scipys(length):
    rng = np.random.default_rng(length)
    x, y = rng.normal(size=length), rng.normal(size=length)
    expected = stats.linregress(x, y)
    got = fitted(x, y)
    reach = stats.t.ppf(0.975, length - 2) * expected.stderr
    assert got["slope"] == pytest.approx(expected.slope)
    assert got["error"] == pytest.approx(expected.stderr)
    assert got["slope_low"] == pytest.approx(expected.slope - reach, rel=2e-3, abs=2e-3)
    assert got["slope_high"] == pytest.approx(expected.slope + reach, rel=2e-3, abs=2e-3)
    assert student_tail(got["slope_t"], length - 2) == pytest.approx(
        stats.linregress(x, y, alternative="greater").pvalue
    )


def weighted(x, y, variance):
    """Slope, its error at the variances given, and how much more the values scatter, by matrices."""
    design = np.column_stack([np.ones_like(x), x])
    known = np.linalg.inv(design.T @ np.diag(1 / variance) @ design)
    coefficients = known @ design.T @ (y / variance)
    scatter = ((y - design @ coefficients) ** 2 / variance).sum() / (len(x) - 2)
    return coefficients[1], known[1, 1] ** 0.5, scatter


@pytest.mark.parametrize(("noise", "widened"), [(0.2, False), (5.0, True)])
def test_known_variances_weigh_and_are_a_floor(noise, widened):
    rng = np.random.default_rng(7)
    x, variance = np.arange(6.0), rng.uniform(0.5, 3, 6)
    y = 0.3 * x + noise * variance**0.5 * rng.normal(size=6)
    slope, error, scatter = weighted(x, y, variance)
    got = fitted(x, y, variance)
    assert (scatter > 1) == widened
    assert got["slope"] == pytest.approx(slope)
    assert got["error"] == pytest.approx(error * max(scatter, 1) ** 0.5)


def test_one_variance_may_stand_for_all():
    rng = np.random.default_rng(8)
    frame = pl.DataFrame({"x": np.arange(5.0), "y": rng.normal(0, 0.01, 5), "variance": np.full(5, 0.3)})
    alone, every = line(X, Y, pl.lit(0.3)), line(X, Y, V)
    assert frame.select(alone.slope, e=alone.error).row(0) == pytest.approx(
        frame.select(every.slope, e=every.error).row(0)
    )


def test_interval_holds_the_slope_as_often_as_it_says():
    rng = np.random.default_rng(5)
    draws, x = 4000, np.arange(5.0)
    variance = np.tile([0.01, 0.02, 0.01, 0.04, 0.01], draws)
    y = np.tile(0.1 * x, draws) + rng.normal(0, 0.3, 5 * draws) + rng.normal(size=5 * draws) * variance**0.5
    frame = pl.DataFrame({"draw": np.repeat(np.arange(draws), 5), "x": np.tile(x, draws), "y": y, "variance": variance})
    held = frame.group_by("draw").agg(line(X, Y, V).named("slope")).select(
        (pl.col("slope_low") <= 0.1) & (pl.col("slope_high") >= 0.1)
    )  # fmt: skip
    assert held.to_series().mean() == pytest.approx(0.95, abs=0.03)


def test_two_values_have_a_slope_without_an_error():
    got = fitted([0.0, 1.0], [1.0, 3.0])
    assert got["slope"] == pytest.approx(2.0)
    assert got["freedom"] == 0
    assert got["error"] is None
    assert got["slope_low"] is None


def test_nothing_is_said_where_x_does_not_vary():
    assert fitted([1.0, 1.0, 1.0], [1.0, 2.0, 4.0])["slope"] is None


@pytest.mark.parametrize("freedom", [*range(1, 13), 30, 200])
def test_quantile_is_scipys(freedom):
    got = pl.select(student_975(pl.lit(freedom))).item()
    assert got == pytest.approx(stats.t.ppf(0.975, freedom), rel=2e-3 if freedom < 6 else 1e-4)


def test_no_quantile_without_a_degree_of_freedom():
    assert pl.select(student_975(pl.lit(0))).item() is None


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 8, 31, 400])
@pytest.mark.parametrize("t", [-30.0, -1.0, 0.0, 0.4, 2.0, 5.0, 40.0])
def test_tail_is_scipys(freedom, t):
    assert student_tail(t, freedom) == pytest.approx(stats.t.sf(t, freedom), abs=1e-14)
