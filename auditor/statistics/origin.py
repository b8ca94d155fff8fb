"""A slope through the origin whose rows come in clusters, from sums that a cluster adds up first."""

from __future__ import annotations

import polars as pl


def clustered_slope(
    xy: pl.Expr, xx: pl.Expr, squares: tuple[pl.Expr, pl.Expr, pl.Expr], clusters: pl.Expr
) -> tuple[pl.Expr, pl.Expr]:
    """Slope of y on x without intercept and its standard error, row by row.

    With X = sum xy and Q = sum xx of each cluster, `xy` and `xx` are the sums of X and of Q over all clusters,
    `squares` those of X^2, X Q and Q^2. Rows of one cluster may depend on each other in any way, and noise may
    differ from row to row. Null without any x; the error is null under two clusters.

    Source: Liang and Zeger (1986), Biometrika 73:13, with the factor m / (m - 1) for m clusters.
    """
    slope = xy / pl.when(xx > 0).then(xx)
    own, mixed, other = squares
    spread = (own - 2 * slope * mixed + slope**2 * other).clip(lower_bound=0.0)
    factor = clusters / pl.when(clusters > 1).then(clusters - 1)
    return slope, (factor * spread).sqrt() / xx
