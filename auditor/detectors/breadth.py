"""How broad each retrain is beside the first: effective outcomes, and coverage at equal volume."""

from __future__ import annotations

import polars as pl

from auditor.detectors.narrowing import steps
from auditor.rollup import Rollups
from auditor.statistics import log_rarefied_variance, rarefied

KEYS = ["model", "retrain"]
EFFECTIVE, COVERAGE = "effective outcomes", "coverage"


def breadths(rollups: Rollups, windows: pl.LazyFrame) -> pl.LazyFrame:
    """[model, retrain, breadth, change, variance, first]: log of each breadth over that of the launch.

    Each retrain is held against the one before on the outcomes that both could show, and the changes are added up: a
    new catalogue changes nothing. `first` is the breadth at the launch. Models with a step that cannot be measured
    are left out.
    """
    effective = steps(rollups).with_columns(before=1 / pl.col("before"), after=1 / pl.col("after"))
    told = pl.concat([_since_launch(effective, EFFECTIVE), _since_launch(_coverage(rollups, windows), COVERAGE)])
    retrains = windows.group_by("model").agg(retrains=pl.len())
    return told.join(retrains, on="model").filter(pl.len().over("model", "breadth") == pl.col("retrains"))


def _coverage(rollups: Rollups, windows: pl.LazyFrame) -> pl.LazyFrame:
    """Share of the catalogue that each side of a step would show at the volume of the model's smallest retrain."""
    volumes = windows.select(
        *KEYS, "outcomes", "exploit", kept=pl.col("exploit").min().over("model") / pl.col("exploit")
    )
    later = volumes.select(*KEYS, after_kept="kept")
    earlier = volumes.select("model", earlier="retrain", before_kept="kept", catalogue="outcomes")
    pairs = rollups.frame("neighbours").lazy()
    moved = pairs.group_by(KEYS).agg(same=~pl.col("turned_over").any())
    both = pairs.filter(~pl.col("turned_over")).join(later, on=KEYS).join(earlier, on=["model", "earlier"])
    sides = {side: (pl.col(side), pl.col(f"{side}_kept"), pl.col("outcomes")) for side in ("before", "after")}
    found = both.group_by(*KEYS, "earlier").agg(
        *((rarefied(*side) / pl.col("catalogue").first()).alias(name) for name, side in sides.items()),
        *(log_rarefied_variance(*side).alias(f"{name}_variance") for name, side in sides.items()),
    )
    return found.filter((pl.col("before") > 0) & (pl.col("after") > 0)).join(moved, on=KEYS)


def _since_launch(moved: pl.LazyFrame, breadth: str) -> pl.LazyFrame:
    """Over one and the same catalogue the steps telescope, and only the two ends vary."""
    ends = pl.col("before_variance").first() + pl.col("after_variance")
    every = (pl.col("before_variance") + pl.col("after_variance")).cum_sum()
    later = moved.sort(KEYS).select(
        *KEYS,
        breadth=pl.lit(breadth),
        change=(pl.col("after") / pl.col("before")).log().cum_sum().over("model"),
        variance=pl.when(pl.col("same").all()).then(ends).otherwise(every).over("model"),
        first=pl.col("before").first().over("model"),
    )
    launch = later.group_by("model", "breadth").agg(
        retrain=pl.lit(0, pl.Int64), change=pl.lit(0.0), variance=pl.lit(0.0), first=pl.col("first").first()
    )
    return pl.concat([launch.select(later.collect_schema().names()), later])
