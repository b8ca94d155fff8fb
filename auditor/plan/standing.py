"""What the log says of the planned models as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import polars as pl

from auditor.rollup import Rollups
from auditor.statistics import wilson

RECENT = timedelta(days=28)
Z_95 = 1.959964


def standing(rollups: Rollups, models: Iterable[int], closed: float) -> pl.DataFrame:
    """One row a model, of its last retrain: volume, what an outcome needs, feedback rates, and the least exploration.

    `need` is 3 / q (rule of three); where no feedback is known, what the scan's verdict takes, half the even share.
    `own_*` is the rate of feedback on the model's own choices, `outside_*` that on explore and holdout rows of all
    retrains; intervals are Wilson's. `floor` is the share of exposures that must explore for the lower bound of what
    the next scan will see in one retrain to be `closed`, with 97.5 % probability.
    """
    windows = rollups.frame("windows").lazy().filter(pl.col("model").is_in(list(models)))
    last = windows.filter(pl.col("retrain") == pl.col("retrain").max().over("model"))
    own = pl.col("clicks") - pl.col("clicks_outside")
    return (
        last.join(_volumes(rollups), on="model", how="left")
        .join(_outside(windows), on="model", how="left")
        .with_columns(
            need=pl.when(pl.col("clicks") > 0).then(3 * pl.col("learnable") / pl.col("clicks")).otherwise("need"),
            floor=_floor(pl.col("exposures"), closed),
            **_rate("own", own, pl.col("exploit")),
            explores=pl.col("explore") / pl.col("exposures"),
        )
        .sort("model")
        .collect()
    )


def _rate(name: str, clicks: pl.Expr, tries: pl.Expr) -> dict[str, pl.Expr]:
    low, high = wilson(clicks, tries)
    return {name: pl.when(tries > 0).then(clicks / tries), f"{name}_low": low, f"{name}_high": high}


def _outside(windows: pl.LazyFrame) -> pl.LazyFrame:
    """Clicks are split by policy only where silence is a "no"."""
    marked = pl.col("explore") + pl.col("holdout")
    told = windows.filter(~pl.col("labels"))
    totals = told.group_by("model").agg(pl.col("clicks_outside", "explore", "holdout").sum())
    source = [pl.when(pl.col(policy) > 0).then(pl.lit(policy)) for policy in ("explore", "holdout")]
    return totals.select(
        "model",
        outside_from=pl.concat_str(*source, separator=" and ", ignore_nulls=True) + " rows",
        **_rate("outside", pl.col("clicks_outside"), marked),
    )


def _floor(exposures: pl.Expr, closed: float) -> pl.Expr:
    """The share p of which p - z sqrt(p (1 - p) / n) is the least share whose Wilson lower bound is `closed`."""
    seen = closed + Z_95 * (closed * (1 - closed) / exposures).sqrt()
    return wilson(seen * exposures, exposures)[1]


def _volumes(rollups: Rollups) -> pl.LazyFrame:
    """[model, a_day]: exposures a day over the last four weeks, or over a whole day where there is less."""
    names = rollups.frame("retrains").lazy().select("model", "model_id").unique()
    days = rollups.frame("volume").lazy().filter(pl.col("day").is_not_null())
    recent = days.filter(pl.col("day") > pl.col("day").max().over("model_id") - RECENT)
    span = (pl.col("last_at").max() - pl.col("first_at").min()) / timedelta(days=1)
    return (
        recent.group_by("model_id")
        .agg(a_day=pl.col("exposures").sum() / pl.max_horizontal(span, pl.lit(1.0)))
        .join(names, on="model_id")
        .select("model", "a_day")
    )
