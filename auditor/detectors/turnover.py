"""Whether the catalogue turns over under a model, as far as a log without dates can tell."""

from __future__ import annotations

import polars as pl

from auditor.detectors.detector import Row, Silence, number
from auditor.rollup import Rollups

RECENT = 3


def turnover(rollups: Rollups, windows: pl.LazyFrame) -> pl.LazyFrame:
    """[model, turnover]: share of the last three retrains' exposures on outcomes never shown before.

    Only outcomes that come in with five exposures or more count: at low volume, chance alone shows new ones.
    Null where the catalogue is dated, which explains what comes and goes, and for a single retrain.
    """
    volumes = windows.select("model", "retrain", "exposures", "dated", last=pl.col("retrain").max().over("model"))
    recent = volumes.filter((pl.col("retrain") > pl.col("last") - RECENT) & (pl.col("retrain") > 0) & ~pl.col("dated"))
    launched = (
        rollups.frame("lifespans").lazy().group_by("model", retrain="first_retrain").agg(pl.col("launched").sum())
    )
    return (
        recent.join(launched, on=["model", "retrain"], how="left")
        .group_by("model")
        .agg(turnover=pl.col("launched").fill_null(0).sum() / pl.col("exposures").sum())
    )


def unsettled(row: Row, most: float) -> Silence | None:
    """Silence where new outcomes take so much that unfed, retired and not yet available look alike."""
    share = number(row, "turnover")
    if share is None or share < most:
        return None
    return Silence(
        f"{share:.0%} of exposures go to outcomes never shown before: new ones, or explored ones",
        "a catalogue with `available_from` and `available_to`",
    )
