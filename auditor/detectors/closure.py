"""Whether a model gives the outcomes that it starves a way back."""

from __future__ import annotations

import math

from auditor.detectors.detector import Row, number
from auditor.detectors.thresholds import OutcomeStarvation
from auditor.statistics import binomial_tail_below, normal_tail

# What the log tells of exploration, with the end of the interval that is held against it.
TOLD = {"logged_exploration": "most", "overlap": "high"}
IMPLIED = ("implied", "implied_pooled", "implied_next")


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
    told = max((row[f"{way}_low"] for way in TOLD if _is_told(row, thresholds, way)), default=0.0)
    if told >= thresholds.closed:
        return False
    return (number(row, "implied_low") or 0.0) < thresholds.closed or _falls(row, thresholds)


def _falls(row: Row, thresholds: OutcomeStarvation) -> bool:
    implied, fall = number(row, "implied_low") or 0.0, number(row, "implied_fall_high")
    return fall is not None and fall < thresholds.falling and implied < thresholds.ample


def most_exploration(row: Row, thresholds: OutcomeStarvation) -> float:
    """The largest upper bound of all ways to tell; of the implied way, the best of its three estimates."""
    told = [number(row, f"{way}_{end}") for way, end in TOLD.items() if _is_told(row, thresholds, way)]
    return max(value for value in (*told, _least_implied(row)) if value is not None)


def is_hollow(row: Row, thresholds: OutcomeStarvation, way: str) -> bool:
    """Whether what is told as exploration hardly reaches an unfed outcome. Labels may never come for some actions."""
    told, reached = number(row, f"{way}_low"), number(row, "implied_pooled_high")
    return told is not None and reached is not None and not row["labels"] and reached < thresholds.hollow * told


def _is_told(row: Row, thresholds: OutcomeStarvation, way: str) -> bool:
    return number(row, way) is not None and not is_hollow(row, thresholds, way)


def _least_implied(row: Row) -> float | None:
    return min((high for name in IMPLIED if (high := number(row, f"{name}_high")) is not None), default=None)


def p_value_of_closed(row: Row, thresholds: OutcomeStarvation) -> float:
    """Of exploration being as high as `closed`."""
    return _p_value_of_exploring(row, thresholds, thresholds.closed)


def p_value_of_closing(row: Row, thresholds: OutcomeStarvation) -> float:
    """Of implied exploration that stays as it is, where it falls; else of exploration being as high as `surely_open`.

    The fall x is log-normal, and its bound 1.96 standard errors away: z = ln(1 / x) / (ln(bound / x) / 1.96).

    Source: Altman, Bland (2011), BMJ 343:d2304 (p-values of ratios from their intervals); one-sided here.
    """
    fall = number(row, "implied_fall")
    if fall and _falls(row, thresholds):
        return _log_normal_tail(1.0, fall, row["implied_fall_high"])
    return _p_value_of_exploring(row, thresholds, thresholds.surely_open)


def _p_value_of_exploring(row: Row, thresholds: OutcomeStarvation, share: float) -> float:
    """Of exploration being as high as `share`: the largest of all accounts, each of which has to rule it out.

    Source: Berger (1982), Technometrics 24:295 (intersection-union tests).
    """
    told = [p_value(row, share) for way, p_value in P_VALUES.items() if _is_told(row, thresholds, way)]
    return max(*told, 0.0 if _least_implied(row) is None else _p_value_of_implied(row, share), 0.0)


def _p_value_of_logged(row: Row, share: float) -> float:
    return binomial_tail_below(row["explore"] + row["holdout"], row["exposures"], share)


def _p_value_of_overlap(row: Row, share: float) -> float:
    error = max(row["overlap_high"] - row["overlap"], 1e-9) / 1.96
    return normal_tail((share - row["overlap"]) / error)


def _p_value_of_implied(row: Row, share: float) -> float:
    """By the estimate with the smallest upper bound, but for a fall to nothing, which ends at 0.

    Where none was seen in n exposures it is exp(-n share), by Poisson; the upper bound is 1.96^2 / n then (Wilson).
    """
    high, value = min((high, number(row, name) or 0.0) for name in IMPLIED if (high := number(row, f"{name}_high")))
    return _log_normal_tail(share, value, high) if value > 0 else math.exp(-(1.96**2) * share / high)


def _log_normal_tail(null: float, value: float, high: float) -> float:
    """P of a value this far below the null, whose log is 1.96 standard errors below that of its upper bound."""
    return normal_tail(1.96 * math.log(null / value) / math.log(high / value))


P_VALUES = {"logged_exploration": _p_value_of_logged, "overlap": _p_value_of_overlap}
