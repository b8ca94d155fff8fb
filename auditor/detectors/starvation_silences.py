"""When nothing is said of starvation: too little was logged, or the log cannot tell whether the model explores."""

from __future__ import annotations

from auditor.detectors.detector import Row, Silence, number
from auditor.detectors.thresholds import OutcomeStarvation
from auditor.detectors.turnover import unsettled


def too_little(row: Row, thresholds: OutcomeStarvation) -> Silence | None:
    """Too few exposures, too few outcomes, or few of which nothing is known but that they were chosen."""
    if row["exposures"] < thresholds.enough_exposures:
        found = f"{row['exposures']} exposures in the last retrain"
        return Silence(f"{found}, needs {thresholds.enough_exposures:.0f}", "a longer export")
    if row["outcomes"] < 2:
        return Silence("the log knows of one outcome: there was nothing to choose", "a catalogue")
    if number(row, "self_sourced") is None and row["outcomes"] <= thresholds.few_outcomes:
        few = f"the {row['outcomes']} outcomes may be decisions, some of which never get a label"
        return Silence(f"{few}, and nothing came back that the log knows of", "a feedback log")
    return None


def untold(row: Row, thresholds: OutcomeStarvation) -> Silence | None:
    """Outcomes are unfed, and whether the model explores is not known."""
    if number(row, "exploration") is None:
        return cannot_tell(row)
    hungry = row["outcomes"] - row["fed"]
    return unsettled(row, thresholds.turnover, hungry) if row["exploration_source"] == "implied" else None


def has_just_begun(row: Row, thresholds: OutcomeStarvation) -> bool:
    """A launch feeds everything, and what follows it still looks like exploration."""
    return row["retrains"] < thresholds.enough_retrains and row["exploration_source"] in {None, "implied"}


def never_shown(row: Row, thresholds: OutcomeStarvation) -> Silence | None:
    """Nothing is starved of what was seen; without a catalogue, only exploration tells that it was all there is.

    Two retrains may owe their feedback to a launch that fed everything: only exploration tells that it will last.
    """
    if has_just_begun(row, thresholds) or _hides_exploration(row):
        return cannot_tell(row)
    if number(row, "self_sourced") is None:
        fed = f"{row['fed']:,} of {row['outcomes']:,} outcomes are shown enough, and nothing came back"
        return Silence(f"{fed} that the log knows of", "a feedback log")
    if (number(row, "exploration_low") or 0.0) >= thresholds.closed:
        return None
    if row["listed"]:
        return None
    seen = f"the {row['outcomes']:,} outcomes that were ever shown are mostly fed"
    return Silence(
        f"{seen}; without a catalogue, what is never shown is not known", "a catalogue, or a `policy` column"
    )


def _hides_exploration(row: Row) -> bool:
    """Whether labels come for some outcomes alone, and nothing says which decisions were random: they end there."""
    return bool(row["one_sided"]) and number(row, "exploration") is None


def cannot_tell(row: Row) -> Silence:
    """What is missing, and what would tell."""
    if _hides_exploration(row):
        reason = "labels come for some outcomes alone, and counts of those cannot tell which decisions were random"
        return Silence(reason, "a `policy` column")
    unfed = f"{row['starved']:.0%} of the catalogue is unfed"
    if row["retrains"] > 1:
        reason = f"{unfed} in the last retrain, and too little was before to tell whether the model explores"
        return Silence(reason, "one more retrain, or a `policy` or `propensity` column")
    return Silence(
        f"{unfed} in the one retrain that the log shows; a single one cannot tell whether the model explores",
        "a `policy` or `propensity` column, a `model_version` column, or --retrain-every",
    )
