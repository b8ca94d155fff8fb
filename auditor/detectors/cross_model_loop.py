"""Models whose feedback lies on what another model chose.

What it looks for
    Feedback that names one model and whose key leads to an exposure of another
    one alone; and feedback that names no model, on an outcome that two models
    showed in the same request.

Why it matters
    A model that learns from the clicks on another's choices inherits what that
    one never shows. It may explore as much as it likes: what the other starves,
    both starve, and an audit of each alone finds nothing.

How it is computed
    chosen_elsewhere  of all feedback that is the model's (matched to its own
                    exposures, or naming it), the share whose key matches
                    exposures of other models and none of its own. Each such
                    feedback counts for one chooser: that of the last exposure
                    before it (user_id + item_id), else of the first. It stays
                    organic for the model that it names.
    coincidence     of the model's matched feedback, the share that another
                    model had shown too
    credited_elsewhere  where feedback names no model: feedback credited to the
                    model that showed it first, over that and its own. Both
                    chose; the log cannot tell who learns from it.
    Intervals by Wilson. Medium: the lower bound of chosen_elsewhere is above a
    fifth. Low: above a twentieth, or credited_elsewhere above a fifth.

Null
    The model's own exposures were not logged, and others showed the same by
    coincidence: the upper bound of coincidence times the share of feedback that
    found no exposure of its own. With request keys that is next to nothing,
    with user_id and item_id it may be much.

When it is wrong
    Where one model goes by two names in the two logs. Whether the chooser is
    itself closed is not said here: see its own findings.

What to do
    Train on feedback on the model's own exposures, or on randomised ones of the
    chooser, with their propensities. Audit the chooser first: its exploration
    is this model's only one.

References
    Sculley et al. (2015), NIPS (hidden feedback loops). Bottou et al. (2013),
    JMLR 14:3207 (feedback across components).
"""

from __future__ import annotations

import polars as pl

from auditor.detectors.detector import Detector, Judgement, Row, Signal, Silence, Want, number
from auditor.detectors.thresholds import CrossModelLoop
from auditor.finding import Confidence, Evidence, Severity
from auditor.rollup import Rollups
from auditor.statistics import binomial_tail_above, wilson


def measure(rollups: Rollups, thresholds: CrossModelLoop) -> pl.LazyFrame:  # noqa: ARG001
    """One row a model: whose exposures its feedback lies on."""
    others = rollups.frame("crossed").lazy()
    named = rollups.has("model_id", "feedback")
    joined = (
        rollups.frame("feedback_owned")
        .lazy()
        .join(_main(others, "alone", "chooser"), on="model", how="left")
        .join(_main(others, "credited", "credited_to"), on="model", how="left")
        .join(others.group_by("model").agg(pl.col("both_showed").sum()), on="model", how="left")
        .with_columns(pl.col("alone", "credited", "both_showed").fill_null(0))
        .with_columns(credited=pl.lit(0, pl.Int64) if named else pl.col("credited"))
    )
    told = {"models": pl.len(), "matched_by": pl.lit(rollups.intake.attribution)}
    return joined.with_columns(**told).with_columns(_shares()).with_columns(_null()).sort("model")


def _main(others: pl.LazyFrame, count: str, name: str) -> pl.LazyFrame:
    """[model, count, name]: over all others, and which of them it is most."""
    return (
        others.filter(pl.col(count) > 0)
        .sort("model", count, "other", descending=[False, True, False])
        .group_by("model", maintain_order=True)
        .agg(pl.col(count).sum(), pl.col("other").first().alias(name), pl.col(count).first().alias(f"{name}_{count}"))
    )


def _shares() -> list[pl.Expr]:
    parts = {
        "chosen_elsewhere": (pl.col("alone"), pl.col("matched") + pl.col("astray")),
        "coincidence": (pl.col("both_showed"), pl.col("matched")),
        "credited_elsewhere": (pl.col("credited"), pl.col("matched") + pl.col("credited")),
    }
    shares = []
    for name, (part, whole) in parts.items():
        low, high = wilson(part, whole)
        share = pl.when(whole > 0).then(part / whole)
        shares += [share.alias(name), low.alias(f"{name}_low"), high.alias(f"{name}_high")]
    return [*shares, (pl.col("matched") + pl.col("astray")).alias("feedback")]


def _null() -> pl.Expr:
    """What coincidence alone would make of feedback without an exposure of its own; none where that is not known."""
    astray = pl.when(pl.col("feedback") > 0).then(pl.col("astray") / pl.col("feedback"))
    return (astray * pl.col("coincidence_high").clip(upper_bound=1.0)).fill_null(0.0).alias("chosen_elsewhere_null")


def judge(row: Row, thresholds: CrossModelLoop) -> Judgement:
    """Much feedback on what others chose is medium; some, or feedback that two models may claim, low."""
    if silence := _silence(row, thresholds):
        return silence
    low = number(row, "chosen_elsewhere_low") or 0.0
    if low > max(thresholds.some_elsewhere, row["chosen_elsewhere_null"]):
        severity = Severity.MEDIUM if low > thresholds.chosen_elsewhere else Severity.LOW
        return _chosen(row, severity, thresholds)
    if (number(row, "credited_elsewhere_low") or 0.0) > thresholds.credited_elsewhere:
        return _credited(row)
    return None


def _silence(row: Row, thresholds: CrossModelLoop) -> Silence | None:
    if row["models"] == 1:
        return Silence("the log holds one model: no other can have chosen for it", "the logs of the other models")
    if row["matched_by"] == "joined":
        return Silence("feedback is part of the exposure log: it is on what the model itself showed", "a feedback log")
    found = row["feedback"] + row["credited"]
    if found < thresholds.enough_feedback:
        return Silence(f"{found:,} feedback, needs {thresholds.enough_feedback:.0f}", "a longer export")
    if not row["signed"] and not row["credited"]:
        told = "no feedback names this model, and no other model showed the same in the same request"
        return Silence(told, "a `model_id` column in the feedback log")
    return None


def _chosen(row: Row, severity: Severity, thresholds: CrossModelLoop) -> Signal:
    n = int(row["feedback"])
    null = max(thresholds.some_elsewhere, row["chosen_elsewhere_null"])
    return Signal(
        severity,
        f"{row['chosen_elsewhere']:.0%} of its feedback is on what another model chose, mostly {row['chooser']}",
        (
            Evidence(
                "feedback on others' choices", row["chosen_elsewhere"], row["chosen_elsewhere_low"],
                row["chosen_elsewhere_high"], row["chosen_elsewhere_null"], n, "share",
            ),
            Evidence(f"of these, chosen by {row['chooser']}", row["chooser_alone"] / row["alone"], n=int(row["alone"]),
                     unit="share"),
        ),
        "Train it on feedback on its own exposures, or on randomised ones of the model that chose; audit that one too.",
        Confidence.HIGH if row["matched_by"] != "user_id + item_id" else Confidence.MEDIUM,
        binomial_tail_above(row["alone"], n, null),
    )  # fmt: skip


def _credited(row: Row) -> Signal:
    n = int(row["matched"] + row["credited"])
    return Signal(
        Severity.LOW,
        f"{row['credited_elsewhere']:.0%} of the feedback on what it showed may as well be that of "
        f"{row['credited_to']}, which showed the same before in the same request",
        (
            Evidence(
                "feedback credited to another", row["credited_elsewhere"], row["credited_elsewhere_low"],
                row["credited_elsewhere_high"], 0.0, n, "share",
            ),
        ),
        "Name in the feedback log, in `model_id`, the model that learns from it; audit the one that chose first.",
        Confidence.MEDIUM,
    )  # fmt: skip


DETECTOR = Detector(
    id="cross-model-loop",
    page=__doc__,
    thresholds=CrossModelLoop(),
    measure=measure,
    judge=judge,
    wants=(
        Want("item_id", "whose choices feedback lies on is not known", role="feedback"),
        Want("model_id", "feedback on another model's choices is taken for that one's", role="feedback"),
    ),
)
