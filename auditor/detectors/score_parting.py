"""Whether scores that hold on own exposures part from what explore and holdout rows bring."""

from __future__ import annotations

from math import exp

from auditor.detectors.detector import Judgement, Row, Signal, Silence, number
from auditor.detectors.score_calibration import ROUNDING
from auditor.detectors.thresholds import EvaluationGap
from auditor.finding import Confidence, Evidence, Severity
from auditor.statistics import student_tail

REMEDY = (
    "Train on explore rows too, weighted by their propensities, and count what was not shown as unknown, not as "
    "unwanted; check calibration on random rows before each release."
)
NO_RANDOM_ROWS = ("no explore or holdout rows to hold its own exposures against", "a `policy` column")


def judge(row: Row, thresholds: EvaluationGap) -> Judgement:
    """Scores that hold on own exposures and part from random rows are low; medium where they surely part by far."""
    if silence := _untold(row, thresholds):
        return silence
    side = 1 if row["parting"] > 0 else -1
    least = min(side * row["parting_low"], side * row["parting_high"])
    grown, gap, off = exp(least * row["parting_span"]), _least(row, "calibration_gap", side), _off(row, side)
    if min(gap, off) <= 1 or grown < thresholds.parting or row["calibration_worst"] > thresholds.calibrated:
        return None
    grave = grown >= thresholds.parting_medium and off >= thresholds.off_medium
    return Signal(
        Severity.MEDIUM if grave else Severity.LOW,
        _title(row),
        _evidence(row),
        REMEDY,
        Confidence.HIGH if grave else Confidence.MEDIUM,
        min(1.0, 2 * student_tail(abs(row["parting_t"]), int(row["parting_retrains"]) - 2)),
    )


def _least(row: Row, name: str, side: int) -> float:
    """The least that a ratio is surely above 1 (`side` 1) or below it (-1), as a factor."""
    low, high = float(row[f"{name}_low"]), float(row[f"{name}_high"])
    return low if side > 0 else 1 / high


def _off(row: Row, side: int) -> float:
    """A gap that grows is one to random rows that are expected too little of."""
    return _least(row, "random_calibration", -side)


def _untold(row: Row, thresholds: EvaluationGap) -> Silence | None:
    if silence := _no_probabilities(row, thresholds):
        return silence
    if row["random_scored"] is None:
        return Silence(*NO_RANDOM_ROWS)
    if (row["parting_retrains"] or 0) >= thresholds.enough_retrains and number(row, "parting_low") is not None:
        return None
    if min(row["scored"], row["random_scored"]) < thresholds.scored:
        return Silence(
            f"{row['scored']:.0%} of its exposures have a score, {row['random_scored']:.0%} of the random ones",
            "`score` with each exposure",
        )
    return Silence("too little feedback to hold its scores against", "more explore rows, or a longer export")


def _no_probabilities(row: Row, thresholds: EvaluationGap) -> Silence | None:
    low, high = float(row["score_low"]), float(row["score_high"])
    if low < -ROUNDING or high > 1 + ROUNDING:
        return Silence(f"its scores, from {low:.3g} to {high:.3g}, are no probabilities", "scores in [0, 1]")
    placed = number(row, "labels_placed")
    if row["graded"] > 1 - thresholds.scored:
        return Silence("its labels are more than yes or no: scores are no probability of them", "labels of 0 and 1")
    if placed is not None and abs(placed - 1) > 1 - thresholds.scored:
        return Silence("its labels cannot be told apart by exposure", "`request_id` in both logs")
    return None


def _title(row: Row) -> str:
    grown = exp(abs(row["parting"]) * row["parting_span"]) - 1
    return (
        f"scores expect {row['random_calibration']:.0%} of the feedback that random rows bring, and "
        f"{row['calibration']:.0%} of that on own exposures: parted by {grown:.0%} over "
        f"{row['parting_retrains']:.0f} retrains"
    )


def _evidence(row: Row) -> tuple[Evidence, ...]:
    span, n = row["parting_span"], int(row["scored_random"])
    grown = [exp(row[f"parting{end}"] * span) for end in ("", "_low", "_high")]
    names = {
        "calibration": "expected over observed on own exposures, last",
        "random_calibration": "expected over observed on random rows, last",
        "calibration_gap": "own over random calibration, last",
    }
    return (
        Evidence("own over random calibration, last over first", grown[0], grown[1], grown[2], 1.0, n, "ratio"),
        *(
            Evidence(label, row[name], row[f"{name}_low"], row[f"{name}_high"], 1.0, unit="ratio")
            for name, label in names.items()
        ),
    )
