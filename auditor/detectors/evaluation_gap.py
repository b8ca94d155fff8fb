"""The numbers that a model is judged by part from what they stand for.

What it looks for
    Models that get better offline and worse online, or better on the data of
    their own loop and worse on authentic data; and, from the log alone, a
    feedback rate on own exposures that parts from what randomised rows say of
    the same outcomes; or scores that hold on own exposures and ever less on
    randomised ones.

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
    From the log, where it has scores, all in [0, 1], on nearly every row:
    calibration     sum of the scores over the sum of the feedback (expected
                    over observed), on own exposures of the last retrain with
                    enough feedback; of labels over labelled rows alone.
                    `calibration_first` is that of the first
    random_calibration  the same on explore and holdout rows
    calibration_gap  calibration over random_calibration
    calibration_trend, parting  slopes of the logs of calibration and of that
                    gap, a retrain, with errors and launch as for growth.
                    `calibration_worst` is how far own scores are ever off
    Scores off from the start, a gap that stays (a prior, places, the choice of
    what scores highest) and own scores that drift (a season, a growing market)
    are told and not judged: sound models have them. Random rows see the same
    season, and both sides cancel in the gap.
    Low: the gap of metrics widens and the far side does not improve; or the
    mismatch grows; or carry is near zero for sure; or own scores hold and the
    gap to random rows, which scores are off on, grows. Medium: near improves
    and far gets worse, both for sure; or the mismatch grows as the own rate
    rises and that of the random rows falls; or scores part by half for sure,
    and expect surely less than half of random rows, or more than double.

Null
    Slopes of zero; a mismatch that stays as it is; for agreement, rates of
    which at least a quarter carries over; for scores, calibrations of own and
    random rows whose ratio stays as it is.

When it is wrong
    A model that serves each group of people what that group likes has a
    mismatch above 1, and less carry, rightly; while it learns, its mismatch
    grows. Explore rows in worse positions than own ones shift the mismatch,
    not its growth. Only metrics of the log's own retrains count; those of
    other versions are counted (`metrics_unplaced`): their order is not known.
    Scores part, too, where explore rows come from another part of the
    catalogue than before, where data get fewer from retrain to retrain, or
    where a prior is left behind by a growing market. Calibration sums over
    rows: errors that cancel out are not seen. What is expected to bring more
    than it does gets shown, and mends itself: nearly all that is found is
    expected to bring too little.

What to do
    Evaluate offline on explore rows, weighted by their propensities, or on
    data that no model chose. Trust the far slice. Learn from explore rows, and
    take what was not shown for unknown, not for unwanted.

References
    Swaminathan, Joachims (2015), JMLR 16:1731 (counterfactual evaluation).
    Fleiss (1981), Statistical Methods for Rates and Proportions, 14 (direct
    standardisation). McCullagh, Nelder (1989), Generalized Linear Models, 4.5.
    He et al. (2014), ADKDD, Practical Lessons from Predicting Clicks on Ads at
    Facebook (calibration: average estimated over empirical rate). Van Calster
    et al. (2019), BMC Medicine 17:230. Smith, Winkler (2006), Management
    Science 52:311 (own estimates of what is chosen by them are too high).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from auditor.detectors import like_for_like, metric_gaps, score_calibration, score_parting
from auditor.detectors.detector import Detector, Judgement, Row, Signal, Silence, Want
from auditor.detectors.thresholds import EvaluationGap
from auditor.rollup import Rollups


def measure(rollups: Rollups, thresholds: EvaluationGap) -> pl.LazyFrame:
    """One row a model: its worst pair of metrics, and its own exposures beside randomised ones."""
    windows = rollups.frame("windows").lazy()
    told = windows.group_by("model").agg(pl.col("labels").first(), retrains=pl.len())
    parts = [
        metric_gaps.metric_gaps(rollups, thresholds),
        like_for_like.rate_gaps(rollups, windows, thresholds),
        like_for_like.agreement(rollups, windows),
    ]
    if rollups.has("score"):
        parts.append(score_calibration.calibration(rollups, windows, thresholds))
    for part in parts:
        told = told.join(part, on="model", how="left")
    return told.sort("model")


def judge(row: Row, thresholds: EvaluationGap) -> Judgement:
    """The gravest of four: metrics that part, rates that part, outcomes that do not agree, scores that part."""
    main = [metric_gaps.judge(row, thresholds), like_for_like.judge_rates(row, thresholds)]
    if row.get("scored"):
        main.append(score_parting.judge(row, thresholds))
    heard = [one for one in (*main, like_for_like.judge_agreement(row, thresholds)) if not isinstance(one, Silence)]
    if not heard:
        return _silent([one for one in main if isinstance(one, Silence)])
    signals = [one for one in heard if one is not None]
    if not signals:
        return None
    return _among(max(signals, key=lambda signal: signal.severity.order), len(heard))


def _silent(silences: Sequence[Silence]) -> Silence:
    """What is missing for all, each once."""
    reasons, unlocks = (
        dict.fromkeys(each) for each in zip(*((one.reason, one.unlock) for one in silences), strict=True)
    )
    return Silence("; ".join(reasons), ", or ".join(unlocks))


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
        Want("score", "what the model expected cannot be held beside what came back"),
        Want("model_version", "fewer than three retrains have no trend; metrics find their retrain by it"),
    ),
)
