"""Decisions whose outcome is never observed.

What it looks for
    Models that decide (approve, deny, refer) and learn the outcome of only
    some of their actions: a denied loan has no repayment record. And logs that
    hide this by writing a 0 where nothing was observed.

Why it matters
    Nobody who was wrongly denied can ever show it. The next retrain learns from
    the approved alone, takes them for everybody, and denies the same people
    again; its accuracy on labelled decisions says nothing of the others.

How it is computed
    For models whose feedback is a label, or with at most twenty outcomes whose
    feedback says no as well as yes; over all retrains, for actions with two
    hundred decisions or more:
    label rate      labels over decisions of an action, with its interval
                    (Wilson; for no label in n decisions about 3 / n)
    unseen          actions labelled less than a fiftieth as often as the most
                    labelled one, at 95 %
    alike           actions whose labels are all 0, or all 1, while those of the
                    others are not: P(label | action) is 0 or 1, and the label
                    repeats the decision
    blind           share of decisions on unseen and alike actions
    randomised      share of decisions taken at random (policy explore or
                    holdout) on the other actions
    contraction     where the share of decisions that can be seen (leniency)
                    differs between retrains: share of 0 labels among those that
                    the most lenient retrain added to the strictest, if labels
                    get worse with leniency. Where the model ranks by risk, the
                    denied fail at least as often as these, and no other retrain
                    can tell how often. Else it is not identifiable.
    Low: some action is blind and no 2 % of decisions are randomised. Medium: a
    fifth of the decisions or more is blind, and the log says which decisions
    were random: that some were, or that 98 % were not. Alike labels are medium
    only if there are a thousand of them, and other labels differ much.

Null
    Labels come alike for every action: blind is 0. Labels all alike by chance:
    q^n, with q the upper bound of how often other labels are the same, times
    the number of actions; under 0.001.

When it is wrong
    Where outcomes of denied cases reach the model by another way (a bureau, an
    appeal) that this log does not hold. Labels that arrive late: a young action
    looks unseen. Where fewer than one label in twenty is a 1, zeros written for
    nothing cannot be told from a rare event. Contraction takes the people of
    two retrains for alike.

What to do
    Take 2-5 % of decisions against the model, at random, log them as
    policy=explore with their propensity, and train on their labels. Leave what
    was not observed empty; a 0 is an answer.

References
    Lakkaraju, Kleinberg, Leskovec, Ludwig, Mullainathan (2017), KDD:275 (the
    selective labels problem). Kleinberg et al. (2018), QJE 133:237. Hanley,
    Lippman-Hand (1983), JAMA 249:1743 (rule of three).
"""

from __future__ import annotations

import polars as pl

from auditor.detectors import blind_segments
from auditor.detectors.blind_actions import actions
from auditor.detectors.blind_evidence import evidence
from auditor.detectors.contraction import contraction
from auditor.detectors.detector import Detector, Judgement, Row, Signal, Silence, Want, number
from auditor.detectors.exploration import tells_random_rows
from auditor.detectors.thresholds import SelectiveLabels
from auditor.finding import Confidence, Severity
from auditor.rollup import Rollups
from auditor.statistics import wilson

NAMED = 3


def measure(rollups: Rollups, thresholds: SelectiveLabels) -> pl.LazyFrame:
    """One row a model: how many of its decisions are blind, on which actions, and what retrains tell of them."""
    told = actions(rollups, thresholds).collect()
    blind = told.filter("blind")
    models = (
        rollups.frame("windows")
        .lazy()
        .group_by("model")
        .agg(
            pl.col("exposures", "logged", "explore", "holdout").sum(),
            feedback=pl.col("labelled").sum(),
            labels=pl.col("labels").any(),
        )
        .with_columns(random_told=tells_random_rows())
        .join(_totals(told.lazy()), on="model", how="left")
        .join(contraction(rollups, told.lazy(), thresholds), on="model", how="left")
    )
    if len(blind):
        segments = blind_segments.worst(rollups, blind, thresholds)
        models = models.join(_names(rollups, blind), on="model", how="left").join(segments, on="model", how="left")
    return models.sort("model")


def _totals(told: pl.LazyFrame) -> pl.LazyFrame:
    low, high = wilson(pl.col("blind_decisions"), pl.col("decisions"))
    aside_low, aside_high = wilson(pl.col("randomised"), pl.col("decisions"))
    decisions = pl.col("decisions")
    return (
        told.group_by("model")
        .agg(
            decisions.sum(),
            actions=pl.len(),
            randomised=pl.col("randomised").filter(~pl.col("blind")).sum(),
            label_rate=pl.col("rate").max(),
            unseen_actions=pl.col("unseen").sum(),
            alike_actions=pl.col("alike").sum(),
            blind_decisions=decisions.filter("blind").sum(),
            unseen_decisions=decisions.filter("unseen").sum(),
            unseen_labelled=pl.col("labelled").filter("unseen").sum(),
            alike_labelled=pl.col("labelled").filter("alike").sum(),
            contrast=pl.col("contrast").filter("alike").max(),
            chance=pl.col("chance").filter("alike").max(),
        )
        .with_columns(
            blind=pl.col("blind_decisions") / decisions,
            blind_low=low,
            blind_high=high,
            randomised_share=pl.col("randomised") / decisions,
            randomised_low=aside_low,
            randomised_high=aside_high,
        )
        .with_columns(_unseen_rate())
    )


def _unseen_rate() -> list[pl.Expr]:
    low, high = wilson(pl.col("unseen_labelled"), pl.col("unseen_decisions"))
    rate = pl.col("unseen_labelled") / pl.col("unseen_decisions")
    some = pl.col("unseen_decisions") > 0
    return [
        pl.when(some).then(each).alias(f"unseen_rate{end}")
        for each, end in ((rate, ""), (low, "_low"), (high, "_high"))
    ]


def _names(rollups: Rollups, blind: pl.DataFrame) -> pl.LazyFrame:
    """The blind actions by name, the commonest first."""
    named = rollups.frame("action_segments").lazy().select("model", "item", "item_id").unique()
    return (
        blind.lazy()
        .join(named, on=["model", "item"])
        .sort("model", "decisions", "item_id", descending=[False, True, False])
        .group_by("model", maintain_order=True)
        .agg(blind_actions=pl.col("item_id").cast(pl.String).head(NAMED).str.join(", "))
    )


def judge(row: Row, thresholds: SelectiveLabels) -> Judgement:
    """Decisions that nobody can find wrong are low, many of them medium; a randomised slice makes up for them."""
    if row["feedback"] == 0:
        return Silence("no feedback of this model is in the log", "a feedback log")
    if number(row, "blind") is None:
        return _not_a_decision(row)
    if row["blind_decisions"] == 0 or is_randomised(row, thresholds):
        return None
    much = is_clear(row, thresholds) and row["random_told"] and row["blind_low"] > thresholds.unlabelled
    return Signal(
        Severity.MEDIUM if much else Severity.LOW,
        _title(row),
        evidence(row),
        _remedy(row),
        Confidence.HIGH if row["unseen_actions"] else Confidence.MEDIUM,
        None if row["unseen_actions"] else row["chance"],
    )


def _not_a_decision(row: Row) -> Silence | None:
    """After an impression silence is an answer: no outcome of a reaction is unobserved."""
    if row["labels"]:
        return Silence("more than 200 outcomes are things rather than actions, and few decisions fall on each")
    return None


def is_randomised(row: Row, thresholds: SelectiveLabels) -> bool:
    """Whether enough decisions were taken at random, on actions that get labels."""
    return bool(row["randomised"] > 0 and row["randomised_high"] >= thresholds.randomised)


def is_clear(row: Row, thresholds: SelectiveLabels) -> bool:
    """Whether the labels are missing, or alike beyond what any rare event would make them."""
    contrast = number(row, "contrast")
    alike = contrast is not None and contrast >= thresholds.clear_contrast
    return bool(row["unseen_actions"]) or (alike and row["alike_labelled"] >= thresholds.sure)


def _title(row: Row) -> str:
    share = f"{row['blind']:.0%} of decisions"
    names = f" ({row['blind_actions']})" if row.get("blind_actions") else ""
    if not row["unseen_actions"]:
        return f"the labels of {share} are all alike{names}: they repeat the decision, or stand for none"
    if row["alike_actions"]:
        return f"{share}{names} have no label, or labels that are all alike"
    return f"{share} are hardly ever labelled{names}: what they would have come to is not known"


def _remedy(row: Row) -> str:
    remedy = (
        "Take 2-5 % of decisions against the model, at random, log them as policy=explore with their propensity, and "
        "train on their labels."
    )
    if not row["unseen_actions"]:
        remedy = f"Leave the label empty where no outcome was observed. {remedy}"
    if number(row, "added_no") is None:
        return f"{remedy} Until then, what the others would have come to is not identifiable from this log."
    return (
        f"{remedy} Where more was approved, {row['added_no']:.0%} of the additional labels are 0 "
        f"({row['no_strict']:.0%} of the others): of those denied by all retrains this is a lower bound at best."
    )


DETECTOR = Detector(
    id="selective-labels",
    page=__doc__,
    thresholds=SelectiveLabels(),
    measure=measure,
    judge=judge,
    wants=(
        Want("item_id", "whether decisions have labels is not known", role="feedback"),
        Want("policy", "decisions taken at random cannot be told from the model's own"),
        Want("model_version", "leniency cannot be held against another retrain's"),
        Want("segment", "the worst segment cannot be named"),
    ),
    by_segment=(blind_segments.measure, blind_segments.judge),
)
