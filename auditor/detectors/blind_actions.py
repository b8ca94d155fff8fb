"""Actions whose outcome is never seen: without labels, or with labels that are all alike."""

from __future__ import annotations

import polars as pl

from auditor.detectors.thresholds import SelectiveLabels
from auditor.rollup import Rollups
from auditor.statistics import wilson

# Chance of labels all alike, over the actions of a model, under which they are called tautological.
CERTAIN = 0.001
WHOLE = 0.9


def actions(rollups: Rollups, thresholds: SelectiveLabels) -> pl.LazyFrame:
    """One row for each action of a model that decides, over all retrains: whether it is `unseen` or `alike`.

    `unseen`: labelled less than a fiftieth as often as the model's most labelled action, at 95 %. `alike`: labelled
    throughout, all labels equal, while those of the other actions are not, by `contrast`; `chance` is that of it
    happening anyhow.
    """
    totals = (
        rollups.frame("actions")
        .lazy()
        .join(rollups.frame("kinds").lazy().select("model", "labels"), on="model")
        .group_by("model", "item")
        .agg(pl.col("labels").first(), pl.col("decisions", "randomised", "labelled", "positive").sum())
    )
    enough = pl.col("decisions") >= thresholds.enough_decisions
    low, high = wilson(pl.col("labelled"), pl.col("decisions"))
    rated = totals.with_columns(rate=pl.col("labelled") / pl.col("decisions"), rate_low=low, rate_high=high)
    best = pl.col("rate_low").filter(enough).max().over("model")
    told = pl.col("labels") | (best >= thresholds.followed)
    return (
        rated.with_columns(best=best, unseen=enough & told & (pl.col("rate_high") < thresholds.hardly * best))
        .with_columns(_others())
        .with_columns(alike=_alike(thresholds).fill_null(value=False), unseen=pl.col("unseen").fill_null(value=False))
        .with_columns(blind=pl.col("unseen") | pl.col("alike"))
    )


def _others() -> list[pl.Expr]:
    """The bound of the other actions' share of equal labels that is nearest to all alike, and what chance makes of it.

    Labels of an action that are all 0 (or 1) are held against how often those of the others are.
    """
    labelled, positive = pl.col("labelled"), pl.col("positive")
    others = labelled.sum().over("model") - labelled
    yes = positive.sum().over("model") - positive
    equal = pl.when(positive == 0).then(others - yes).when(positive == labelled).then(yes)
    _, most = wilson(equal, others)
    return [
        others.alias("labelled_elsewhere"),
        (1 - most).alias("contrast"),
        (pl.len().over("model") * most**labelled).clip(upper_bound=1.0).alias("chance"),
    ]


def _alike(thresholds: SelectiveLabels) -> pl.Expr:
    enough = pl.min_horizontal("labelled", "labelled_elsewhere") >= thresholds.enough_decisions
    whole = pl.col("rate") >= WHOLE
    return enough & whole & (pl.col("contrast") >= thresholds.contrast) & (pl.col("chance") < CERTAIN)
