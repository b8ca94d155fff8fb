"""What exploration costs in expected clicks, with how sure the log is of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from auditor.detectors.detector import Row
from auditor.plan.contents import Cost, Estimate
from auditor.statistics import Interval, difference, wilson

MOSTLY = 0.5
"""Share of the unfed outcomes with a history from which on it stands for all of them; below, there are but bounds."""


@dataclass(frozen=True)
class Price:
    """Clicks that one exposure loses if it explores instead, by way; and the rate of feedback that this rests on."""

    rate: Estimate | None
    source: str
    losses: dict[str, Estimate]


def price(row: Row, counted: pl.DataFrame, outcomes: int, strength: float | None) -> Price:
    """From explore rows where there are any, else from what the unfed outcomes (`counted`) once got, else in bounds.

    `outcomes` are all that can be fed; `strength` is that of the unfed outcomes' prior (beta_prior). An exposure that
    explores an outcome that is fed anyway is taken to lose nothing: uniform exploration costs as much less than
    targeted, an exposure, as the unfed are fewer than all.
    """
    if row["labels"]:
        return Price(None, "feedback is a label, and what a label costs is not in the log", {})
    if counted.is_empty():
        return Price(None, "nothing is unfed", {})
    if not row["clicks"] or row["own"] is None:
        return Price(None, "without feedback on own choices, what is lost is not known", {})
    own = Interval(row["own"], row["own_low"], row["own_high"])
    unfed = int(counted["outcomes"].sum()) / outcomes
    if row["outside"] is not None:
        outside = Interval(row["outside"], row["outside_low"], row["outside_high"])
        lost = difference(own, outside)
        return Price(Estimate(*outside), row["outside_from"], _both(Estimate(*lost), unfed, own, uniform=True))
    return _from_history(history(counted, strength), own, unfed)


def _from_history(told: tuple[Interval | None, float], own: Interval, unfed: float) -> Price:
    rate, known = told
    if rate is None:
        bounds = Estimate(None, 0.0, own.high)
        source = "bounds alone: no unfed outcome was ever shown, and none is taken to be better than what is"
        return Price(Estimate(None, 0.0, own.value), source, _both(bounds, unfed, own))
    mixed = Interval(rate.value, known * rate.low, known * rate.high + (1 - known) * max(own.value, rate.high))
    mean, lost = Estimate(*mixed), Estimate(*difference(own, mixed))
    if known < MOSTLY:
        mean, lost = replace(mean, value=None), replace(lost, value=None)
    return Price(mean, f"what {known:.0%} of the unfed outcomes got when they were shown", _both(lost, unfed, own))


def history(counted: pl.DataFrame, strength: float | None) -> tuple[Interval | None, float]:
    """The mean rate of outcomes while they were shown, and the share of them that ever was.

    Outcomes are weighted as their rates vary beyond chance, which the `strength` of their prior tells: by their tries
    if they do not, alike if they do so much that tries matter little. Interval: Wilson's on as many tries as these
    weights come to.
    """
    tried = counted.filter(pl.col("tries") > 0)
    if tried.is_empty():
        return None, 0.0
    alike = 1.0 if strength is None else 1 / (strength + 1)
    weight = pl.col("outcomes") * pl.col("tries") / (1 + alike * (pl.col("tries") - 1))
    mean, tries = (weight * pl.col("clicks") / pl.col("tries")).sum() / weight.sum(), weight.sum()
    rated = tried.select(rate=mean, tries=tries)
    low, high = wilson(pl.col("rate") * pl.col("tries"), pl.col("tries"))
    value, lower, upper = rated.select("rate", low=low, high=high).row(0)
    return Interval(value, lower, upper), int(tried["outcomes"].sum()) / int(counted["outcomes"].sum())


def _both(lost: Estimate, unfed: float, own: Interval, *, uniform: bool = False) -> dict[str, Estimate]:
    """The loss in both ways from that in one; none loses more than the whole rate of own choices."""
    if uniform:
        return {"uniform": lost, "targeted": _scaled(lost, 1 / unfed, own)}
    return {"uniform": _scaled(lost, unfed, own), "targeted": lost}


def _scaled(lost: Estimate, by: float, own: Interval) -> Estimate:
    value = None if lost.value is None else min(lost.value * by, own.value)
    return Estimate(value, min(lost.low * by, own.high), min(lost.high * by, own.high))


def cost(lost: Estimate | None, row: Row, share: float) -> Cost | None:
    """What it costs that this share of exposures explores, beside what does so today."""
    if lost is None:
        return None
    more = max(0.0, share - row["explores"])
    a_day = None if row["a_day"] is None else _times(lost, more * row["a_day"])
    return Cost(a_day, _times(lost, more * row["exposures"] / row["clicks"]))


def _times(lost: Estimate, factor: float) -> Estimate:
    value = None if lost.value is None else lost.value * factor
    return Estimate(value, lost.low * factor, lost.high * factor)
