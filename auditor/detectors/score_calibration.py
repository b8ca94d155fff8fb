"""What a model predicted over what came back: on its own exposures, and on explore and holdout rows."""

from __future__ import annotations

import polars as pl

from auditor.detectors.thresholds import EvaluationGap
from auditor.rollup import Rollups
from auditor.statistics import line

KEYS = ["model", "retrain"]
SIDES = {"own": ~pl.col("outside"), "random": pl.col("outside")}
COUNTS = ("shown", "scored", "expected", "clicks")
# Scores are often written in single precision.
ROUNDING = 1e-6


def calibration(rollups: Rollups, windows: pl.LazyFrame, thresholds: EvaluationGap) -> pl.LazyFrame:
    """One row a model of a log with scores; calibrations are null where nothing can be held against the scores.

    `calibration` is the sum of the scores over the feedback on own exposures, of the last retrain that counts, and
    `random_calibration` that on random rows; `calibration_trend` is the slope of the former's log a retrain, `parting`
    that of the ratio of both. Retrains count where nearly all rows have a score and there is enough feedback; with four
    or more the launch does not, whose scores nothing was learned for.
    """
    scores, labels = rollups.frame("scores").lazy(), _labelled(rollups, windows)
    scored = scores.join(windows.select(*KEYS, "labels", "clicks", "clicks_outside"), on=KEYS)
    about = _about(scores).join(_placed(labels, windows), on="model", how="left")
    whole = about.with_columns(graded=pl.max_horizontal("graded", pl.col("labels_graded").fill_null(0.0)))
    rated = _rated(pl.concat([_clicked(scored), labels.select(*KEYS, "outside", *COUNTS)]), thresholds)
    expected = rated.join(whole.filter(_probable(thresholds)), on="model", how="semi").sort(KEYS)
    told = expected.filter((pl.col("retrain").max().over("model") < 3) | (pl.col("retrain") > 0))
    for part in (_own(told), _both(told)):
        whole = whole.join(part, on="model", how="left")
    return whole.drop("labels_graded")


def _probable(thresholds: EvaluationGap) -> pl.Expr:
    """Scores in [0, 1] of feedback that is yes or no."""
    return (
        pl.col("score_low").ge(-ROUNDING)
        & pl.col("score_high").le(1 + ROUNDING)
        & (pl.col("graded") <= 1 - thresholds.scored)
    )


def _about(scores: pl.LazyFrame) -> pl.LazyFrame:
    outside = pl.col("shown").filter("outside").sum()
    return scores.group_by("model").agg(
        scored=pl.col("scored").sum() / pl.col("shown").sum(),
        random_scored=pl.col("scored").filter("outside").sum() / pl.when(outside > 0).then(outside),
        score_low=pl.col("lowest").min(),
        score_high=pl.col("highest").max(),
        graded=pl.col("graded").max(),
    )


def _clicked(scored: pl.LazyFrame) -> pl.LazyFrame:
    """Where silence is a no, every exposure counts."""
    outside = pl.col("clicks_outside")
    clicks = pl.when("outside").then(outside).otherwise(pl.col("clicks") - outside)
    return scored.filter(~pl.col("labels")).select(*KEYS, "outside", *COUNTS[:-1], clicks=clicks)


def _labelled(rollups: Rollups, windows: pl.LazyFrame) -> pl.LazyFrame:
    """Labelled rows alone. The join is made only where there is a model that needs it."""
    if windows.filter("labels").limit(1).collect().is_empty():
        schema = {"model": pl.Int64, "retrain": pl.Int64, "outside": pl.Boolean, "shown": pl.Int64, "scored": pl.Int64}
        return pl.LazyFrame(schema={**schema, "expected": pl.Float64, "clicks": pl.Int64, "graded": pl.Int64})
    return rollups.frame("scored_labels").lazy()


def _placed(labels: pl.LazyFrame, windows: pl.LazyFrame) -> pl.LazyFrame:
    """Share of the labels that were found on a row, and of those that are more than yes or no."""
    found = labels.group_by("model").agg(pl.col("shown").sum(), pl.col("graded").sum())
    every = windows.filter("labels").group_by("model").agg(pl.col("labelled").sum())
    placed, shown = pl.col("shown").fill_null(0), pl.when(pl.col("shown") > 0).then("shown")
    return every.join(found, on="model", how="left").select(
        "model", labels_placed=placed / pl.col("labelled"), labels_graded=pl.col("graded") / shown
    )


def _rated(sides: pl.LazyFrame, thresholds: EvaluationGap) -> pl.LazyFrame:
    """Log calibration of each retrain's own and random rows, with its binomial variance; null where it is not known."""
    wide = sides.group_by(KEYS).agg(
        *(pl.col(name).filter(rows).sum().alias(f"{side}_{name}") for side, rows in SIDES.items() for name in COUNTS)
    )
    return wide.with_columns(*(part for side in SIDES for part in _calibrated(side, thresholds)))


def _calibrated(side: str, thresholds: EvaluationGap) -> list[pl.Expr]:
    shown, scored, expected, clicks = (pl.col(f"{side}_{name}") for name in COUNTS)
    known = (scored >= thresholds.scored * shown) & (clicks >= thresholds.enough_feedback) & (expected > 0)
    # Rates of 1 have no binomial error, and cannot weigh without end.
    variance = (1 - (clicks + 0.5) / (shown + 1)) / clicks
    return [
        pl.when(known).then((expected / scored * shown / clicks).log()).alias(side),
        pl.when(known).then(variance).alias(f"{side}_variance"),
    ]


def _own(told: pl.LazyFrame) -> pl.LazyFrame:
    own = pl.col("own")
    return (
        told.filter(own.is_not_null())
        .group_by("model", maintain_order=True)
        .agg(
            *line(pl.col("retrain"), own, pl.col("own_variance")).named("calibration_trend"),
            *_last("calibration", own, pl.col("own_variance")),
            calibration_first=own.first().exp(),
            calibration_retrains=pl.len(),
        )
    )


def _both(told: pl.LazyFrame) -> pl.LazyFrame:
    own, random, gap = pl.col("own"), pl.col("random"), pl.col("own") - pl.col("random")
    variance, retrain = pl.col("own_variance") + pl.col("random_variance"), pl.col("retrain")
    return (
        told.filter(gap.is_not_null())
        .group_by("model", maintain_order=True)
        .agg(
            *line(retrain, gap, variance).named("parting"),
            *_last("calibration_gap", gap, variance),
            *_last("random_calibration", random, pl.col("random_variance")),
            calibration_worst=own.abs().max().exp(),
            parting_retrains=pl.len(),
            parting_span=retrain.max() - retrain.min(),
            scored_random=pl.col("random_scored").sum(),
        )
    )


def _last(name: str, value: pl.Expr, variance: pl.Expr) -> list[pl.Expr]:
    last, reach = value.last(), 1.96 * variance.last().sqrt()
    ends = {name: last, f"{name}_low": last - reach, f"{name}_high": last + reach}
    return [end.exp().alias(key) for key, end in ends.items()]
