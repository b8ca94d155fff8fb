"""A model's own exposures beside explore and holdout rows of the same outcomes: gap of rates, and agreement."""

from __future__ import annotations

from math import exp

import polars as pl

from auditor.detectors.detector import Judgement, Row, Signal, Silence, number
from auditor.detectors.thresholds import EvaluationGap
from auditor.finding import Confidence, Evidence, Severity
from auditor.rollup import Rollups
from auditor.statistics import line, normal_tail, student_tail

KEYS = ["model", "retrain"]
# Rates of 1 have no binomial error, and cannot weigh without end.
EXACT = 1e-12
ROUNDING = 1e-9  # what is left of sums that cancel: no variance


def rate_gaps(rollups: Rollups, windows: pl.LazyFrame, thresholds: EvaluationGap) -> pl.LazyFrame:
    """One row a model with randomised rows and clicks (labels are not counted by policy).

    `lift` is the rate on own exposures over that on random rows; `mismatch` the same over what random rows say of the
    outcomes that the model shows, in the shares in which it shows them. `growth` is the slope of its log a retrain,
    `own_trend` and `random_trend` are those of its two sides. Only retrains with enough expected feedback count, and
    with four or more the launch does not: what a model is started from is not what it learned.
    """
    labels = windows.group_by("model").agg(pl.col("labels").first())
    clicks = rollups.frame("own_and_random").lazy().join(labels, on="model").filter(~pl.col("labels"))
    rated = _rated(clicks).sort(KEYS)
    enough = (pl.col("support") >= thresholds.enough_feedback) & (pl.col("shared_clicks") > 0)
    settled = pl.col("retrain").max().over("model") < 3
    told = rated.filter(enough & (settled | (pl.col("retrain") > 0)))
    return (
        rated.group_by("model")
        .agg(pl.col("support").max().alias("most_support"))
        .join(_trends(told), on="model", how="left")
        .join(_last(told), on="model", how="left")
    )


def _rated(clicks: pl.LazyFrame) -> pl.LazyFrame:
    """`support` is the feedback that random rows of the same outcomes hold, by the rows that count."""
    own, random = pl.col("own_clicks") / pl.col("own"), pl.col("random_clicks") / pl.col("random")
    return clicks.with_columns(
        lift=(own / random).log(),
        lift_variance=(1 - own) / pl.col("own_clicks") + (1 - random) / pl.col("random_clicks"),
        own_rate=(pl.col("shared_clicks") / pl.col("shared")).log(),
        own_variance=(pl.col("own_noise") / pl.col("shared_clicks") ** 2).clip(lower_bound=EXACT),
        random_rate=(pl.col("expected") / pl.col("shared")).log(),
        random_variance=(pl.col("random_noise") / pl.col("expected") ** 2).clip(lower_bound=EXACT),
        support=(pl.col("expected") * pl.col("shared") / pl.col("reach")).fill_null(0.0),
    ).with_columns(
        mismatch=pl.col("own_rate") - pl.col("random_rate"),
        mismatch_variance=pl.col("own_variance") + pl.col("random_variance"),
    )


def _trends(told: pl.LazyFrame) -> pl.LazyFrame:
    retrain = pl.col("retrain")
    return told.group_by("model").agg(
        *line(retrain, pl.col("mismatch"), pl.col("mismatch_variance")).named("growth"),
        *line(retrain, pl.col("own_rate"), pl.col("own_variance")).named("own_trend"),
        *line(retrain, pl.col("random_rate"), pl.col("random_variance")).named("random_trend"),
        rate_retrains=pl.len(),
        rate_span=retrain.max() - retrain.min(),
        random_rows=pl.col("random").sum(),
    )


def _last(told: pl.LazyFrame) -> pl.LazyFrame:
    ends = told.group_by("model", maintain_order=True).last()
    return ends.select("model", *_interval("lift"), *_interval("mismatch"))


def _interval(name: str) -> list[pl.Expr]:
    value, reach = pl.col(name), 1.96 * pl.col(f"{name}_variance").sqrt()
    ends = {name: value, f"{name}_low": value - reach, f"{name}_high": value + reach}
    return [end.exp().alias(key) for key, end in ends.items()]


def agreement(rollups: Rollups, windows: pl.LazyFrame) -> pl.LazyFrame:
    """One row a model with randomised rows and clicks: whether what does well here does well there.

    `carry` is the slope of the rates on random rows on those on own ones, over outcomes, both relative to their means:
    1 where a difference carries over whole, 0 where own rates say nothing. Noise does not attenuate it. Interval: delta
    method over outcomes, 95 %. `own_spread` is the variance of own rates over its own error: under about 4 there is
    nothing that could carry over.
    """
    labels = windows.group_by("model").agg(pl.col("labels").first())
    counted = rollups.frame("agreement").lazy().join(labels, on="model").filter(~pl.col("labels"))
    n, own = pl.col("outcomes"), pl.when(pl.col("own_side") > ROUNDING).then("own_side")
    carry = pl.col("both_sides") / own
    squares = pl.col("both_both") - 2 * carry * pl.col("both_own") + carry**2 * pl.col("own_own")
    reach = 1.96 * (squares.clip(lower_bound=0.0) * n / pl.when(n > 1).then(n - 1)).sqrt() / own
    alike = own * pl.when(pl.col("random_side") > ROUNDING).then("random_side")
    return counted.select(
        "model",
        shared_outcomes=n,
        carry=carry,
        carry_low=carry - reach,
        carry_high=carry + reach,
        carry_error=reach / 1.96,
        correlation=(pl.col("both_sides") / alike.sqrt()).clip(-1, 1),
        own_spread=own / pl.when(pl.col("own_own") > 0).then(pl.col("own_own").sqrt()),
    )


def judge_rates(row: Row, thresholds: EvaluationGap) -> Judgement:
    """A mismatch that grows is low; medium if it grows because own rates rise and those of random rows fall."""
    if number(row, "most_support") is None:
        return Silence(*_no_random_rows(row))
    if (number(row, "rate_retrains") or 0) < thresholds.enough_retrains:
        return Silence("too little feedback on random rows of what it shows", "more explore rows, or a longer export")
    least = number(row, "growth_low")
    if least is None or least <= 0 or exp(row["growth"] * row["rate_span"]) < thresholds.growth:
        return None
    opposed = row["own_trend_low"] > 0 and row["random_trend_high"] < 0
    return Signal(
        Severity.MEDIUM if opposed else Severity.LOW,
        _rates_title(row, opposed),
        _rates_evidence(row),
        REMEDY,
        Confidence.HIGH if opposed else Confidence.MEDIUM,
        student_tail(row["growth_t"], int(row["rate_retrains"]) - 2),
    )


def judge_agreement(row: Row, thresholds: EvaluationGap) -> Judgement:
    """Rates that surely do not carry over are low; nothing is said where own rates hardly differ."""
    carry, spread = number(row, "carry"), number(row, "own_spread")
    if row["shared_outcomes"] is None:
        return Silence(*_no_random_rows(row))
    told = carry is not None and spread is not None and spread >= thresholds.spread
    if not told or row["shared_outcomes"] < thresholds.enough_outcomes:
        return Silence("too little feedback to tell outcomes from one another", "a longer export")
    if row["carry_high"] >= thresholds.agreeing:
        return None
    return Signal(
        Severity.LOW,
        f"an outcome that does 10% better on own exposures does {row['carry'] / 10:+.1%} on random rows, "
        f"{row['carry_high'] / 10:+.1%} at most",
        _agreement_evidence(row),
        REMEDY,
        Confidence.MEDIUM,
        normal_tail((thresholds.agreeing - row["carry"]) / max(row["carry_error"], 1e-12)),
    )


REMEDY = (
    "Compare models on explore rows, weighted by their propensities, not on what the model chose to show; look for "
    "what sets own exposures apart (position, audience, presentation)."
)


def _no_random_rows(row: Row) -> tuple[str, str]:
    if row["labels"]:
        return "its feedback are labels, which are not counted by policy", "a metrics log"
    return "no explore or holdout rows to hold its own exposures against", "a `policy` column"


def _rates_title(row: Row, opposed: bool) -> str:
    own, random = (exp(row[f"{side}_trend"] * row["rate_span"]) - 1 for side in ("own", "random"))
    over = f"over {row['rate_retrains']:.0f} retrains"
    if opposed:
        return (
            f"own feedback rate rose by {own:.0%} {over} while random rows of the same outcomes fell by {-random:.0%}"
        )
    grown = exp(row["growth"] * row["rate_span"]) - 1
    return f"own feedback rate parted from that of random rows of the same outcomes by {grown:.0%} {over}"


def _rates_evidence(row: Row) -> tuple[Evidence, ...]:
    return (
        _over_retrains(row, "growth", "mismatch"),
        _over_retrains(row, "own_trend", "own rate"),
        _over_retrains(row, "random_trend", "rate of random rows"),
        Evidence("mismatch, last", row["mismatch"], row["mismatch_low"], row["mismatch_high"], 1.0, unit="ratio"),
        Evidence("own over random rate, last", row["lift"], row["lift_low"], row["lift_high"], 1.0, unit="ratio"),
    )


def _over_retrains(row: Row, name: str, label: str) -> Evidence:
    value, low, high = (exp(row[f"{name}{end}"] * row["rate_span"]) for end in ("", "_low", "_high"))
    return Evidence(f"{label}, last over first", value, low, high, 1.0, int(row["random_rows"]), "ratio")


def _agreement_evidence(row: Row) -> tuple[Evidence, ...]:
    n = int(row["shared_outcomes"])
    carry = Evidence(
        "carry from own to random rates", row["carry"], row["carry_low"], row["carry_high"], 1.0, n, "ratio"
    )
    correlation = number(row, "correlation")
    return (carry,) if correlation is None else (carry, Evidence("correlation", correlation, null=1.0, n=n))
