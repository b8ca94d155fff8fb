"""The segment of a model's decisions whose outcomes are seen least."""

from __future__ import annotations

import polars as pl

from auditor.detectors.blind_actions import actions
from auditor.detectors.detector import Judgement, Row, Signal
from auditor.detectors.exploration import tells_random_rows
from auditor.detectors.thresholds import SelectiveLabels
from auditor.finding import Evidence, Severity
from auditor.rollup import Rollups
from auditor.statistics import wilson

# The worst of many segments stands out by chance: its lower bound is taken at 99.9 %.
Z_999 = 3.290527


def measure(rollups: Rollups, thresholds: SelectiveLabels) -> pl.LazyFrame:
    """The worst segment of each model of which some action is blind, and whose log says which decisions were random."""
    told = actions(rollups, thresholds).collect()
    blind = told.filter("blind")
    if blind.is_empty():
        return blind.lazy()
    aside, decisions = pl.col("randomised").filter(~pl.col("blind")).sum(), pl.col("decisions").sum()
    clear = pl.col("contrast").filter("alike").max() >= thresholds.clear_contrast
    whole = told.group_by("model").agg(
        randomised=aside / decisions,
        clear=pl.col("unseen").any() | (clear & (pl.col("labelled").filter("alike").sum() >= thresholds.sure)),
    )
    windows = rollups.frame("windows").lazy().group_by("model")
    logged = windows.agg(pl.col("exposures", "logged", "explore", "holdout").sum()).filter(tells_random_rows())
    found = worst(rollups, blind, thresholds).join(whole.lazy(), on="model")
    return found.join(logged.select("model"), on="model", how="semi").sort("model")


def worst(rollups: Rollups, blind: pl.DataFrame, thresholds: SelectiveLabels) -> pl.LazyFrame:
    """[model, segment, ...]: the segment with the largest share of decisions on `blind` actions, beside the others."""
    known = blind.lazy().select("model", "item", blind=pl.lit(value=True))
    decisions, gone = pl.col("decisions"), pl.col("segment_gone")
    counted = (
        rollups.frame("action_segments")
        .lazy()
        .filter(pl.col("segment").is_not_null())
        .join(known, on=["model", "item"], how="left")
        .group_by("model", "segment")
        .agg(
            segment_decisions=decisions.sum(),
            segment_gone=decisions.filter(pl.col("blind").fill_null(value=False)).sum(),
        )
        .filter(gone.sum().over("model") > 0)
    )
    size = pl.col("segment_decisions")
    (low, high), (least, _) = wilson(gone, size), wilson(gone, size, Z_999)
    others = size.sum().over("model") - size
    return (
        counted.with_columns(
            segments=pl.len().over("model"),
            segment_blind=gone / size,
            segment_blind_low=low,
            segment_blind_high=high,
            segment_blind_least=least,
            elsewhere=pl.when(others > 0).then((gone.sum().over("model") - gone) / others),
        )
        .filter((size >= thresholds.enough_decisions) & (pl.col("segment_blind_least") > pl.col("elsewhere")))
        .sort("model", "segment_blind_least", "segment", descending=[False, True, False])
        .group_by("model", maintain_order=True)
        .first()
    )


def judge(row: Row, thresholds: SelectiveLabels) -> Judgement:
    """Many blind decisions in one segment, where the whole has few."""
    if not row["clear"] or row["randomised"] > 0 or row["segment_blind_least"] <= thresholds.unlabelled:
        return None
    n = int(row["segment_decisions"])
    return Signal(
        Severity.MEDIUM,
        f"in one segment of {row['segments']:,}, {row['segment_blind']:.0%} of decisions have no known outcome, "
        f"elsewhere {row['elsewhere']:.0%}",
        (
            Evidence(
                "decisions without known outcome", row["segment_blind"], row["segment_blind_low"],
                row["segment_blind_high"], row["elsewhere"], n, "share",
            ),
        ),
        "Take 2-5 % of this segment's decisions at random, against the model, and log them as policy=explore.",
        segment=row["segment"],
    )  # fmt: skip
