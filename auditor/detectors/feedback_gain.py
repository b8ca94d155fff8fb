"""Retrains that chase the luck of the one before.

What it looks for
    Models that give more exposure to outcomes which happened to be lucky in
    the last retrain, and less to those that were not.

Why it matters
    Feedback is a mixture of quality and luck. A model that retrains on its own
    clicks takes luck for quality; the more it shows the lucky, the more of its
    next training data they make up. That is the loop itself, seen one turn at
    a time, before coverage falls.

How it is computed
    For outcome i with e exposures and c feedback in retrain t, and rate q over
    all its retrains,
    luck            (c - e q) / sqrt(e q (1 - q)). As q holds c too, this is
                    the distance from the rate in the other retrains, shrunk by
                    their share of its exposures. Outcomes shown in no other
                    retrain have no known luck; they count in the growth of all
    growth          log of (exploit exposures in t+1 + 1/2) / (those in t +
                    1/2), beside that of outcomes with as many exposures in t
    gain            slope of growth on luck, over all retrains and outcomes
                    with 10 exposures or more that could be shown in both:
                    what one standard deviation of luck adds to the log of
                    exposures. Interval clustered by outcome, by Student's t
    gain_explore    the same with the luck on explore and holdout rows, scaled
                    by the root of their share: rows that the policy did not
                    choose. It decides where its interval is clear of the
                    threshold, or no wider than twice the threshold.
    Where feedback is a label, e is labelled exposures. Medium: the lower bound
    of the gain is above its threshold. Low: the same in a model that explores
    2 % or more, by log or by implication (see outcome-starvation), or that
    feeds nearly all of its catalogue: what it takes for quality by mistake, it
    goes on testing.

Null
    Given how often an outcome was shown in each retrain and clicked in all,
    its luck has mean 0 under any policy that ignores feedback, whatever the
    exposures: the gain of a fixed policy is 0.00, of a policy that follows
    changing quality from outside up to 0.10.

When it is wrong
    A policy that follows large changes of quality, known from outside, soon
    and sharply looks alike. So does one that drops most of its outcomes for
    good reasons when the feedback rate of all changes. With thousands of
    exposures an outcome luck is small, and so is the gain, though the model
    may well be a loop. Of a model that shows all or nothing, few outcomes
    tell.

What to do
    Train on randomised rows with their propensities, or on several retrains of
    data; shrink rates towards their mean before ranking by them.

References
    Wager, Chamandy, Muralidharan, Najmi (2014), NIPS 27 (Feedback detection
    for live predictors). Liang, Zeger (1986), Biometrika 73:13. Chaney,
    Stewart, Engelhardt (2018), RecSys.
"""

from __future__ import annotations

import math

import polars as pl

from auditor.detectors.detector import Detector, Judgement, Row, Signal, Silence, Want, number
from auditor.detectors.exploration import exploration
from auditor.detectors.thresholds import FeedbackGain
from auditor.detectors.turnover import turnover, unsettled
from auditor.finding import Confidence, Evidence, Severity
from auditor.rollup import Rollups
from auditor.statistics import clustered_slope, normal_tail, student_975

WAYS = {"own": "gain", "outside": "gain_explore"}
EXPLORED = ("exploration", "exploration_low", "exploration_high", "exploration_source", "implied_fall_high")


def measure(rollups: Rollups, thresholds: FeedbackGain) -> pl.LazyFrame:
    """One row a model: the gain by luck on its own rows and by luck on randomised ones, and whether it explores."""
    windows = rollups.frame("windows").lazy()
    volume = windows.group_by("model").agg(
        pl.col("exposures", "clicks").sum(),
        labels=pl.col("labels").any(),
        retrains=pl.len(),
        listed=pl.col("listed").max() > 0,
    )
    explored = exploration(rollups, windows, thresholds.unfed_share).select("model", *EXPLORED)
    measured = volume.join(explored, on="model", how="left").join(turnover(rollups, windows), on="model", how="left")
    luck = rollups.frame("luck").lazy()
    for way, name in WAYS.items():
        measured = measured.join(_gain(luck.filter(pl.col("way") == way), name), on="model", how="left")
    return measured.sort("model")


def _gain(sums: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """The slope of one way, its error and interval, and how many outcomes and steps are behind it."""
    squares = (pl.col("moved_moved"), pl.col("moved_squared"), pl.col("squared_squared"))
    slope, error = clustered_slope(pl.col("moved"), pl.col("squared"), squares, pl.col("outcomes"))
    reach = student_975(pl.col("outcomes") - 1) * error
    return sums.select(
        "model",
        (slope.round(12) + 0.0).alias(name),  # zero but for the order of sums is zero, and has no sign
        error.alias(f"{name}_error"),
        (slope - reach).alias(f"{name}_low"),
        (slope + reach).alias(f"{name}_high"),
        pl.col("outcomes").alias(f"{name}_outcomes"),
        pl.col("steps").alias(f"{name}_steps"),
    )


def judge(row: Row, thresholds: FeedbackGain) -> Judgement:
    """Luck that is chased is medium; in a model that explores it is low."""
    if silence := _too_little(row, thresholds):
        return silence
    name = _way(row, thresholds)
    if name is None:
        return _too_few_outcomes(row, thresholds)
    low = number(row, f"{name}_low")
    if low is None or low <= thresholds.gain:
        return None
    return unsettled(row, thresholds.turnover) or _signal(row, name, thresholds)


def _too_little(row: Row, thresholds: FeedbackGain) -> Silence | None:
    if row["retrains"] < thresholds.retrains:
        count = f"{row['retrains']} retrain{'s' if row['retrains'] > 1 else ''}"
        reason = f"{count}, needs {thresholds.retrains:.0f}: luck in one is told by the rate in the others"
        return Silence(reason, "a `model_version` column, --retrain-every, or a longer export")
    if not row["clicks"]:
        return Silence("no feedback was matched to exposures, and luck is in feedback", "a feedback log")
    return None


def _too_few_outcomes(row: Row, thresholds: FeedbackGain) -> Silence:
    known, what = number(row, "gain_outcomes") or 0.0, "labelled" if row["labels"] else "shown"
    found = f"{known:.0f} outcome{'' if known == 1 else 's'} with known luck"
    needed = f"shown 10 times in a retrain, {what} in another, and with feedback"
    reason = f"{found}, needs {thresholds.enough_outcomes:.0f}: {needed}"
    return Silence(reason, "a longer export, or longer retrains")


def _way(row: Row, thresholds: FeedbackGain) -> str | None:
    """Randomised rows where they are sharp enough, else the model's own; None where neither can tell."""
    own, randomised = WAYS["own"], WAYS["outside"]
    if _can_tell(row, randomised, thresholds) and _is_sharp(row, randomised, thresholds):
        return randomised
    return own if _can_tell(row, own, thresholds) else None


def _can_tell(row: Row, name: str, thresholds: FeedbackGain) -> bool:
    outcomes = number(row, f"{name}_outcomes")
    return outcomes is not None and outcomes >= thresholds.enough_outcomes


def _is_sharp(row: Row, name: str, thresholds: FeedbackGain) -> bool:
    """Its interval is clear of the threshold, or narrow enough to tell twice the threshold from nothing."""
    low, high = number(row, f"{name}_low"), number(row, f"{name}_high")
    if low is None or high is None:
        return False
    return not low <= thresholds.gain <= high or high - low <= 2 * thresholds.gain


def _signal(row: Row, name: str, thresholds: FeedbackGain) -> Signal:
    where = " on randomised rows" if name == WAYS["outside"] else ""
    return Signal(
        Severity.LOW if _is_open(row, thresholds) else Severity.MEDIUM,
        f"one standard deviation of luck{where} multiplies an outcome's exposure in the next retrain by "
        f"{_factor(row[name])}",
        _evidence(row),
        "Shrink rates towards their mean before ranking by them, train on more than the last retrain, and give 2-5 % "
        "of exposures to outcomes drawn at random, whose feedback is not the model's own doing.",
        Confidence.HIGH if row["listed"] else Confidence.MEDIUM,
        normal_tail(row[name] / max(row[f"{name}_error"], 1e-12)),
    )


def _factor(gain: float) -> str:
    times = math.exp(min(gain, 20.0))
    return f"{times:.2f}" if times < 10 else f"{times:,.0f}"


def _is_open(row: Row, thresholds: FeedbackGain) -> bool:
    """Whether it explores enough, and not less from retrain to retrain; or nothing is unfed that it could explore."""
    if number(row, "exploration") is None:
        return bool(row["listed"])
    low, fall = number(row, "exploration_low") or 0.0, number(row, "implied_fall_high")
    falls = row["exploration_source"] == "implied" and fall is not None and fall < thresholds.falling
    return low >= thresholds.open and not falls


def _evidence(row: Row) -> tuple[Evidence, ...]:
    labels = {"gain": "growth per deviation of luck", "gain_explore": "the same, luck on randomised rows"}
    items = [
        Evidence(label, row[name], row[f"{name}_low"], row[f"{name}_high"], 0.0, int(row[f"{name}_outcomes"]))
        for name, label in labels.items()
        if number(row, f"{name}_error") is not None
    ]
    if number(row, "exploration") is not None:
        label, n = f"exploration ({row['exploration_source']})", int(row["exposures"])
        low, high = row["exploration_low"], row["exploration_high"]
        items.append(Evidence(label, row["exploration"], low, high, n=n, unit="share"))
    return tuple(items)


DETECTOR = Detector(
    id="feedback-gain",
    page=__doc__,
    thresholds=FeedbackGain(),
    measure=measure,
    judge=judge,
    wants=(
        Want("timestamp", "retrains have no order", essential=True),
        Want("model_version", "one retrain has no next; --retrain-every cuts calendar windows"),
        Want("policy", "luck is known on the model's own rows alone"),
        Want("item_id", "luck is in feedback: without it nothing can be told", role="feedback"),
    ),
)
