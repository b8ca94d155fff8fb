"""Whether the catalogue turns over under a model, as far as a log without dates can tell."""

from __future__ import annotations

import polars as pl

from auditor.detectors.detector import Row, Silence, number
from auditor.detectors.thresholds import SHARED
from auditor.rollup import Rollups

RECENT = 3
DATES = "a catalogue with `available_from` and `available_to`"


def turnover(rollups: Rollups, windows: pl.LazyFrame) -> pl.LazyFrame:
    """[model, turnover, newcomers]: share of the last exposures on outcomes never shown before, and number of such.

    The share is that of three retrains, the number that of all but the first.

    Only outcomes that come in with five exposures or more count: at low volume, chance alone shows new ones.
    Null where the catalogue is dated, which explains what comes and goes, and for a single retrain.
    """
    volumes = windows.select("model", "retrain", "exposures", "dated", last=pl.col("retrain").max().over("model"))
    recent = volumes.filter((pl.col("retrain") > pl.col("last") - RECENT) & (pl.col("retrain") > 0) & ~pl.col("dated"))
    lives = rollups.frame("lifespans").lazy()
    launched = lives.group_by("model", retrain="first_retrain").agg(pl.col("launched").sum())
    newcomers = lives.group_by("model").agg(pl.col("newcomers").sum())
    return (
        recent.join(launched, on=["model", "retrain"], how="left")
        .group_by("model")
        .agg(turnover=pl.col("launched").fill_null(0).sum() / pl.col("exposures").sum())
        .join(newcomers, on="model", how="left")
    )


def unsettled(row: Row, most: float, missing: int = 0) -> Silence | None:
    """Silence where new outcomes take so much that unfed, retired and not yet available look alike.

    So they do where at least half as many came in as are `missing`: as many may have left.
    """
    share = number(row, "turnover")
    if share is None:
        return None
    if share >= most:
        return Silence(f"{share:.0%} of exposures go to outcomes never shown before: new ones, or explored ones", DATES)
    if missing > 0 and row["newcomers"] >= SHARED.replaced * missing:
        came = f"{row['newcomers']:,} outcomes came in since the first retrain"
        return Silence(f"{came}, and as many may have left", DATES)
    return None
