"""How far chance moves a ratio of totals, if what was drawn at random are whole clusters: users, or outcomes."""

from __future__ import annotations

import polars as pl

from auditor.statistics.weighted import multiplicity, total


def log_ratio_parts(above: pl.Expr, below: pl.Expr, clusters: pl.Expr | None = None) -> pl.Expr:
    """Each cluster's part in the error of log(sum above / sum below); a row is one cluster, or `clusters` alike.

    Over all clusters they add up to 0. Parts of a sum or difference of such logs are the sums or differences of their
    parts, so that what one cluster does to all of them is held together. Null where a total is 0.

    Source: the infinitesimal jackknife, Jaeckel (1972); the linearised ratio of Cochran (1977), Sampling Techniques, 6.
    """
    return above / total(above, clusters) - below / total(below, clusters)


def clustered_error(parts: pl.Expr, clusters: pl.Expr | None = None) -> pl.Expr:
    """Standard error from the parts of all clusters; null under two.

    Source: Efron (1982), The Jackknife, the Bootstrap and Other Resampling Plans, 6.
    """
    each = multiplicity(parts, clusters)
    count = each.sum()
    return pl.when(count > 1).then((each * parts**2).sum() * count / (count - 1)).sqrt()
