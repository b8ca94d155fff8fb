from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from auditor.statistics import clustered_slope


def by_sums(x, y, cluster):
    """Slope and error out of sums over clusters, as an engine would hand them over."""
    sums = pl.DataFrame({"c": cluster, "xy": x * y, "xx": x * x}).group_by("c").agg(pl.col("xy", "xx").sum())
    xy, xx = pl.col("xy"), pl.col("xx")
    row = sums.select(
        xy=xy.sum(), xx=xx.sum(), own=(xy**2).sum(), mixed=(xy * xx).sum(), other=(xx**2).sum(), m=pl.len()
    )
    squares = (pl.col("own"), pl.col("mixed"), pl.col("other"))
    slope, error = clustered_slope(pl.col("xy"), pl.col("xx"), squares, pl.col("m"))
    return row.select(slope.alias("slope"), error.alias("error")).row(0)


def by_residuals(x, y, cluster):
    """The sandwich as it is written: residuals first, their products with x added up by cluster."""
    slope = np.linalg.lstsq(x[:, None], y, rcond=None)[0][0]
    scores = [np.dot(x[cluster == c], (y - slope * x)[cluster == c]) for c in np.unique(cluster)]
    m = len(scores)
    return slope, np.sqrt(m / (m - 1) * np.square(scores).sum()) / np.square(x).sum()


@pytest.mark.parametrize("clusters", [2, 7, 40, 200])
def test_it_is_the_sandwich_of_the_residuals(clusters):
    rng = np.random.default_rng(clusters)
    cluster = rng.integers(0, clusters, 300)
    x, y = rng.normal(size=300) * (1 + cluster % 3), rng.normal(size=300)

    assert by_sums(x, y, cluster) == pytest.approx(by_residuals(x, y, cluster))


def test_rows_of_their_own_are_whites_estimate():
    rng = np.random.default_rng(1)
    x = rng.normal(size=500)
    y = 0.4 * x + rng.normal(size=500) * np.abs(x)
    slope, error = by_sums(x, y, np.arange(500))
    inverse = 1 / (x @ x)
    white = inverse * np.sum((x * (y - slope * x)) ** 2) * inverse

    assert slope == pytest.approx((x @ y) * inverse)
    assert error == pytest.approx(np.sqrt(white * 500 / 499))


def test_the_error_is_how_far_slopes_scatter_where_clusters_repeat_themselves():
    rng = np.random.default_rng(2)
    cluster = np.repeat(np.arange(60), 5)
    found = []
    for _ in range(400):
        common = rng.normal(size=(2, 60)).repeat(5, axis=1)
        x, y = common + rng.normal(size=(2, 300))
        found.append(by_sums(x, y, cluster))
    slopes, errors = np.array(found).T

    assert errors.mean() == pytest.approx(slopes.std(), rel=0.12)
    assert abs(slopes.mean()) < 3 * slopes.std() / np.sqrt(400)


def test_without_anything_to_tell_by_it_is_null():
    assert by_sums(np.zeros(4), np.ones(4), np.arange(4)) == (None, None)
    assert by_sums(np.ones(4), np.ones(4), np.zeros(4, int)) == (1.0, None)
