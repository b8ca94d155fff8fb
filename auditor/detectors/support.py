"""What logged propensities are worth: whether they are true, and what they leave room to learn."""

from __future__ import annotations

import polars as pl

from auditor.rollup import Rollups
from auditor.statistics import effective_sample, snips, top_share

TAIL = 0.01
Z_99 = 2.575829
SUMS = ("weight", "squares", "clicked", "clicked_squares", "explored_weight")
COUNTS = ("model", "rows_weighed", "certain", "explored_rows")
UNWEIGHED = {**dict.fromkeys(COUNTS, pl.Int64), **dict.fromkeys((*SUMS, "heaviest"), pl.Float64)}


def honesty(rollups: Rollups) -> pl.LazyFrame:
    """One row a model: rows beyond what their propensities allow, as a share of all, and how many outcomes these are.

    Null where the log cannot be halved.
    """
    share = pl.col("excess") / pl.col("decisions")
    error = 1.96 * pl.col("error") / pl.col("decisions")
    halved = pl.col("smaller_half") > 0
    return (
        rollups.frame("honesty")
        .lazy()
        .select(
            "model",
            misplaced=pl.when(halved).then(share),
            misplaced_low=pl.when(halved).then(share - error),
            misplaced_high=pl.when(halved).then(share + error),
            outcomes_over=pl.col("outcomes_over") / pl.col("outcomes_shown"),
            outcomes_with_propensity="outcomes_shown",
        )
    )


def evenness(rollups: Rollups) -> pl.LazyFrame:
    """One row a model with propensities in its last retrain: rows_weighed, effective_sample, evenness and its bound."""
    weights = rollups.frame("weights").lazy() if rollups.has("propensity") else pl.LazyFrame(schema=UNWEIGHED)
    worth = weights.group_by("model").agg(_worth()).filter(pl.col("certain") < pl.col("rows_weighed"))
    return worth.with_columns(_tail()).select("model", "rows_weighed", "effective_sample", "evenness", "evenness_most")


def support(rollups: Rollups, sizes: pl.LazyFrame, weak: float, even: float) -> pl.LazyFrame:
    """One row a model: effective sample, tail of the weights, supported share of the choices, rate of a uniform policy.

    `sizes` holds the catalogue of each model as `outcomes`. A stratum is weak if its effective sample is under `weak`
    and its weights are more uneven than those of a share `even` of uniform exploration.
    """
    weights = rollups.frame("weights").lazy()
    whole = weights.group_by("model").agg(_worth()).with_columns(_tail())
    return (
        whole.join(_strata(weights, weak, even), on="model")
        .join(sizes.select("model", "outcomes"), on="model")
        .with_columns(_supported(), **_value(rollups))
        .drop("outcomes", *SUMS)
    )


def _worth() -> list[pl.Expr]:
    rows, weight = pl.col("rows_weighed"), pl.col("weight")
    return [
        rows.sum(),
        pl.col("certain", "explored_rows").sum(),
        pl.col(*SUMS).sum(),
        effective_sample(weight.sum(), pl.col("squares").sum()).alias("effective_sample"),
        (pl.col("heaviest").max() / weight.sum()).alias("heaviest"),
        top_share(weight / rows, rows.sum(), rows, TAIL).alias("tail_weight"),
    ]


def _tail() -> list[pl.Expr]:
    """The share of uniform exploration whose weights have the same tail: 5 % have a fifth on the top 1 % of rows."""
    share = (TAIL / pl.col("tail_weight")).clip(upper_bound=1.0)
    relative = 1 / (share * pl.col("rows_weighed")).sqrt()
    ends = {"": share, "_low": share * (1 - 1.96 * relative), "_high": share * (1 + 1.96 * relative)}
    most = (share * (1 + Z_99 * relative)).alias("evenness_most")
    return [*(end.clip(0.0, 1.0).alias(f"evenness{name}") for name, end in ends.items()), most]


def _strata(weights: pl.LazyFrame, weak: float, even: float) -> pl.LazyFrame:
    segments = weights.group_by("model", "segment").agg(_worth()).with_columns(_tail())
    thin = (pl.col("effective_sample") < weak) & (pl.col("evenness_most") < even)
    rows = pl.col("rows_weighed")
    return segments.group_by("model").agg(
        segments=pl.len(),
        weak_segments=thin.sum(),
        weak_rows=rows.filter(thin).sum() / rows.sum(),
        weakest_sample=pl.col("effective_sample").min(),
    )


def _supported() -> list[pl.Expr]:
    """Share of the choices that have a chance, from the rows that left something to it: mean of 1 / (K p).

    `supported_explored` is that mean over explore rows: about 1 where their p is that within the draw alone, and far
    above where it is that of the row as a whole.
    """
    rows = pl.col("rows_weighed") - pl.col("certain")
    n, size = pl.when(rows > 0).then(rows), pl.col("outcomes")
    mean = (pl.col("weight") - pl.col("certain")) / n
    spread = ((pl.col("squares") - pl.col("certain")) / n - mean**2).clip(lower_bound=0.0)
    reach = 1.96 * (spread / n).sqrt()
    ends = {"": mean, "_low": (mean - reach).clip(lower_bound=0.0), "_high": mean + reach}
    explored = pl.col("explored_weight") / pl.when(pl.col("explored_rows") > 0).then(pl.col("explored_rows"))
    shares = [(end / size).clip(upper_bound=1.0).alias(f"supported{name}") for name, end in ends.items()]
    return [*shares, (explored / size).alias("supported_explored")]


def _value(rollups: Rollups) -> dict[str, pl.Expr]:
    """Click rate of a uniform policy, where clicks find their row again."""
    sums = [pl.col(name) for name in ("weight", "squares", "clicked", "clicked_squares")]
    found = rollups.intake.attribution == "joined" or rollups.has("request_id")
    known = pl.lit(found) & (pl.col("clicked") > 0)
    return {
        f"uniform_rate{name}": pl.when(known).then(end)
        for name, end in zip(("", "_low", "_high"), snips(*sums), strict=True)
    }
