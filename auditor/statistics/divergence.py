"""How far two retrains differ in what they show.

Every row is one outcome with its exposures in both retrains (0 where it was not shown), or `outcomes` of them
with the same exposures each; `n` and `m` are the totals, the same on every row of a pair. All are
aggregations: use them in `group_by().agg()`. Where a total is 0 there is nothing to compare, and the result
is null.
"""

from __future__ import annotations

import polars as pl

from auditor.statistics.weighted import multiplicity


def jsd(x: pl.Expr, y: pl.Expr, n: pl.Expr, m: pl.Expr, outcomes: pl.Expr | None = None) -> pl.Expr:
    """Plug-in Jensen-Shannon divergence in bits: 0 equal, 1 nothing in common.

    x, y: exposures of one outcome in either retrain; n, m: their totals.
    Biased upwards by sampling: hold it against `jsd_null`.

    Source: Lin (1991), IEEE Trans. Inf. Theory 37:145.
    """
    return _where_filled((multiplicity(x, outcomes) * jsd_term(x, y, n, m)).sum(), n, m)


def jsd_term(x: pl.Expr, y: pl.Expr, n: pl.Expr, m: pl.Expr) -> pl.Expr:
    """One outcome's part of `jsd`, in bits, row by row."""
    p, q = x / n, y / m
    middle = (p + q) / 2
    return (_relative(p, middle) + _relative(q, middle)) / 2


def cross_validated_chi2(  # noqa: PLR0913, PLR0917 (four cells and their totals)
    a: pl.Expr,
    b: pl.Expr,
    c: pl.Expr,
    d: pl.Expr,
    na: pl.Expr,
    nb: pl.Expr,
    mc: pl.Expr,
    md: pl.Expr,
    outcomes: pl.Expr | None = None,
) -> tuple[pl.Expr, pl.Expr]:
    """Chi-square divergence between two retrains, free of sampling bias: (estimate, standard error).

    a, b: exposures of one outcome in half A and B of the first retrain; c, d: in those of the second;
    na, nb, mc, md: the totals of the four cells. What differs by chance in one half does not in the other, so
    with equal distributions every term has mean zero at any volume. `estimate / (8 ln 2)` is a debiased
    Jensen-Shannon divergence in bits, to second order.

    The error comes from the terms themselves, not from counting exposures as independent, so it holds for
    users who repeat themselves as long as each user is in one half. Its price: |z| is at most the root of the
    number of outcomes shown (1 with two), so that a pair of retrains with fewer than some dozens says little by
    itself, and one with under seven never passes 2.58.
    It is too small where outcomes come in bundles for the same users (by the root of 2 if all come in pairs).
    Pairs that share a retrain are not independent: of consecutive ones, neighbours correlate by about 1/4.
    Null where no term differs from 0, hence no evidence.
    """
    each = multiplicity(a, outcomes)
    share = pl.sum_horizontal(_floats(a, b, c, d)) / pl.sum_horizontal(_floats(na, nb, mc, md))
    term = pl.when(share > 0).then((a / na - c / mc) * (b / nb - d / md) / share).otherwise(0.0)
    variance = (each * term**2).sum() * _bound_terms(share, each)
    error = pl.when(variance > 0).then(variance.sqrt())
    return _where_filled((each * term).sum(), na, nb, mc, md), _where_filled(error, na, nb, mc, md)


def _bound_terms(share: pl.Expr, each: pl.Expr) -> pl.Expr:
    """Variance of the sum of terms over the sum of their variances: what one outcome gains, others lose.

    (K - 1)/(K - 2 + sum p^2) from the multinomial covariance; 2 with two equal outcomes, near 1 with many.
    """
    shown = (each * (share > 0)).sum()
    return pl.when(shown > 1).then((shown - 1) / (shown - 2 + (each * share**2).sum()))


def simpson_cross(a: pl.Expr, b: pl.Expr, na: pl.Expr, nb: pl.Expr, outcomes: pl.Expr | None = None) -> pl.Expr:
    """Unbiased estimate of sum p^2 from an outcome's exposures a, b in two independent halves of na, nb."""
    return _where_filled((multiplicity(a, outcomes) * (a / na) * (b / nb)).sum(), na, nb)


def _where_filled(value: pl.Expr, *totals: pl.Expr) -> pl.Expr:
    return pl.when(pl.min_horizontal(total.min() for total in totals) > 0).then(value)


def _floats(*counts: pl.Expr) -> list[pl.Expr]:
    # Sums of narrow integers wrap around.
    return [count.cast(pl.Float64) for count in counts]


def _relative(p: pl.Expr, middle: pl.Expr) -> pl.Expr:
    """Relative entropy p log2(p / middle), which is 0 at p = 0."""
    return pl.when(p > 0).then(p * (p / middle).log(2)).otherwise(0.0)
