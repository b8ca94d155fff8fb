"""How far a model has narrowed, and how much its feedback rate rose with it."""

from __future__ import annotations

import polars as pl

from auditor.detectors.thresholds import SilentFailure
from auditor.statistics import line


def risen(series: pl.LazyFrame, thresholds: SilentFailure) -> pl.LazyFrame:
    """One row a model: by effective outcomes; by coverage where that alone falls.

    `series` has a row a retrain and breadth: [model, retrain, breadth, change, variance, first] as `breadths` gives
    them, beside [feedback, log_rate, rate_variance] of the retrain.
    """
    fell = pl.col("narrowed_high") < thresholds.narrowed
    place = [fell.fill_null(value=False), pl.col("breadth")]
    told = _by_breadth(series.filter(pl.col("feedback") > 0))
    return told.sort(place, descending=True).group_by("model", maintain_order=True).first()


def _by_breadth(series: pl.LazyFrame) -> pl.LazyFrame:
    """`narrowed` and `rise` of each breadth of a model; no rise where the breadth hardly moved."""
    slope = line(pl.col("change"), pl.col("log_rate"), pl.col("rate_variance"))
    recent = pl.struct("change", "variance", "retrain").filter(pl.col("retrain") >= pl.col("retrain").max() - 1)
    # Equal but for the order of sums: the later one.
    broader = recent.sort_by(recent.struct.field("change").round(9), recent.struct.field("retrain")).last()
    fall = broader.struct.field("change").round(12)
    error = broader.struct.field("variance").clip(lower_bound=1e-12).sqrt()
    moved = pl.when(fall < -0.01).then(fall)
    rise, reach = slope.slope * moved, (slope.reach * moved).abs()
    return series.group_by("model", "breadth").agg(
        breadth_first=pl.col("first").first(),
        breadth_last=pl.col("first").first() * pl.col("change").sort_by("retrain").last().exp(),
        narrowed=fall.exp(),
        narrowed_low=(fall - 1.96 * error).exp(),
        narrowed_high=(fall + 1.96 * error).exp(),
        narrowed_z=(0.0 - fall) / error,
        rise=rise.exp(),
        rise_low=(rise - reach).exp(),
        rise_high=(rise + reach).exp(),
        rise_t=pl.when(fall < -0.01).then(-slope.slope / slope.error),
        freedom=slope.freedom,
    )
