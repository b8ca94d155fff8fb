"""How much a model explores, by each way that a log allows: logged, by propensities, implied."""

from __future__ import annotations

import polars as pl

from auditor.detectors.thresholds import SHARED
from auditor.rollup import Rollups
from auditor.statistics import wilson

KEYS = ["model", "retrain"]
Z_999 = 3.290527
WAYS = {"logged_exploration": "policy column", "overlap": "propensities", "implied": "implied"}


def exploration(rollups: Rollups, windows: pl.LazyFrame, unfed_share: float) -> pl.LazyFrame:
    """One row a model, of its last retrain: every way that there is, and the best of them as `exploration`."""
    one_sided = rollups.frame("kinds").lazy().filter("one_sided").select("model")
    # A decision at random ends among those that get labels: it cannot be counted apart.
    series = implied(rollups, unfed_share).join(one_sided, on="model", how="anti")
    last = windows.select(*KEYS).filter(pl.col("retrain") == pl.col("retrain").max().over("model"))
    return (
        last.join(logged(windows), on=KEYS, how="left")
        .join(overlap(rollups), on=KEYS, how="left")
        .join(_implied_with_fall(series), on="model", how="left")
        .with_columns(_best_way())
        .drop("retrain")
    )


def logged(windows: pl.LazyFrame) -> pl.LazyFrame:
    """Share of explore and holdout rows of each retrain with its Wilson interval.

    `logged_exploration_most` is the upper bound at 99.9 %: what is set to 2 % must not be called less by chance.
    Null where the log marks none: "exploit" on every row says nothing of chance within the policy. Where feedback is
    labels it is all that there is to go by, and believed.
    """
    marked = pl.col("explore") + pl.col("holdout")
    low, high = wilson(marked, pl.col("exposures"))
    _, most = wilson(marked, pl.col("exposures"), Z_999)
    return windows.filter((marked > 0) | (pl.col("labels") & tells_random_rows())).select(
        *KEYS,
        logged_exploration=marked / pl.col("exposures"),
        logged_exploration_low=low,
        logged_exploration_high=high,
        logged_exploration_most=most,
    )


def tells_random_rows() -> pl.Expr:
    """Whether random rows can be told from the model's own: some are marked, or nearly all rows say what they are."""
    unsaid = pl.col("exposures") - pl.col("logged")
    return (pl.col("explore") + pl.col("holdout") > 0) | (unsaid < SHARED.unsaid * pl.col("exposures"))


def overlap(rollups: Rollups) -> pl.LazyFrame:
    """Overlap of the logged policy with a uniform one, rescaled: 0 for a fixed choice, 1 for uniform.

    It is 1 minus their total variation distance, sum_i min(pi_i, 1/K), estimated from the logged rows by importance
    weighting as the mean of min(1, 1/(K p)). Null where propensities are all 1: that log says nothing of chance.
    `effective_sample` is Kish's (sum 1/p)^2 / sum 1/p^2.
    """
    n, size = pl.col("rows_with_propensity"), pl.col("outcomes")
    mean = pl.col("overlap") / n
    error = 1.96 * ((pl.col("overlap_squared") / n - mean**2).clip(0) / n).sqrt()
    share = (mean - 1 / size) / (1 - 1 / size)
    support = rollups.frame("support").lazy().filter((pl.col("certain") < n) & (size > 1))
    return support.select(
        *KEYS,
        overlap=share.clip(0, 1),
        overlap_low=(share - error).clip(0, 1),
        overlap_high=(share + error).clip(0, 1),
        effective_sample=pl.col("weight") ** 2 / pl.col("weight_squared"),
    )


def implied(rollups: Rollups, unfed_share: float) -> pl.LazyFrame:
    """What each retrain gave to outcomes unfed in the one before, as a share of their even share.

    Promoted outcomes, those that jump above what uniform exposure could give them (lambda + 3 sqrt(lambda) + 3), were
    chosen, not explored: they are left out, and counted as `renewal`, their share of the unfed outcomes.
    Null where less than `unfed_share` of the standing catalogue was unfed before: there is nothing to explore.
    Interval: Wilson on the exposures.
    """
    return _implied_rate(rollups.frame("reached").lazy(), unfed_share)


def _implied_rate(counted: pl.LazyFrame, unfed_share: float) -> pl.LazyFrame:
    low, high = wilson(pl.col("explored"), pl.col("chances"))
    left = (pl.col("unfed") - pl.col("promoted")) / pl.col("standing")
    room = pl.when(left >= unfed_share).then(left)
    return counted.with_columns(
        unfed_before=left,
        implied=pl.col("explored") / pl.col("chances") / room,
        implied_low=low / room,
        implied_high=high / room,
    ).drop("standing")


def _implied_with_fall(series: pl.LazyFrame) -> pl.LazyFrame:
    """Implied exploration of the last retrain, pooled with two before it, and its fall since the launch.

    The launch itself is left out where there is more: what a model is started from says nothing of how it explores.
    `implied_next_high` carries the fall on by one retrain, from the upper bounds of both.
    """
    place = series.with_columns(last=pl.col("retrain").max().over("model"))
    settled = place.filter((pl.col("retrain") > 1) | (pl.col("last") == 1))
    known = settled.filter(pl.col("implied").is_not_null())
    first = (
        known.filter(pl.col("explored") > 0)
        .group_by("model")
        .agg(pl.col("retrain", "implied", "explored").sort_by("retrain").first().name.suffix("_first"))
    )
    steps = pl.col("last") - pl.col("retrain_first")
    ends = (
        settled.filter(pl.col("retrain") == pl.col("last"))
        .join(first, on="model", how="left")
        .with_columns(implied_fall=pl.when(steps > 0).then(pl.col("implied") / pl.col("implied_first")))
        .with_columns(implied_fall_high=pl.col("implied_fall") * (1.96 * _log_ratio_error()).exp())
        .with_columns(implied_next=pl.col("implied") * pl.col("implied_fall") ** (1 / steps))
        .with_columns(implied_next_high=pl.col("implied_high") * pl.col("implied_fall_high") ** (1 / steps))
    )
    return ends.join(_pooled(known), on="model", how="left").drop("retrain", "last", "retrain_first", "explored_first")


def _log_ratio_error() -> pl.Expr:
    """Of a ratio of Poisson counts, whose log has variance 1/x + 1/y."""
    counts = (pl.max_horizontal("explored", pl.lit(0.5)), pl.max_horizontal("explored_first", pl.lit(0.5)))
    return (1 / counts[0] + 1 / counts[1]).sqrt()


def _pooled(known: pl.LazyFrame) -> pl.LazyFrame:
    """Implied exploration and renewal over the last three retrains together: one swapped outcome is no exploration."""
    recent = known.filter(pl.col("retrain") > pl.col("last") - 3).group_by("model")
    pooled = recent.agg(
        pl.col("explored", "chances", "promoted", "unfed").sum(),
        room=(pl.col("unfed_before") * pl.col("chances")).sum(),
    )
    low, high = wilson(pl.col("explored"), pl.col("chances"))
    room = pl.col("room") / pl.col("chances")
    return pooled.select(
        "model",
        implied_pooled=pl.col("explored") / pl.col("room"),
        implied_pooled_low=low / room,
        implied_pooled_high=high / room,
        renewal=pl.col("promoted") / pl.col("unfed"),
    )


def _best_way() -> list[pl.Expr]:
    """The first that there is; but propensities tell more than "exploit" on every row."""
    known = {way: pl.col(way).is_not_null() for way in WAYS}
    known["logged_exploration"] &= (pl.col("logged_exploration") > 0) | ~known["overlap"]
    ends = [
        pl.coalesce(pl.when(known[way]).then(f"{way}{end}") for way in WAYS)
        .clip(upper_bound=1.0)
        .alias(f"exploration{end}")
        for end in ("", "_low", "_high")
    ]
    source = pl.coalesce(pl.when(known[way]).then(pl.lit(name)) for way, name in WAYS.items())
    return [*ends, source.alias("exploration_source")]
