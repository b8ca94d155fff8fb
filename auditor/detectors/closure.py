"""Whether a model gives the outcomes that it starves a way back."""

from __future__ import annotations

import math

from auditor.detectors.detector import Row, number
from auditor.detectors.thresholds import OutcomeStarvation
from auditor.statistics import normal_tail

# What the log tells of exploration, with the end of the interval that is held against it.
TOLD = {"logged_exploration": "most", "overlap": "high"}


def is_closed(row: Row, thresholds: OutcomeStarvation) -> bool:
    """No way back: hardly explored by any account, hardly renewed, and fed by its own choices alone."""
    own, renewal = number(row, "self_sourced_high"), number(row, "renewal")
    if own is not None and own < thresholds.self_sourced:
        return False
    if renewal is not None and renewal >= thresholds.renewal:
        return False
    return most_exploration(row, thresholds) < thresholds.closed


def is_closing(row: Row, thresholds: OutcomeStarvation) -> bool:
    """Exploration may be under the threshold by every account, or what is implied falls from retrain to retrain."""
    told = max((number(row, f"{way}_low") or 0.0 for way in TOLD if not is_hollow(row, thresholds, way)), default=0.0)
    if told >= thresholds.closed:
        return False
    implied, fall = number(row, "implied_low") or 0.0, number(row, "implied_fall_high")
    falls = fall is not None and fall < thresholds.falling and implied < thresholds.ample
    return implied < thresholds.closed or falls


def most_exploration(row: Row, thresholds: OutcomeStarvation) -> float:
    """The largest upper bound of all ways to tell; of the implied way, the best of its three estimates."""
    told = [number(row, f"{way}_{end}") for way, end in TOLD.items() if not is_hollow(row, thresholds, way)]
    return max(value for value in (*told, _least_implied(row)) if value is not None)


def is_hollow(row: Row, thresholds: OutcomeStarvation, way: str) -> bool:
    """Whether what is told as exploration hardly reaches an unfed outcome. Labels may never come for some actions."""
    told, reached = number(row, f"{way}_low"), number(row, "implied_pooled_high")
    return told is not None and reached is not None and not row["labels"] and reached < thresholds.hollow * told


def _least_implied(row: Row) -> float | None:
    bounds = [number(row, f"implied_{name}") for name in ("high", "pooled_high", "next_high")]
    return min((bound for bound in bounds if bound is not None), default=None)


def p_value_of_closed(row: Row, thresholds: OutcomeStarvation) -> float:
    """Of exploration being as high as `closed`: log-normal, from the estimate and its upper bound.

    Where none was seen in n exposures it is exp(-n closed), by Poisson; the upper bound is 1.96^2 / n then (Wilson).
    """
    if row["exploration_source"] != "implied":
        return 0.0
    name = min(
        ("implied", "implied_pooled", "implied_next"), key=lambda each: number(row, f"{each}_high") or float("inf")
    )
    high = row[f"{name}_high"]
    value = number(row, name) or 0.0
    if value <= 0:
        return math.exp(-(1.96**2) * thresholds.closed / high)
    return normal_tail(1.96 * math.log(thresholds.closed / value) / math.log(high / value))
