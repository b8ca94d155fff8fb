"""Whether a model gives the outcomes that it starves a way back."""

from __future__ import annotations

import math

from auditor.detectors.detector import Row, number
from auditor.detectors.thresholds import OutcomeStarvation
from auditor.statistics import normal_tail


def is_closed(row: Row, thresholds: OutcomeStarvation) -> bool:
    """No way back: hardly explored by any account, hardly renewed, and fed by its own choices alone."""
    own, renewal = number(row, "self_sourced_high"), number(row, "renewal")
    if own is not None and own < thresholds.self_sourced:
        return False
    if renewal is not None and renewal >= thresholds.renewal:
        return False
    return most_exploration(row, thresholds) < thresholds.closed


def is_closing(row: Row, thresholds: OutcomeStarvation) -> bool:
    """Exploration may be under the threshold, or falls from retrain to retrain."""
    low, fall = number(row, "exploration_low") or 0.0, number(row, "implied_fall_high")
    implied = row["exploration_source"] == "implied"
    return low < thresholds.closed or (implied and fall is not None and fall < thresholds.falling)


def most_exploration(row: Row, thresholds: OutcomeStarvation) -> float:
    """The largest upper bound of all ways to tell; of the implied way, the best of its three estimates."""
    logged = None if is_hollow(row, thresholds) else number(row, "logged_exploration_most")
    ways = (logged, number(row, "overlap_high"), _least_implied(row))
    return max(value for value in ways if value is not None)


def is_hollow(row: Row, thresholds: OutcomeStarvation) -> bool:
    """Whether what is logged as exploration hardly reaches an unfed outcome. Labels may never come for some actions."""
    logged, reached = number(row, "logged_exploration_low"), number(row, "implied_pooled_high")
    return logged is not None and reached is not None and not row["labels"] and reached < thresholds.hollow * logged


def _least_implied(row: Row) -> float | None:
    bounds = [number(row, f"implied_{name}") for name in ("high", "pooled_high", "next_high")]
    return min((bound for bound in bounds if bound is not None), default=None)


def p_value_of_closed(row: Row, thresholds: OutcomeStarvation) -> float:
    """Of exploration being as high as `closed`; log-normal, from the estimate and its upper bound."""
    if row["exploration_source"] != "implied":
        return 0.0
    name = min(
        ("implied", "implied_pooled", "implied_next"), key=lambda each: number(row, f"{each}_high") or float("inf")
    )
    high = row[f"{name}_high"]
    value = max(number(row, name) or 0.0, high / 1e3)
    return normal_tail(1.96 * math.log(thresholds.closed / value) / math.log(high / value))
