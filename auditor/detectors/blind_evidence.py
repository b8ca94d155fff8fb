"""What a finding on unlabelled decisions rests on."""

from __future__ import annotations

from auditor.detectors.detector import Row, number
from auditor.finding import Evidence


def evidence(row: Row) -> tuple[Evidence, ...]:
    """The numbers behind a finding of selective labels."""
    items = [
        Evidence(
            "decisions without known outcome", row["blind"], row["blind_low"], row["blind_high"], 0.0,
            int(row["decisions"]), "share",
        )
    ]  # fmt: skip
    if number(row, "unseen_rate") is not None:
        bounds = row["unseen_rate_low"], row["unseen_rate_high"]
        n = int(row["unseen_decisions"])
        items.append(Evidence("label rate of those", row["unseen_rate"], *bounds, row["label_rate"], n, "share"))
    if row["alike_actions"]:
        n = int(row["alike_labelled"])
        items.append(Evidence("other labels that differ, at least", row["contrast"], null=0.0, n=n, unit="share"))
    items.append(
        Evidence(
            "decisions at random", row["randomised_share"], row["randomised_low"], row["randomised_high"],
            n=int(row["decisions"]), unit="share",
        )
    )  # fmt: skip
    return (*items, *_contraction(row), *_worst_segment(row))


def _contraction(row: Row) -> tuple[Evidence, ...]:
    if number(row, "added_no") is None:
        return ()
    strict, lenient = int(row["labelled_strict"]), int(row["labelled_lenient"])
    return (
        Evidence("decisions with labels, strictest retrain", row["leniency_strict"], n=strict, unit="share"),
        Evidence("decisions with labels, most lenient retrain", row["leniency"], n=lenient, unit="share"),
        Evidence(
            "labels of 0 among those added", row["added_no"], row["added_no_low"], row["added_no_high"],
            row["no_strict"], strict + lenient, "share",
        ),
    )  # fmt: skip


def _worst_segment(row: Row) -> tuple[Evidence, ...]:
    if row.get("segment") is None:
        return ()
    return (
        Evidence(
            f"decisions without known outcome, segment {row['segment']}", row["segment_blind"],
            row["segment_blind_low"], row["segment_blind_high"], row["elsewhere"],
            int(row["segment_decisions"]), "share",
        ),
    )  # fmt: skip
