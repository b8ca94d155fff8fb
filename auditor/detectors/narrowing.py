"""Whether retrains narrow what is shown, beside a placebo within retrains."""

from __future__ import annotations

import polars as pl

from auditor.rollup import Rollups
from auditor.statistics import log_simpson_variance, simpson_unbiased

KEYS = ["model", "retrain"]


def narrowing(rollups: Rollups) -> pl.LazyFrame:
    """One row a model: effective outcomes (1 / sum p^2, free of volume) of the last retrain over the first.

    With four retrains or more, the launch is left out: it is what the model was started from. `placebo` is the mean
    ratio between the two halves of single retrains, `narrowing_a_retrain` the mean ratio across retrains. Interval:
    delta method on the log, 95 %.
    """
    widths = _widths(rollups)
    launch = pl.when(pl.col("retrain").max().over("model") >= 3).then(1).otherwise(0)
    kept = widths.filter(pl.col("retrain") >= launch).sort(KEYS)
    ends = kept.group_by("model").agg(
        first=pl.col("simpson").first(), last=pl.col("simpson").last(),
        error=(pl.col("variance").first() + pl.col("variance").last()).sqrt(),
        steps=pl.len() - 1,
        within=(pl.col("early") / pl.col("late")).log().mean(),
    )  # fmt: skip
    change = (pl.col("first") / pl.col("last")).log()
    return ends.filter(pl.col("steps") > 0).select(
        "model",
        effective_first=1 / pl.col("first"),
        effective_last=1 / pl.col("last"),
        narrowing=change.exp(),
        narrowing_low=(change - 1.96 * pl.col("error")).exp(),
        narrowing_high=(change + 1.96 * pl.col("error")).exp(),
        narrowing_a_retrain=(change / pl.col("steps")).exp(),
        narrowing_p=_lower_tail(change / pl.col("error")),
        placebo=pl.col("within").exp(),
    )


def _widths(rollups: Rollups) -> pl.LazyFrame:
    """Simpson's sum p^2 of each retrain's exploit rows, and of the halves of its window."""
    counts, late, outcomes = pl.col("exploit"), pl.col("exploit_late"), pl.col("outcomes")
    found = (
        rollups.frame("profile")
        .lazy()
        .group_by(KEYS)
        .agg(
            simpson=simpson_unbiased(counts, outcomes),
            variance=log_simpson_variance(counts, outcomes),
            early=simpson_unbiased(counts - late, outcomes),
            late=simpson_unbiased(late, outcomes),
        )
    )
    halved = (pl.col("early") > 0) & (pl.col("late") > 0)
    return found.filter(pl.col("simpson") > 0).with_columns(
        early=pl.when(halved).then(pl.col("early")), late=pl.when(halved).then(pl.col("late"))
    )


def _lower_tail(z: pl.Expr) -> pl.Expr:
    """Upper bound of P(Z <= z) for z < 0, by Chernoff: exp(-z^2 / 2) / 2; 1 elsewhere."""
    return pl.when(z < 0).then((-(z**2) / 2).exp() / 2).otherwise(1.0)
