"""Exploration that is not what it is said to be, or too thin to learn from.

What it looks for
    Explore rows that are not drawn at random, logged propensities that are not
    those of the policy that chose, and propensities that leave nothing to
    learn.

Why it matters
    Exploration keeps a loop open only if it reaches what the model does not
    show, and every estimate from it divides by its propensities: if these are
    wrong, so is the next retrain, with confidence.

How it is computed
    On the last retrain. With p the propensity of a row's outcome, n rows, K
    outcomes,
    misplaced       share of rows beyond what their propensities allow. The
                    rows of one outcome together have sum 1/p = n, or less
                    where some decisions gave it no chance, never more. This
                    holds row by row, so also for slates, each position with
                    its own p. In one half of the users, outcomes with more are
                    picked, in the other half their excess is measured, and the
                    reverse.
    outcomes_over   share of the outcomes whose sum is too high by itself
    supported       share of the choices that have a chance: mean of 1 / (K p)
                    over rows with p < 1
    effective_sample  (sum 1/p)^2 / sum 1/p^2 (Kish), in all and of the weakest
                    segment of 1,000 rows or more
    evenness        the share of uniform exploration whose weights 1/p would be
                    as uneven: 0.01 over the share of the weight that is on the
                    top 1 % of rows
    uniform_rate    feedback rate of a uniform policy, self-normalised by 1/p
    explore_share   share of explore rows in all but holdout rows, against
                    `configured_share` where that is set; chi-square with the
                    error by user (or request)
    reach           share of the explore rows on outcomes that the model's own
                    choices do not feed, over the share of the catalogue that
                    these are: 1 if drawn uniformly
    reached_share   share of the outcomes that were there all the time to which
                    explore rows ever came, over all retrains
    explore_excess  Gini of explore rows over the catalogue, as in
                    impression-gini
    Medium: misplaced, or a reach under a quarter, or explore rows far off what
    is configured. Low: explore rows that never came to a quarter of what
    uniform ones reach, or piled on few outcomes, or off what is configured;
    most choices without a chance; an effective sample under 1,000 with weights
    more uneven than those of 5 % uniform exploration.

Null
    Rows drawn with the propensities that are logged, and explore rows drawn
    uniformly from the catalogue: n of them reach 1 - exp(-n / K) of it.

When it is wrong
    A propensity is that of the row's own outcome: the probability of a whole
    slate is far too small, and looks misplaced. Propensities that are too high
    look like choices without a chance. Where exploration is meant to stay
    among a model's best candidates it has no reach, and cannot open a loop.
    Where feedback is a label, or unknown of at most twenty outcomes, reach is
    not judged: decisions at random may be approvals alone.
    Propensities that are 1 on every row are not identifiable: they say that
    nothing was left to chance, or nothing was logged. That is no fault that
    was measured, so the model is skipped, unless explore rows contradict it.

What to do
    Log the probability with which the policy in force chose the outcome, when
    it chooses. Draw exploration uniformly from the whole catalogue.

References
    Kish (1965), Survey Sampling. Horvitz, Thompson (1952), JASA 47:663.
    Swaminathan, Joachims (2015), NeurIPS 28. Fabijan et al. (2019), KDD
    (sample ratio mismatch). Saito et al. (2021), NeurIPS (Open Bandit).
"""

from __future__ import annotations

import polars as pl

from auditor.detectors.detector import Detector, Judgement, Row, Signal, Silence, Want, number
from auditor.detectors.explore_rows import explore_share, reached, spread
from auditor.detectors.support import honesty, support
from auditor.detectors.support_problems import Problem, evidence, problems
from auditor.detectors.thresholds import ExplorationSupport
from auditor.detectors.turnover import turnover
from auditor.finding import Confidence
from auditor.rollup import Rollups


def measure(rollups: Rollups, thresholds: ExplorationSupport) -> pl.LazyFrame:
    """One row a model, of its last retrain; only what the log has columns for."""
    windows = rollups.frame("windows").lazy()
    last = windows.filter(pl.col("retrain") == pl.col("retrain").max().over("model"))
    rows = last.select(
        "model", "exposures", "explore", "holdout", "outcomes", "labels", "labelled", "clicks", listed="listed"
    )
    if rollups.has("propensity"):
        names = rollups.frame("retrains").lazy().select("model", "model_id").unique()
        deepest = names.join(rollups.frame("depths").lazy(), on="model_id").drop("model_id")
        rows = rows.join(deepest, on="model", how="left")
        rows = rows.join(honesty(rollups), on="model", how="left").join(
            support(rollups, last, thresholds.weak_support, thresholds.even_enough), on="model", how="left"
        )
    if rollups.has("policy"):
        rows = rows.join(spread(rollups, last), on="model", how="left").join(reached(rollups), on="model", how="left")
        rows = rows.join(turnover(rollups, windows), on="model", how="left")
        if thresholds.configured_share > 0:
            rows = rows.join(explore_share(rollups), on="model", how="left")
    return rows.sort("model")


def judge(row: Row, thresholds: ExplorationSupport) -> Judgement:
    """The worst of what is wrong, and what else is, in one finding."""
    if silence := _silence(row, thresholds):
        return silence
    found = problems(row, thresholds)
    if not found:
        return None
    worst = max(found, key=lambda each: each.severity.order)
    others = [each for each in found if each is not worst]
    return Signal(
        worst.severity,
        "; ".join(each.title for each in (worst, *others)),
        evidence(row, thresholds),
        worst.remedy,
        _confidence(row, worst),
        worst.p_value,
    )


def _silence(row: Row, thresholds: ExplorationSupport) -> Silence | None:
    if row["exposures"] < thresholds.enough_exposures:
        found = f"{row['exposures']} exposures in the last retrain"
        return Silence(f"{found}, needs {thresholds.enough_exposures:.0f}", "a longer export")
    if row["outcomes"] < 2:
        return Silence("the log knows of one outcome: there was nothing to choose", "a catalogue")
    if row["explore"] or number(row, "explore_share") is not None:
        return None
    weighed = number(row, "rows_weighed")
    if weighed is None:
        unlock = "a `policy` column that marks randomised rows, or a `propensity` column"
        return Silence("no row is marked as explored, and none has a propensity", unlock)
    if row["certain"] == weighed:
        reason = f"not identifiable: the propensities of all {weighed:,.0f} rows are 1, which leaves nothing to chance"
        return Silence(reason, "the probabilities that the policy chose with, or randomised rows")
    return None


def _confidence(row: Row, worst: Problem) -> Confidence:
    return Confidence.HIGH if row["listed"] or not worst.of_catalogue else Confidence.MEDIUM


DETECTOR = Detector(
    id="exploration-support",
    page=__doc__,
    thresholds=ExplorationSupport(),
    measure=measure,
    judge=judge,
    wants=(
        Want("policy", "explore rows cannot be told from the model's own choices"),
        Want("propensity", "what the log is worth for judging other policies cannot be told"),
        Want("item_id", "outcomes that exploration never reached are not known", role="catalogue"),
    ),
)
