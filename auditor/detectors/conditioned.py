"""Logs that kept exposures only where something came back: a reaction, or a label."""

from __future__ import annotations

from auditor.detectors.detector import Row, Signal, number
from auditor.detectors.thresholds import LogIntegrity
from auditor.finding import Evidence, Severity


def conditioned(row: Row, thresholds: LogIntegrity) -> Signal | None:
    """What gates a model whose exposures depend on their feedback."""
    if row["labels"]:
        return _labelled_alone(row) if _is_one_sided(row, thresholds) else None
    return _answered_alone(row) if _is_answered(row, thresholds) else None


def _is_answered(row: Row, thresholds: LogIntegrity) -> bool:
    share, feedback = number(row, "answered_share") or 0.0, row["clicks"] or 0
    return share >= thresholds.answered_share and feedback >= thresholds.enough_feedback


def _is_one_sided(row: Row, thresholds: LogIntegrity) -> bool:
    """Of a model that decides, with labels of yes and no, some decision that it could take is nowhere in the log."""
    share, feedback = number(row, "labelled_share") or 0.0, row["labelled"] or 0
    if share < thresholds.answered_share or feedback < thresholds.enough_feedback:
        return False
    return bool(row["clicks"] < feedback and row["shown"] < row["outcomes"] <= thresholds.few_outcomes)


def _answered_alone(row: Row) -> Signal:
    share = row["answered_share"]
    n = int(row["requests"] or row["exposures"])
    return Signal(
        Severity.MEDIUM,
        f"{share:.0%} of requests have feedback: exposures were kept only where something came back",
        (Evidence("requests with feedback", share, n=n, unit="share"),),
        "Log every exposure when it is shown; until then rates, coverage and loops of this model cannot be told.",
        gates=True,
    )


def _labelled_alone(row: Row) -> Signal:
    share, never = row["labelled_share"], row["outcomes"] - row["shown"]
    return Signal(
        Severity.MEDIUM,
        f"{share:.0%} of decisions have a label, and {never} of {row['outcomes']} outcomes were never decided on: "
        "decisions were kept only where a label came",
        (Evidence("decisions with a label", share, n=int(row["exposures"]), unit="share"),),
        "Log every decision when it is taken; until then rates, coverage and loops of this model cannot be told.",
        gates=True,
    )
