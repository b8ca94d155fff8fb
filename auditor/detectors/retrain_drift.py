"""How far retrains move what is shown, beyond sampling noise.

What it looks for
    Retrains that shift exposure between outcomes that were there all along,
    above all those that narrow it.

Why it matters
    A loop shows itself as retrains that each narrow what the one before had
    left. Popular drift scores raise alarms on identical distributions, and on
    new catalogues; this one does neither.

How it is computed
    On exploit rows, for each retrain beside the one before, and for the last
    beside the first:
    jsd             Jensen-Shannon divergence in bits (0 equal, 1 nothing in
                    common)
    jsd_excess      its part that is not noise: sum g / (8 ln 2), where for
                    each outcome g = (a - c)(b - d) / p. With users hashed into
                    halves A and B, a and b are its shares in the halves of the
                    earlier retrain, c and d in those of the later one, p its
                    share of all. What differs by chance in one half does not
                    in the other, so the mean of g is zero without drift, at
                    any volume. Standard error sqrt(sum g^2).
    entering, leaving  share of exposures on outcomes that only one side shows
    Only outcomes that could be shown on both sides are judged: with a
    catalogue, those available all along; without one, those that both sides
    show.
    narrowing       effective number (1 / sum p^2, from sum e(e-1) / (n(n-1)),
                    free of volume) of the last retrain over that of the first
                    one after the launch
    placebo         the same between the first and second half of single
                    retrains, where nothing was retrained; counted only
                    for models that narrow
    Low: the mean excess is above its threshold, or narrowing slight. Medium:
    narrowing is strong and beyond the placebo, the model does not log
    exploration of 2 % or more, and there are more than 20 outcomes: of two,
    demand moves as much from week to week.

Null
    What shuffling the labels of the two retrains gives on average, computed
    exactly (jsd_null).

When it is wrong
    Halves need users or requests; without either, rows of one moment stand for
    one, and noise may be understated. A policy that follows demand which truly
    changes moves as well: drift alone is no loop.

What to do
    If retrains narrow, see outcome-starvation. Keep a holdout that is not
    retrained, to know what demand does.

References
    Lin (1991), IEEE Trans. Inf. Theory 37:145. Simpson (1949), Nature 163:688.
    Hill (1973), Ecology 54:427.
"""

from __future__ import annotations

import math

import polars as pl

from auditor.detectors.detector import Detector, Judgement, Row, Signal, Silence, Want, number
from auditor.detectors.exploration import logged
from auditor.detectors.narrowing import narrowing
from auditor.detectors.thresholds import RetrainDrift
from auditor.detectors.turnover import turnover, unsettled
from auditor.finding import Confidence, Evidence, Severity
from auditor.rollup import Rollups
from auditor.statistics import jsd_null, normal_tail

PAIR = ["model", "retrain", "earlier"]
BITS = 8 * math.log(2)


def measure(rollups: Rollups, thresholds: RetrainDrift) -> pl.LazyFrame:
    """One row a model: divergence over its consecutive retrains, from the first to the last, and narrowing."""
    windows = rollups.frame("windows").lazy()
    volume = windows.group_by("model").agg(
        retrains=pl.len(),
        smallest=pl.col("exploit").min(),
        catalogue=pl.col("outcomes").max(),
        listed=pl.col("listed").max() > 0,
    )
    steps = _steps(rollups)
    consecutive = pl.col("earlier") == pl.col("retrain") - 1
    by_step = steps.filter(consecutive).group_by("model").agg(_over_steps())
    overall = steps.filter(~consecutive).select(
        "model", jsd_first="jsd", jsd_first_null="jsd_null", jsd_first_excess="excess"
    )
    last = pl.col("retrain") == pl.col("retrain").max().over("model")
    explored = logged(windows).filter(last).select("model", "logged_exploration_low")
    return (
        volume.join(by_step, on="model", how="left")
        .join(overall, on="model", how="left")
        .join(narrowing(rollups, thresholds.slight_narrowing), on="model", how="left")
        .join(explored, on="model", how="left")
        .join(turnover(rollups, windows), on="model", how="left")
        .with_columns(halves=pl.lit(rollups.intake.unit is not None))
        .sort("model")
    )


def _steps(rollups: Rollups) -> pl.LazyFrame:
    """Jsd, jsd_null, entering, leaving, excess and excess_error (both in bits) of each pair of retrains."""
    moves = rollups.frame("moves").lazy()
    totals = rollups.frame("shuffled").lazy().join(moves.select(*PAIR, "n", "m"), on=PAIR)
    null = jsd_null(totals.select(*PAIR, "n", "m", "outcomes", x="total", y=pl.lit(0)), PAIR)
    told = moves.with_columns(excess=pl.col("chi2") / BITS, excess_error=pl.col("chi2_error") / BITS)
    return told.join(null, on=PAIR, how="left")


def _over_steps() -> list[pl.Expr]:
    names = ("jsd", "jsd_null", "entering", "leaving")
    # Neighbouring pairs share a retrain, so their estimates correlate by about a quarter.
    shared = 1 + (pl.len() - 1) / (2 * pl.len())
    error = (shared * (pl.col("excess_error") ** 2).sum()).sqrt() / pl.len()
    mean = pl.col("excess").mean()
    return [
        *(pl.col(name).mean() for name in names),
        mean.alias("jsd_excess"),
        (mean - 1.96 * error).alias("jsd_excess_low"),
        (mean + 1.96 * error).alias("jsd_excess_high"),
        error.alias("jsd_excess_error"),
    ]


def judge(row: Row, thresholds: RetrainDrift) -> Judgement:
    """Moving is low; narrowing beyond the placebo is medium, unless logged exploration keeps the model open."""
    if row["retrains"] < 2:
        return Silence("1 retrain, needs 2", "a `model_version` column, or --retrain-every")
    if row["smallest"] < thresholds.enough_exposures:
        return Silence(f"a retrain has {row['smallest']} exposures, needs {thresholds.enough_exposures:.0f}")
    narrowed = _narrowed(row, thresholds)
    if narrowed:
        return unsettled(row, thresholds.turnover) or _narrowing_signal(row, narrowed)
    return _moving_signal(row) if _moved(row, thresholds) else None


def _narrowed(row: Row, thresholds: RetrainDrift) -> Severity | None:
    high, placebo = number(row, "narrowing_high"), number(row, "placebo")
    if high is None or high >= thresholds.slight_narrowing:
        return None
    beyond_placebo = placebo is None or row["narrowing_a_retrain"] < placebo
    open_ = (number(row, "logged_exploration_low") or 0.0) >= 0.02
    many = row["catalogue"] > thresholds.few_outcomes
    strong = high < thresholds.narrowing and many and beyond_placebo and not open_ and row["retrains"] > 2
    return Severity.MEDIUM if strong else Severity.LOW


def _moved(row: Row, thresholds: RetrainDrift) -> bool:
    excess, low = number(row, "jsd_excess"), number(row, "jsd_excess_low")
    return excess is not None and low is not None and excess >= thresholds.moved_bits and low > 0


def _narrowing_signal(row: Row, severity: Severity) -> Signal:
    first, last = row["effective_first"], row["effective_last"]
    title = f"retrains narrow exposure from {first:,.1f} to {last:,.1f} effective outcomes"
    remedy = "See outcome-starvation; keep a holdout that is not retrained, to know what demand does by itself."
    return Signal(severity, title, _evidence(row), remedy, _confidence(row), row["narrowing_p"])


def _moving_signal(row: Row) -> Signal:
    title = f"each retrain moves exposure between the same outcomes by {row['jsd_excess']:.3f} bits beyond chance"
    remedy = "Compare with a holdout that is not retrained: what moves there too is demand, the rest is the model."
    p_value = normal_tail(row["jsd_excess"] / max(row["jsd_excess_error"], 1e-12))
    return Signal(Severity.LOW, title, _evidence(row), remedy, _confidence(row), p_value)


def _confidence(row: Row) -> Confidence:
    return Confidence.HIGH if row["halves"] and row["listed"] else Confidence.MEDIUM


def _evidence(row: Row) -> tuple[Evidence, ...]:
    items = []
    if number(row, "jsd") is not None:
        items.append(Evidence("divergence a retrain", row["jsd"], null=row["jsd_null"], unit="bits"))
    if number(row, "jsd_excess") is not None:
        low, high = row["jsd_excess_low"], row["jsd_excess_high"]
        items.append(Evidence("of it not noise", row["jsd_excess"], low, high, 0.0, unit="bits"))
    if number(row, "narrowing") is not None:
        low, high = row["narrowing_low"], row["narrowing_high"]
        items.append(Evidence("effective outcomes, last over first", row["narrowing"], low, high, 1.0, unit="ratio"))
    if number(row, "placebo") is not None:
        items.append(Evidence("the same, a retrain", row["narrowing_a_retrain"], null=row["placebo"], unit="ratio"))
    return tuple(items)


DETECTOR = Detector(
    id="retrain-drift",
    page=__doc__,
    thresholds=RetrainDrift(),
    measure=measure,
    judge=judge,
    wants=(
        Want("timestamp", "retrains have no order", essential=True),
        Want("model_version", "one retrain cannot drift; --retrain-every cuts calendar windows"),
        Want("user_id", "halves are cut by request, or not at all, so noise may be understated"),
    ),
)
