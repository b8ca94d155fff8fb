"""Whether retrains narrow what is shown, beside a placebo within retrains."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from auditor.rollup import Rollups
from auditor.statistics import log_simpson_variance, simpson_of, simpson_unbiased

KEYS = ["model", "retrain"]


def narrowing(rollups: Rollups, below: float) -> pl.LazyFrame:
    """One row a model: effective outcomes (1 / sum p^2, free of volume) of the last retrain over the first.

    Each retrain is held against the one before on the outcomes that both could show, and the ratios are multiplied:
    a new catalogue narrows nothing. With four retrains or more, the launch is left out: it is what the model was
    started from. `narrowing_a_retrain` is the mean ratio, `placebo` that between the two halves of single retrains:
    it costs a pass over the log, and is counted only for models that narrow to less than `below`.
    Interval: delta method on the log, 95 %.
    """
    narrowed = _narrowed(rollups).collect()
    models = narrowed.filter(pl.col("narrowing_high") < below)["model"].to_list()
    return narrowed.lazy().join(_placebo(rollups, models), on="model", how="left")


def _narrowed(rollups: Rollups) -> pl.LazyFrame:
    """All of it but the placebo."""
    moved = steps(rollups)
    launched = pl.col("retrain").max().over("model") >= 3
    kept = moved.filter(~launched | (pl.col("earlier") >= 1)).sort(KEYS)
    whole = kept.group_by("model").agg(
        change=(pl.col("before") / pl.col("after")).log().sum(),
        effective_first=1 / pl.col("before").first(),
        error=_error(),
        steps=pl.len(),
    )
    change = pl.col("change")
    return whole.select(
        "model",
        "effective_first",
        effective_last=pl.col("effective_first") * change.exp(),
        narrowing=change.exp(),
        narrowing_low=(change - 1.96 * pl.col("error")).exp(),
        narrowing_high=(change + 1.96 * pl.col("error")).exp(),
        narrowing_a_retrain=(change / pl.col("steps")).exp(),
        narrowing_p=_lower_tail(change / pl.col("error")),
    )


def _error() -> pl.Expr:
    """Over one and the same catalogue the steps telescope, and only the two ends vary."""
    ends = pl.col("before_variance").first() + pl.col("after_variance").last()
    steps = (pl.col("before_variance") + pl.col("after_variance")).sum()
    return pl.when(pl.col("same").all()).then(ends).otherwise(steps).sqrt()


def steps(rollups: Rollups) -> pl.LazyFrame:
    """Simpson's sum p^2 on both sides of each pair of consecutive retrains, over outcomes that both could show."""
    return (
        rollups.frame("moves")
        .lazy()
        .filter(pl.col("earlier") == pl.col("retrain") - 1)
        .select(*KEYS, "earlier", "same", *(index for side in SIDES for index in _simpson(side)))
        .filter((pl.col("before") > 0) & (pl.col("after") > 0))
    )


def _simpson(side: str) -> tuple[pl.Expr, pl.Expr]:
    n, twice, thrice = pl.col(side), pl.col(f"{side}_twice"), pl.col(f"{side}_thrice")
    variance = log_simpson_variance(n, twice, thrice)
    return simpson_of(n, twice).alias(side), variance.alias(f"{side}_variance")


SIDES = ("before", "after")


def _placebo(rollups: Rollups, models: Iterable[int]) -> pl.LazyFrame:
    """Mean ratio of effective outcomes, late over early half of single retrains."""
    halves = rollups.frame_for("retrain_halves", models).lazy().group_by(KEYS)
    outcomes = pl.col("outcomes")
    indices = halves.agg(*(simpson_unbiased(pl.col(half), outcomes).alias(half) for half in ("early", "late")))
    told = indices.filter((pl.col("early") > 0) & (pl.col("late") > 0))
    return told.group_by("model").agg(placebo=(pl.col("early") / pl.col("late")).log().mean().exp())


def _lower_tail(z: pl.Expr) -> pl.Expr:
    """Upper bound of P(Z <= z) for z < 0, by Chernoff: exp(-z^2 / 2) / 2; 1 elsewhere."""
    return pl.when(z < 0).then((-(z**2) / 2).exp() / 2).otherwise(1.0)
