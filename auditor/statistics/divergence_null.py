"""The Jensen-Shannon divergence that two retrains show when nothing but chance tells them apart."""

from __future__ import annotations

import math
from collections.abc import Sequence

import polars as pl

from auditor.statistics.factorial import log_factorial
from auditor.statistics.frames import Frame, same_kind

# Mean count on the smaller side up to which the expectation is summed; beyond, the expansion is good to 5e-4.
_SUMMED = 10
_TAIL_DEVIATIONS = 8
_TAIL_COUNTS = 10


def jsd_null(frame: Frame, keys: Sequence[str]) -> Frame:
    """Expected plug-in JSD, in bits, if every exposure fell to one of the two retrains at random.

    `frame` has [*keys, x, y, n, m]: exposures of one outcome in both retrains, and their totals. There is one row per
    outcome of a pair, or one per `outcomes` alike if it has that column. The result has [*keys, jsd_null], one row
    per pair, sorted. A pair in which one side has no exposures is left out.

    It is what shuffling the labels gives on average: the first side keeps Hypergeometric(n + m, N, n) of an
    outcome's N = x + y exposures. That expectation is summed where N is small; elsewhere it is expanded up to
    the fourth moment, the first term being (1/n + 1/m) / (8 ln 2) for each outcome.
    Moments: Johnson, Kemp, Kotz (2005), Univariate Discrete Distributions, 6.3.
    """
    return same_kind(frame, _jsd_null(frame.lazy(), list(keys)))


def _jsd_null(frame: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    totals = _totals(frame, keys)
    few = _MEAN <= _SUMMED
    parts = [_summed(totals.filter(few), keys), _expanded(totals.filter(~few), keys)]
    return pl.concat(parts).group_by(keys).agg(pl.col("jsd_null").sum()).sort(keys)


def _totals(frame: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    """[*keys, small, large, total, outcomes]: outcomes alike in their total need one expectation."""
    n, m, x, y = (pl.col(name).cast(pl.Float64) for name in ("n", "m", "x", "y"))
    listed = "outcomes" in frame.collect_schema().names()
    return (
        frame.filter((n > 0) & (m > 0) & (x + y > 0))
        .group_by(
            *keys,
            small=pl.min_horizontal(n, m),
            large=pl.max_horizontal(n, m),
            total=x + y,
        )
        .agg(outcomes=pl.col("outcomes").cast(pl.Float64).sum() if listed else pl.len())
    )


_SMALL, _LARGE, _TOTAL, _COUNT = (pl.col(name) for name in ("small", "large", "total", "count"))
_ALL = _SMALL + _LARGE
_MEAN = _TOTAL * _SMALL / _ALL
_VARIANCE = _MEAN * (_LARGE / _ALL) * (_ALL - _TOTAL) / (_ALL - 1)


def _summed(totals: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    weight = (_log_mass(_COUNT) - pl.col("peak")).exp()
    divergence = _jsd_term(_COUNT, _TOTAL - _COUNT, _SMALL, _LARGE)
    return (
        totals.with_columns(count=_likely_counts(), peak=_log_mass(_MEAN))
        .explode("count")
        .group_by(*keys, "total", "outcomes")
        .agg(mean=(weight * divergence).sum() / weight.sum())
        .select(*keys, jsd_null=pl.col("mean") * pl.col("outcomes"))
    )


def _likely_counts() -> pl.Expr:
    reach = _TAIL_DEVIATIONS * _VARIANCE.sqrt() + _TAIL_COUNTS
    first = pl.max_horizontal(pl.lit(0.0), _TOTAL - _LARGE, (_MEAN - reach).ceil())
    last = pl.min_horizontal(_TOTAL, _SMALL, (_MEAN + reach).floor())
    return pl.int_ranges(first.cast(pl.Int64), last.cast(pl.Int64) + 1)


def _log_mass(count: pl.Expr) -> pl.Expr:
    """Log of the hypergeometric mass, up to a constant."""
    cells = (count, _TOTAL - count, _SMALL - count, _LARGE - _TOTAL + count)
    return -pl.sum_horizontal([log_factorial(cell) for cell in cells])


def _expanded(totals: pl.LazyFrame, keys: list[str]) -> pl.LazyFrame:
    """Expectation of the Taylor series, up to the fourth moment of the count.

    With u the relative error of the small side's count and r = small/large, an outcome's divergence is its
    share of all exposures times [h(u) + h(-ru)]/2 - h((1-r)u/2), where h(u) = (1+u) log(1+u) =
    u + u^2/2 - u^3/6 + u^4/12 - ...
    """
    r = _SMALL / _LARGE
    second = (1 + r) ** 2 / 8
    third = ((1 - r) ** 3 / 4 - (1 - r**3)) / 12
    fourth = (1 + r**4 - (1 - r) ** 4 / 8) / 24
    skew = (_LARGE - _SMALL) * (_ALL - 2 * _TOTAL) / (_ALL * (_ALL - 2))
    peak = 3 * _VARIANCE + 1 - 6 * _SMALL * _LARGE / _ALL**2
    nats = second / _MEAN**2 + third * skew / _MEAN**3 + fourth * peak / _MEAN**4
    share = _TOTAL / _ALL
    return totals.select(*keys, jsd_null=pl.col("outcomes") * share * _VARIANCE * nats / math.log(2))


def _jsd_term(x: pl.Expr, y: pl.Expr, n: pl.Expr, m: pl.Expr) -> pl.Expr:
    """One outcome's part of the divergence, in bits."""
    p, q = x / n, y / m
    middle = (p + q) / 2
    return (_relative(p, middle) + _relative(q, middle)) / 2


def _relative(p: pl.Expr, middle: pl.Expr) -> pl.Expr:
    """Relative entropy p log2(p / middle), which is 0 at p = 0."""
    return pl.when(p > 0).then(p * (p / middle).log(2)).otherwise(0.0)
