"""Whether clicks rise at the price of what they are worth.

What it looks for
    Retrains that raise the click rate while a click brings less (fewer
    purchases, less time), because exposure moves to outcomes that are clicked
    often and bring little: clickbait.

Why it matters
    A model that learns from clicks cannot see what they are for. Its own
    success is then the loop: what is clicked is shown, and what is worth
    something is not.

How it is computed
    The value of a click is a purchase, whatever its price, where a model has a
    hundred; else what the feedback itself carries (`value`, `reward`), where
    that is more than 0 and 1; else the commonest second event, or the sum of
    its values where it has them (seconds, stars). On exploit rows, the last
    retrain over the first (beyond eight, neighbours are pooled into eight
    spans):
    click_rate    clicks per exposure
    per_click     value per click
    per_exposure  value per exposure, the product of both
    Each is a ratio within outcomes times a ratio of the mix. Within is that of
    Mantel and Haenszel over outcomes shown at both ends: what happened to the
    same outcomes, a season or purchases that are still to come. The mix is the
    rest: what moving exposure from some outcomes to others did. For value per
    click both are the ratio of those of value and of clicks per exposure, in
    which the luck of single outcomes cancels.
    Intervals are over outcomes (infinitesimal jackknife), and so hold what
    single outcomes happen to be like as well as chance in their feedback:
    Student's, with as many degrees of freedom as clicks lie on effective
    outcomes (1 / sum p^2), less one.
    Low: the click rate rises, value per click falls, and the mix alone lowers
    it, each with its interval. Medium: besides, the mix lowers value per
    exposure too, or value per click to its threshold, and the later half of
    the retrains shows the same over the earlier.

Null
    Ratios of 1. A season, or purchases that have not come yet, lower value per
    click within outcomes and leave the mix at 1.

When it is wrong
    The commonest second event may not be what counts: leave others out of the
    log, or give clicks a `value`. Purchases that come later for some
    outcomes than for others look like a worse mix at the end of the log: end it
    some days before the last purchases. Where nothing is shown at both ends,
    or nearly nothing, outcomes cannot be told from time.

What to do
    Train on the value, or on clicks weighted by it; until then, watch value
    per exposure instead of the click rate.

References
    Mantel and Haenszel (1959), JNCI 22:719. Kitagawa (1955), JASA 50:1168
    (rates and mix). Jaeckel (1972), Bell Labs memorandum (infinitesimal
    jackknife). Yi et al. (2014), RecSys (dwell time against clickbait).
"""

from __future__ import annotations

import math

import polars as pl

from auditor.detectors.click_value import click_value
from auditor.detectors.detector import Detector, Judgement, Row, Signal, Silence, Want, number
from auditor.detectors.thresholds import ProxyDivergence
from auditor.finding import Confidence, Evidence, Severity
from auditor.rollup import Rollups
from auditor.statistics import student_tail


def measure(rollups: Rollups, thresholds: ProxyDivergence) -> pl.LazyFrame:  # noqa: ARG001
    """One row a model."""
    windows = rollups.frame("windows").lazy()
    models = windows.group_by("model").agg(retrains=pl.len(), labels=pl.col("labels").any())
    return models.join(click_value(rollups), on="model", how="left").sort("model")


def judge(row: Row, thresholds: ProxyDivergence) -> Judgement:
    """More clicks of less worth by the mix is low; medium where exposures are worth less too, or clicks much less."""
    if silence := _unmeasured(row, thresholds):
        return silence
    diverges = row["click_rate_low"] > 1 > row["per_click_high"]
    if not diverges or row["per_click_mix_high"] >= 1 or row["click_rate_mix"] <= 1:
        return None
    return _signal(row, thresholds)


def _unmeasured(row: Row, thresholds: ProxyDivergence) -> Silence | None:
    if row["labels"]:
        return Silence("feedback is a label, not a click", "purchases, dwell or a `value` in the feedback")
    if row["event"] is None:
        reason = "what a click is worth is not known: feedback has no second event, and no `value` but 0 and 1"
        return Silence(reason, "purchases, dwell or a `value` in the feedback")
    if row["retrains"] < 2:
        return Silence("1 retrain, needs 2", "a `model_version` column, or --retrain-every")
    return _too_little(row, thresholds)


def _too_little(row: Row, thresholds: ProxyDivergence) -> Silence | None:
    events, outcomes = row["events"] or 0, row["clicked_at_both"] or 0
    if events < thresholds.enough_events:
        reason = f"{events} events of value in the first or last retrain, needs {thresholds.enough_events:.0f}"
        return Silence(reason, "a longer export, or longer windows with --retrain-every")
    if outcomes < thresholds.enough_outcomes:
        reason = (
            f"{outcomes} outcomes with clicks in the first and last retrain, needs {thresholds.enough_outcomes:.0f}"
        )
        return Silence(reason, "a longer export; outcomes shown now and then all along")
    if (row["freedom"] or 0) < 1:
        return Silence("nearly all clicks lie on one outcome", "exposure of others: see outcome-starvation")
    if number(row, "per_click_mix_high") is None:
        return Silence("values of clicks are not above 0 in sum", "a `value` that is more where a click is worth more")
    return None


def _is_grave(row: Row, thresholds: ProxyDivergence) -> bool:
    lasting = bool(row["click_rate_halves"] > 1 > row["per_click_halves"])
    return lasting and bool(row["per_exposure_mix_high"] < 1 or row["per_click_mix_high"] < thresholds.worth)


def _signal(row: Row, thresholds: ProxyDivergence) -> Signal:
    grave = _is_grave(row, thresholds)
    title = (
        f"clicks per exposure rose by {row['click_rate'] - 1:.0%} while {_worth(row)} per click fell by"
        f" {1 - row['per_click']:.0%}, {1 - row['per_click_mix']:.0%} by moving exposure to clicks of less worth"
    )
    remedy = (
        "Train on what a click is worth, or weigh clicks by it; watch value per exposure instead of the click rate."
    )
    severity = Severity.MEDIUM if grave else Severity.LOW
    confidence = Confidence.HIGH if row["retrains"] > 2 else Confidence.MEDIUM
    return Signal(severity, title, _evidence(row), remedy, confidence, _p_value(row))


def _worth(row: Row) -> str:
    return "value" if row["event"] == "value" else f"{str(row['event'])[:40]!r}"


def _p_value(row: Row) -> float:
    """All three changes must be there: the least sure of them counts."""
    return max(_tail(row, "click_rate", 1), _tail(row, "per_click", -1), _tail(row, "per_click_mix", -1))


def _tail(row: Row, name: str, sign: int) -> float:
    return student_tail(sign * math.log(row[name]) / max(row[f"{name}_error"], 1e-9), int(row["freedom"]))


def _evidence(row: Row) -> tuple[Evidence, ...]:
    told = {
        "click_rate": "clicks per exposure, last over first",
        "per_click": "value per click",
        "per_click_mix": "of it by moved exposure",
        "per_exposure_mix": "value per exposure by moved exposure",
    }
    n = int(row["events"])
    return tuple(
        Evidence(name, row[key], row[f"{key}_low"], row[f"{key}_high"], 1.0, n, "ratio") for key, name in told.items()
    )


DETECTOR = Detector(
    id="proxy-divergence",
    page=__doc__,
    thresholds=ProxyDivergence(),
    measure=measure,
    judge=judge,
    wants=(
        Want("timestamp", "retrains have no order", essential=True),
        Want("event", "what a click is worth is told by its `value` alone, if there is one", role="feedback"),
        Want("model_version", "one retrain has nothing to be held against; --retrain-every cuts calendar windows"),
    ),
)
