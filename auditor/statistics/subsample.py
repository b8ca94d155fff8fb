"""What a subsample of labels (or anything else that comes in classes) would hold: rarefaction."""

from __future__ import annotations

import polars as pl

from auditor.statistics.factorial import log_factorial


def absent_chance(size: pl.Expr, total: pl.Expr, drawn: pl.Expr) -> pl.Expr:
    """Chance that `drawn` of `total`, without replacement, hold none of a class of `size`, row by row.

    C(total - size, drawn) / C(total, drawn); 0 where more are drawn than the others can give.

    Source: Hurlbert (1971), Ecology 52:577; the hypergeometric distribution at zero.
    """
    others = total - size
    left = (others - drawn).cast(pl.Float64)
    possible = left.clip(lower_bound=0.0)
    log_ways = log_factorial(others.cast(pl.Float64)) - log_factorial(possible)
    log_all = log_factorial(total.cast(pl.Float64)) - log_factorial((total - drawn).clip(0).cast(pl.Float64))
    return pl.when(left >= 0).then((log_ways - log_all).exp().clip(0.0, 1.0)).otherwise(0.0)


def distinct_drawn(size: pl.Expr, classes: pl.Expr, drawn: pl.Expr) -> pl.Expr:
    """Aggregation: how many classes `drawn` of all their members are expected to hold.

    Each row stands for `classes` classes of `size` members. Drawn twice as many, the classes that come in addition are
    the variance of the number drawn, were the members drawn at random from a world of classes: with Poisson counts of
    mean m, a class is absent with chance exp(-m), and exp(-m) (1 - exp(-m)) = exp(-m) - exp(-2m).

    Source: Hurlbert (1971), Ecology 52:577; Smith and Grassle (1977), Biometrics 33:283.
    """
    total = (size * classes).sum()
    return (classes * (1 - absent_chance(size, total, drawn))).filter(size > 0).sum()
