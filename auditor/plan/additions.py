"""What the log should have besides, for the plan to work and for the next scan to see that it did. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.detectors.detector import Row
from auditor.plan.contents import Addition

WHY = {
    "policy": "marks what explores (explore) and what does not (exploit): it shows, counts and has its price",
    "propensity": "the probability of each choice: the next retrain can weight what it learns from by it",
    "timestamp": "tells when: without it there are no days, and retrains have no order",
    "model_version": "tells retrains apart, so that what each of them learned from is known",
    "feedback": "tells the feedback rate, from which follows how many exposures an outcome needs",
    "user_id": "lets halves of the users be held against each other",
    "request_id": "tells what was chosen together, and joins feedback to exposures",
    "catalogue": "holds the outcomes that were never shown: those that need exploration most",
    "available_from, available_to (catalogue)": "tell a new outcome, or one that has gone, from an unfed one",
}


def additions(row: Row, missing: str, propensities: bool, requests: bool) -> tuple[Addition, ...]:
    """In the order of their use. `missing` is what auditability says that the log lacks, `row` the last retrain."""
    lacking = {*filter(None, missing.split(", ")), *_lacking(row, propensities, requests)}
    return tuple(Addition(column, why) for column, why in WHY.items() if column in lacking)


def _lacking(row: Row, propensities: bool, requests: bool) -> Iterator[str]:
    if not row["logged"]:
        yield "policy"
    if not propensities:
        yield "propensity"
    if not requests:
        yield "request_id"
    if row["listed"] and not row["dated"]:
        yield "available_from, available_to (catalogue)"
