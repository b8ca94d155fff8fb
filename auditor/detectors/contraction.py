"""What retrains of different leniency tell of decisions that go unlabelled."""

from __future__ import annotations

import polars as pl

from auditor.detectors.thresholds import SelectiveLabels
from auditor.rollup import Rollups
from auditor.statistics import wilson

# Of retrains chosen for their leniency, and told of only if labels get worse with it.
Z_999 = 3.290527


def contraction(rollups: Rollups, blind: pl.LazyFrame, thresholds: SelectiveLabels) -> pl.LazyFrame:
    """One row a model whose retrains differ in leniency, the share of decisions whose outcome is seen.

    Between the strictest and the most lenient retrain, `added_no` is the share of 0 labels among the decisions that the
    lenient one added: (A' f' - A f) / (A' - A) with leniency A and share f of 0 labels in each. Interval: delta method.
    No row where leniency hardly differs, where the lenient retrain has no higher share of 0 labels, or where the result
    is no share: then the retrains chose differently, or among different people.

    Source: Lakkaraju et al. (2017), KDD:275.
    """
    retrains = _retrains(rollups, blind).filter(
        (pl.col("decisions") >= thresholds.enough_decisions) & (pl.col("labelled") >= thresholds.enough_decisions)
    )
    ends = (
        retrains.sort("model", "leniency", "retrain")
        .group_by("model")
        .agg(pl.all().exclude("model").first().name.suffix("_strict"), pl.all().exclude("model").last())
        .filter(
            (pl.col("leniency") - pl.col("leniency_strict") >= thresholds.leniency)
            & (pl.col("leniency_low") > pl.col("leniency_high_strict"))
            & (pl.col("no") - pl.col("no_strict") > Z_999 * (_of_no("") + _of_no("_strict")).sqrt())
        )
        .with_columns(added_no=_added())
    )
    error = (_variance("") + _variance("_strict")).sqrt() / (pl.col("leniency") - pl.col("leniency_strict"))
    return (
        ends.with_columns(
            added_no_low=(pl.col("added_no") - 1.96 * error).clip(lower_bound=0.0),
            added_no_high=(pl.col("added_no") + 1.96 * error).clip(upper_bound=1.0),
        )
        .filter(pl.col("added_no_low") <= 1)
        .select(
            "model",
            "leniency_strict",
            "leniency",
            "no_strict",
            "no",
            pl.col("added_no").clip(upper_bound=1.0),
            "added_no_low",
            "added_no_high",
            labelled_strict="labelled_strict",
            labelled_lenient="labelled",
        )
    )


def _retrains(rollups: Rollups, blind: pl.LazyFrame) -> pl.LazyFrame:
    """Leniency of each retrain of a model with blind actions, and the share of 0 labels among what it let be seen."""
    seen = pl.col("decisions").filter(~pl.col("blind")).sum()
    counted = (
        rollups.frame("actions")
        .lazy()
        .join(blind.select("model", "item", "blind"), on=["model", "item"])
        .filter(pl.col("blind").any().over("model"))
        .group_by("model", "retrain")
        .agg(
            pl.col("decisions").sum(),
            seen=seen,
            labelled=pl.col("labelled").filter(~pl.col("blind")).sum(),
            positive=pl.col("positive").filter(~pl.col("blind")).sum(),
        )
    )
    low, high = wilson(pl.col("seen"), pl.col("decisions"))
    return counted.with_columns(
        leniency=pl.col("seen") / pl.col("decisions"),
        leniency_low=low,
        leniency_high=high,
        no=1 - pl.col("positive") / pl.col("labelled"),
    )


def _added() -> pl.Expr:
    gained = pl.col("leniency") * pl.col("no") - pl.col("leniency_strict") * pl.col("no_strict")
    return gained / (pl.col("leniency") - pl.col("leniency_strict"))


def _variance(side: str) -> pl.Expr:
    """Of A (f - m) in one retrain, for the ratio m of the differences."""
    share, no = pl.col(f"leniency{side}"), pl.col(f"no{side}")
    of_share = share * (1 - share) / pl.col(f"decisions{side}")
    return share**2 * _of_no(side) + (no - pl.col("added_no")) ** 2 * of_share


def _of_no(side: str) -> pl.Expr:
    no = pl.col(f"no{side}")
    return no * (1 - no) / pl.col(f"labelled{side}")
