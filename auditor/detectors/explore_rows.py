"""Where the rows that a log marks as explored went, and how many there are."""

from __future__ import annotations

import polars as pl

from auditor.rollup import Rollups
from auditor.statistics import effective_number_shannon, gini, gini_error, gini_null, wilson


def spread(rollups: Rollups, windows: pl.LazyFrame) -> pl.LazyFrame:
    """One row a model: `reach` and concentration of the explore rows over the catalogue of `windows`."""
    outcomes, explore = pl.col("outcomes"), pl.col("explore")
    sizes = windows.select("model", catalogue="outcomes")
    counted = (
        rollups.frame("explored")
        .lazy()
        .join(sizes, on="model")
        .group_by("model")
        .agg(
            gini(explore, pl.col("catalogue"), outcomes).alias("explore_gini"),
            gini_error(explore, pl.col("catalogue"), outcomes).alias("explore_gini_error"),
            effective_number_shannon(explore, outcomes).alias("explore_effective"),
            explored=(explore * outcomes).sum(),
            explored_unfed=(explore * outcomes).filter(~pl.col("fed")).sum(),
            unfed=pl.col("catalogue").first() - outcomes.filter(pl.col("fed")).sum(),
            catalogue=pl.col("catalogue").first(),
        )
    )
    null = gini_null(pl.col("explored") / pl.col("catalogue"))
    low, high = wilson(pl.col("explored_unfed"), pl.col("explored"))
    share = pl.when(pl.col("unfed") > 0).then(pl.col("unfed") / pl.col("catalogue"))
    return counted.with_columns(
        explore_gini_null=null,
        explore_excess=(pl.col("explore_gini") - null) / (1 - null),
        unfed_share=pl.col("unfed") / pl.col("catalogue"),
        reach=pl.col("explored_unfed") / pl.col("explored") / share,
        reach_low=low / share,
        reach_high=high / share,
    ).drop("catalogue", "unfed")


def reached(rollups: Rollups) -> pl.LazyFrame:
    """One row a model: how much of the lasting catalogue was ever explored, as a ratio to what uniform rows reach."""
    low, high = wilson(pl.col("reached"), pl.col("standing"))
    null = 1 - (-pl.col("explored") / pl.col("standing")).exp()
    return (
        rollups.frame("explored_ever")
        .lazy()
        .select(
            "model",
            "standing",
            "reached",
            explored_ever=pl.col("explored"),
            reached_share=pl.col("reached") / pl.col("standing"),
            reached_share_low=low,
            reached_share_high=high,
            reached_null=null,
            reached_ratio_high=high / null,
        )
    )


def explore_share(rollups: Rollups) -> pl.LazyFrame:
    """One row a model: share of explore rows in the rows that could have been, its error from whole units (users).

    A ratio of sums over units, whose variance is sum (x - share n)^2 / (sum n)^2.
    """
    share = pl.col("explored") / pl.col("drawn")
    squares = pl.col("explored_squared") - 2 * share * pl.col("both_ways") + share**2 * pl.col("drawn_squared")
    error = squares.clip(lower_bound=0.0).sqrt() / pl.col("drawn")
    return (
        rollups.frame("explored_units")
        .lazy()
        .filter(pl.col("units") > 1)
        .select(
            "model",
            "units",
            "drawn",
            explore_share=share,
            explore_share_low=(share - 1.96 * error).clip(lower_bound=0.0),
            explore_share_high=share + 1.96 * error,
            explore_share_error=error,
        )
    )
