"""What became of the outcomes that came while the log ran."""

from __future__ import annotations

import polars as pl

from auditor.rollup import Rollups
from auditor.statistics import poisson_below

COHORTS_TOLD = 12


def launches(rollups: Rollups, young: float) -> pl.LazyFrame:
    """One row a model that has newcomers: how many, how many of the judged were never fed, and how soon the others.

    Judged are those that came before the last retrain and of whose like even exposure would have left at most
    `young` unfed. `by_cohort` tells the judged ones that were never fed, for the latest retrains in which some came.
    """
    ends = rollups.frame("windows").lazy().group_by("model").agg(last=pl.col("retrain").max())
    null = poisson_below(pl.col("need"), pl.col("chance"))
    newcomers = (
        rollups.frame("newcomers")
        .lazy()
        .join(ends, on="model")
        .join(_days(rollups), on=["model", "cohort", "delay"], how="left")
        .with_columns(null=null, is_judged=(pl.col("cohort") < pl.col("last")) & (null <= young))
    )
    judged = newcomers.filter("is_judged")
    return _counted(newcomers).join(_judged(judged), on="model", how="left").join(_told(judged), on="model", how="left")


def _days(rollups: Rollups) -> pl.LazyFrame:
    """Days from the start of each retrain to that of each later one."""
    retrains = rollups.frame("retrains").lazy().filter(pl.col("retrain").is_not_null())
    starts = retrains.group_by("model", "retrain").agg(at=pl.col("first_at").min())
    both = starts.rename({"retrain": "cohort"}).join(starts, on="model", suffix="_fed")
    return both.filter(pl.col("retrain") >= pl.col("cohort")).select(
        "model",
        "cohort",
        delay=pl.col("retrain") - pl.col("cohort"),
        days=(pl.col("at_fed") - pl.col("at")).dt.total_seconds(fractional=True) / 86_400,
    )


def _counted(newcomers: pl.LazyFrame) -> pl.LazyFrame:
    outcomes = pl.col("outcomes")
    return newcomers.group_by("model").agg(
        newcomers=outcomes.sum(),
        dated_newcomers=pl.col("dated").any(),
        alive=outcomes.filter("alive").sum(),
        alive_fed=outcomes.filter("fed_last").sum(),
    )


def _judged(judged: pl.LazyFrame) -> pl.LazyFrame:
    outcomes, unfed = pl.col("outcomes"), pl.col("delay").is_null()
    return (
        judged.sort("model", "delay", nulls_last=True)
        .group_by("model", maintain_order=True)
        .agg(
            judged=outcomes.sum(),
            unfed=outcomes.filter(unfed).sum(),
            unfed_got=pl.col("got").filter(unfed).sum(),
            unfed_even=(pl.col("chance") * outcomes).filter(unfed).sum(),
            never_fed_null=(pl.col("null") * outcomes).sum() / outcomes.sum(),
            median_retrains=_median("delay"),
            median_days=_median("days"),
        )
    )


def _median(column: str) -> pl.Expr:
    """Of the judged, weighed by how many are alike; those never fed come last."""
    ordered = pl.struct(column, "outcomes").sort_by(column, nulls_last=True)
    weight = ordered.struct.field("outcomes")
    return ordered.struct.field(column).filter(2 * weight.cum_sum() >= weight.sum()).first()


def _told(judged: pl.LazyFrame) -> pl.LazyFrame:
    outcomes = pl.col("outcomes")
    cohorts = judged.group_by("model", "cohort").agg(
        all=outcomes.sum(), unfed=outcomes.filter(pl.col("delay").is_null()).sum()
    )
    told = pl.format("{} of {} in retrain {}", "unfed", "all", "cohort")
    return (
        cohorts.sort("model", "cohort")
        .group_by("model", maintain_order=True)
        .agg(by_cohort=told.tail(COHORTS_TOLD).str.join(", "))
    )
