"""The numbers that a model is judged by part from what they stand for.

What it looks for
    Models that get better offline and worse online, or better on the data of
    their own loop and worse on authentic data; and, from the log alone, a
    feedback rate on own exposures that parts from what randomised rows say of
    the same outcomes.

Why it matters
    Offline sets are cut from the model's own log. A loop agrees with itself:
    each retrain scores better on what the one before has shown, while people
    who were shown other things would disagree.

How it is computed
    From the metrics table, for each metric of a model that stands both in
    offline and online, or both in loop and authentic (of all others, the
    mean):
    near, far       slope a retrain in the offline or loop slice, and in the
                    online or authentic one, relative to the mean size of the
                    metric there; least squares on the retrains that have
                    both, signed so that up is better. Where
                    `higher_is_better` is empty, higher is (assumed)
    gap             slope of near minus far
    Intervals and p-values by Student's t with 2 degrees of freedom less than
    retrains: one bad retrain makes no trend. Of several pairs of metrics the
    worst is told, and its p-value multiplied by their number.
    From the log, where a policy column has explore or holdout rows, and
    feedback is no label:
    lift            rate on own exposures over that on random rows. It is told
                    and not judged: a model better than random has one
    mismatch        the same for the same outcomes: own rate over what the own
                    exposures would have had at the rates of the random rows,
                    outcome by outcome. Merely better choices leave it at 1
    growth          slope of its log a retrain, weighted by the binomial
                    errors, which are widened where retrains scatter by more;
                    without the launch, where there are four retrains or more.
                    A season moves both sides alike
    carry           slope of outcomes' rates on random rows on those on own
                    ones, each relative to its mean: the covariance of both
                    over the variance of the latter without its noise, with
                    c (c - 1) / (e (e - 1)) in place of a squared rate
    correlation     the same as a correlation, without an interval: for one,
                    logs have too few random rows
    Low: the gap of metrics widens and the far side does not improve; or the
    mismatch grows; or carry is near zero for sure. Medium: near improves and
    far gets worse, both for sure; or the mismatch grows as the own rate rises
    and that of the random rows falls.

Null
    Slopes of zero; a mismatch that stays as it is; for agreement, rates of
    which at least a quarter carries over.

When it is wrong
    A model that serves each group of people what that group likes has a
    mismatch above 1, and less carry, rightly; while it learns, its mismatch
    grows. Explore rows in worse positions than own ones shift the mismatch,
    not its growth. Only metrics of the log's own retrains count; those of
    other versions are counted (`metrics_unplaced`): their order is not known.

What to do
    Evaluate offline on explore rows, weighted by their propensities, or on
    data that no model chose. Trust the far slice.

References
    Swaminathan, Joachims (2015), JMLR 16:1731 (counterfactual evaluation).
    Fleiss (1981), Statistical Methods for Rates and Proportions, 14 (direct
    standardisation). McCullagh, Nelder (1989), Generalized Linear Models, 4.5.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from auditor.detectors import like_for_like, metric_gaps
from auditor.detectors.detector import Detector, Judgement, Row, Signal, Silence, Want
from auditor.detectors.thresholds import EvaluationGap
from auditor.rollup import Rollups


def measure(rollups: Rollups, thresholds: EvaluationGap) -> pl.DataFrame:
    """One row a model: its worst pair of metrics, and its own exposures beside randomised ones."""
    windows = rollups.frame("windows").lazy()
    told = windows.group_by("model").agg(pl.col("labels").first(), retrains=pl.len())
    parts = (
        metric_gaps.metric_gaps(rollups, thresholds),
        like_for_like.rate_gaps(rollups, windows, thresholds),
        like_for_like.agreement(rollups, windows),
    )
    for part in parts:
        told = told.join(part, on="model", how="left")
    return told.sort("model").collect()


def judge(row: Row, thresholds: EvaluationGap) -> Judgement:
    """The gravest of three: metrics that part, rates that part, outcomes that do not agree."""
    metrics = metric_gaps.judge(row, thresholds)
    rates = like_for_like.judge_rates(row, thresholds)
    told = (metrics, rates, like_for_like.judge_agreement(row, thresholds))
    heard = [one for one in told if not isinstance(one, Silence)]
    if not heard and isinstance(metrics, Silence) and isinstance(rates, Silence):
        return Silence(f"{metrics.reason}; {rates.reason}", f"{metrics.unlock}, or {rates.unlock}")
    signals = [one for one in heard if one is not None]
    if not signals:
        return None
    return _among(max(signals, key=lambda signal: signal.severity.order), len(heard))


def _among(signal: Signal, tests: int) -> Signal:
    """Each model is put to several tests, and the worst is told."""
    return replace(signal, p_value=min(1.0, tests * (signal.p_value or 0.0)))


DETECTOR = Detector(
    id="evaluation-gap",
    page=__doc__,
    thresholds=EvaluationGap(),
    measure=measure,
    judge=judge,
    wants=(
        Want("timestamp", "retrains have no order", essential=True),
        Want("value", "offline and online metrics cannot be held beside each other", role="metrics"),
        Want("policy", "own exposures cannot be held beside randomised ones"),
        Want("model_version", "fewer than three retrains have no trend; metrics find their retrain by it"),
    ),
)
