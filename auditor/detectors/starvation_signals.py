"""What is said of a starved model: title, evidence, remedy."""

from __future__ import annotations

from auditor.detectors.closure import is_hollow, most_exploration, p_value_of_closed, p_value_of_closing
from auditor.detectors.detector import Row, Signal, number
from auditor.detectors.thresholds import OutcomeStarvation
from auditor.finding import Confidence, Evidence, Severity

HOLLOW = {"logged_exploration": "logged as exploration", "overlap": "that propensities leave to chance"}
FEW = 10  # outcomes under which an interval over them says nothing


def starved(row: Row, thresholds: OutcomeStarvation) -> Signal:
    """Starved and closed."""
    title = f"{_unfed(row)}, and {_told(row, thresholds)}"
    return Signal(
        Severity.HIGH, title, _evidence(row), _remedy(row), _confidence(row), p_value_of_closed(row, thresholds)
    )


def closing(row: Row, thresholds: OutcomeStarvation) -> Signal:
    """Starved, and closing or nearly closed."""
    return Signal(
        Severity.MEDIUM,
        f"{_unfed(row)}, and {_told(row, thresholds)}",
        _evidence(row),
        _remedy(row),
        _confidence(row),
        p_value_of_closing(row, thresholds),
    )


def _told(row: Row, thresholds: OutcomeStarvation) -> str:
    most, fall = most_exploration(row, thresholds), number(row, "implied_fall_high")
    for way, what in HOLLOW.items():
        if is_hollow(row, thresholds, way):
            return f"the {row[way]:.1%} of exposures {what} hardly reach them"
    if row["exploration_source"] == "implied" and fall is not None and fall < 1:
        return f"implied exploration fell from {row['implied_first']:.1%} to {row['implied']:.1%}"
    return f"at most {most:.2%} of exposures explore"


def _unfed(row: Row) -> str:
    what = "labelled exposures" if row["labels"] else "exposures"
    hungry = row["outcomes"] - row["fed"]
    return f"{hungry:,} of {row['outcomes']:,} outcomes get too few {what} to be learned about"


def _confidence(row: Row) -> Confidence:
    if not row["listed"]:
        return Confidence.MEDIUM
    return Confidence.HIGH if row["retrains"] > 2 or row["exploration_source"] != "implied" else Confidence.MEDIUM


def _remedy(row: Row) -> str:
    if row["labels"]:
        return (
            "Carry out a small random share (2-5 %) of the decisions that the model would not take, log them as "
            "policy=explore, and train on their labels with the propensities."
        )
    return (
        "Give 2-5 % of exposures to outcomes drawn at random from the catalogue, log them as policy=explore with "
        "their propensity, and train the next retrain on them."
    )


def _evidence(row: Row) -> tuple[Evidence, ...]:
    source = row["exploration_source"]
    n = row["chances"] if source == "implied" else row["exposures"]
    items = [
        _interval(row, "starved", "outcomes not fed", row["outcomes"], null=number(row, "starved_null")),
        _interval(row, "exploration", f"exploration ({source})", n),
    ]
    if source == "implied" and number(row, "implied_first") is not None:
        items.append(Evidence("exploration, earlier", row["implied_first"], n=n, unit="share"))
    if number(row, "self_sourced") is not None:
        items.append(_interval(row, "self_sourced", "feedback on own choices", row["clicks"] + row["organic"]))
    items.append(Evidence("exposures an outcome needs", row["need"], unit="exposures"))
    items.append(Evidence("exposures, shared evenly", row["even_share"], unit="exposures"))
    return tuple(items)


def _interval(row: Row, name: str, label: str, n: float, *, null: float | None = None) -> Evidence:
    low, high = number(row, f"{name}_low"), number(row, f"{name}_high")
    if n < FEW:
        low = high = None
    return Evidence(label, row[name], low, high, null, int(n), "share")
