"""How much of the catalogue is shown, and what never returns.

What it looks for
    Models that show far less of their catalogue than their volume would allow,
    and outcomes that vanish for good.

Why it matters
    An outcome with no exposure can get no feedback: no retrain can correct a
    judgement on it.

How it is computed
    For the last retrain with n exposures over K outcomes, lambda = n / K:
    coverage        share of the catalogue shown at least once
    coverage_ratio  coverage over what uniform exposure reaches at this volume
    coverage_fed    share of the catalogue with at least min(3 / q, lambda / 2)
                    exposures (see outcome-starvation)
    ever_shown      share of the catalogue shown in any retrain
    gone            of the outcomes ever shown, the share without exposure in
                    the last two retrains; only outcomes that are old enough to
                    tell
    returning       of the outcomes that were once missing for a whole retrain,
                    the share that was shown again
    Low: the ratio is under its threshold. Medium: besides, most of what was
    once shown is gone, and nothing returns, at a volume at which 2 % of uniform
    exploration would have brought a tenth back.

Null
    Uniform exposure reaches 1 - exp(-lambda) of the catalogue.

When it is wrong
    Without a catalogue, K is the union of all outcomes seen of the model:
    coverage is then an upper bound. Catalogues that turn over without dates
    look as if outcomes were dropped.

What to do
    See outcome-starvation. If outcomes are dropped on purpose, give their
    `available_to` in the catalogue.

References
    Wilson (1927), JASA 22:209. Feller (1968), An Introduction to Probability
    Theory, vol. 1 (occupancy).
"""

from __future__ import annotations

import math

import polars as pl

from auditor.detectors.detector import Detector, Judgement, Row, Signal, Want, number
from auditor.detectors.thresholds import ExposureCoverage
from auditor.detectors.turnover import turnover, unsettled
from auditor.finding import Confidence, Evidence, Severity
from auditor.rollup import Rollups
from auditor.statistics import normal_tail, wilson

KEYS = ["model", "retrain"]


def measure(rollups: Rollups, thresholds: ExposureCoverage) -> pl.LazyFrame:
    """One row a model."""
    windows = rollups.frame("windows").lazy()
    last = windows.filter(pl.col("retrain") == pl.col("retrain").max().over("model"))
    reached = 1 - (-pl.col("exposures") / pl.col("outcomes")).exp()
    low, high = wilson(pl.col("shown"), pl.col("outcomes"))
    return (
        last.with_columns(
            coverage=pl.col("shown") / pl.col("outcomes"), coverage_low=low, coverage_high=high, coverage_null=reached
        )
        .with_columns(
            coverage_ratio=pl.col("coverage") / reached,
            coverage_ratio_high=pl.col("coverage_high") / reached,
            retrains=pl.col("retrain") + 1,
        )
        .join(_fed(rollups, last), on=KEYS, how="left")
        .join(_returns(rollups, int(thresholds.absent_retrains)), on="model", how="left")
        .with_columns(ever_shown=pl.col("ever") / pl.col("outcomes"))
        .join(turnover(rollups, windows), on="model", how="left")
        .sort("model")
    )


def _fed(rollups: Rollups, windows: pl.LazyFrame) -> pl.LazyFrame:
    fed = pl.col("outcomes").filter(pl.col("learnable") >= pl.col("need")).sum()
    profile = rollups.frame("profile").lazy()
    counted = profile.join(windows.select(*KEYS, "need", catalogue="outcomes"), on=KEYS)
    return counted.group_by(KEYS).agg(coverage_fed=fed / pl.col("catalogue").first())


def _returns(rollups: Rollups, absent: int) -> pl.LazyFrame:
    """Absorbing zeros: outcomes with a gap in their life came back; those whose life ended early did not."""
    end = pl.col("last_retrain").max().over("model")
    missing_at_end = pl.col("last_retrain") <= end - absent
    gap = pl.col("last_retrain") - pl.col("first_retrain") + 1 > pl.col("retrains")
    old = pl.col("first_retrain") <= end - absent
    lives = rollups.frame("lifespans").lazy().with_columns(lost=missing_at_end, gap=gap, old=old)
    outcomes = pl.col("outcomes")
    lost, back = outcomes.filter(pl.col("lost")).sum(), outcomes.filter(pl.col("gap")).sum()
    missed = outcomes.filter(pl.col("gap") | pl.col("lost")).sum()
    return lives.group_by("model").agg(
        ever=outcomes.sum(),
        gone=lost / pl.when(outcomes.filter(pl.col("old")).sum() > 0).then(outcomes.filter(pl.col("old")).sum()),
        missed=missed,
        returning=back / pl.when(missed > 0).then(missed),
    )


def judge(row: Row, thresholds: ExposureCoverage) -> Judgement:
    """Poor coverage is low; poor coverage out of which nothing returns is medium."""
    ratio, most = number(row, "coverage_ratio"), number(row, "coverage_ratio_high")
    if ratio is None or most is None or most >= thresholds.ratio:
        return None
    dead = _is_dead(row, thresholds)
    if silence := unsettled(row, thresholds.turnover, row["outcomes"] - row["shown"] if dead else 0):
        return silence
    title = f"{row['shown']:,} of {row['outcomes']:,} outcomes are shown; uniform exposure would reach {_reach(row):,}"
    if dead:
        title += f", and {row['gone']:.0%} of those once shown are gone"
    return Signal(
        Severity.MEDIUM if dead else Severity.LOW,
        title,
        _evidence(row),
        "Show every outcome now and then; if some left the catalogue on purpose, give their `available_to`.",
        Confidence.HIGH if row["listed"] else Confidence.MEDIUM,
        _p_value(row),
    )


def _is_dead(row: Row, thresholds: ExposureCoverage) -> bool:
    """Gone and not coming back, at a volume at which the least exploration that helps would have brought some back."""
    chances = row["retrains"] - thresholds.absent_retrains
    explored = thresholds.open * row["exposures"] / row["outcomes"] * chances
    if chances <= 0 or 1 - math.exp(-explored) < thresholds.returning:
        return False
    gone, returning = number(row, "gone") or 0.0, number(row, "returning")
    return gone >= thresholds.gone and (returning is None or returning < thresholds.returning)


def _reach(row: Row) -> int:
    return round(float(row["coverage_null"]) * int(row["outcomes"]))


def _p_value(row: Row) -> float:
    """Of the number shown under uniform exposure; the occupancy count varies less than a binomial."""
    size, reached = row["outcomes"], row["coverage_null"]
    deviation = max((size * reached * (1 - reached)) ** 0.5, 0.5)
    return normal_tail((size * reached - row["shown"]) / deviation)


def _evidence(row: Row) -> tuple[Evidence, ...]:
    size = int(row["outcomes"])
    items = [
        Evidence(
            "coverage", row["coverage"], row["coverage_low"], row["coverage_high"], row["coverage_null"], size, "share"
        ),
        Evidence("ever shown", row["ever_shown"], n=size, unit="share"),
    ]
    if number(row, "gone") is not None and row["retrains"] > 2:
        items.append(Evidence("gone for two retrains", row["gone"], null=0.0, n=int(row["ever"]), unit="share"))
    if number(row, "returning") is not None:
        items.append(Evidence("missing ones that return", row["returning"], n=int(row["missed"]), unit="share"))
    return tuple(items)


DETECTOR = Detector(
    id="exposure-coverage",
    page=__doc__,
    thresholds=ExposureCoverage(),
    measure=measure,
    judge=judge,
    wants=(
        Want("item_id", "coverage is an upper bound: outcomes never shown are not known", role="catalogue"),
        Want("model_version", "what drops out and never returns cannot be told"),
    ),
)
