"""Every threshold of the battery, with the reason for it, in one place."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any


def threshold(default: float, why: str) -> Any:
    """A number that decides a verdict, and why it is that number."""
    return field(default=default, metadata={"why": why})


def reasons(thresholds: Any) -> list[tuple[str, float, str]]:
    """Name, value in force and reason of each threshold of one detector."""
    return [(each.name, getattr(thresholds, each.name), each.metadata["why"]) for each in fields(thresholds)]


@dataclass(frozen=True)
class LogIntegrity:
    """When a log is not what it seems to be."""

    answered_share: float = threshold(
        0.9, "share of requests with feedback from which on exposures were kept only where something came back"
    )
    enough_feedback: float = threshold(100, "feedback under which no share of requests is judged")
    early_share: float = threshold(0.01, "feedback older than its exposure: clocks differ by seconds for a few")
    early_share_medium: float = threshold(0.05, "from here on the key joins the wrong rows")
    early_share_gate: float = threshold(0.5, "most feedback joined wrongly: no number of this model means anything")
    rate_jump: float = threshold(5.0, "times the median day: behaviour moves by tens of per cent, pipelines to zero")
    rate_jump_events: float = threshold(50, "expected feedback of a day under which chance alone may do that")
    faulty_days_medium: float = threshold(0.1, "share of days from which on rates of whole retrains are wrong")
    lopsided_half: float = threshold(0.2, "distance from one half: a default id holds much of the traffic")


@dataclass(frozen=True)
class ExposureCoverage:
    """When too little of the catalogue is shown."""

    ratio: float = threshold(0.5, "half of what uniform exposure reaches at the same volume")
    gone: float = threshold(0.5, "half of what was once shown is no longer: more than the tail of a popularity curve")
    returning: float = threshold(0.1, "outcomes dropped by an exploring policy come back; dead ones do not")
    turnover: float = threshold(0.1, "exposures on outcomes never shown before, from which on K itself is not known")
    absent_retrains: float = threshold(2, "retrains without exposure after which an outcome counts as gone")


@dataclass(frozen=True)
class ImpressionGini:
    """When exposure is concentrated."""

    excess: float = threshold(0.5, "half way from chance to everything on one outcome")
    weak_support: float = threshold(1000, "effective sample under which a log cannot value other policies")
    wasted: float = threshold(0.1, "share of rows left effective; small alone is healthy at low exploration")


@dataclass(frozen=True)
class OutcomeStarvation:
    """When a model learns only from what it chose itself."""

    excess: float = threshold(0.25, "a quarter of the catalogue unfed beyond what the volume explains")
    closed: float = threshold(0.02, "2-5 % exploration suffices to diagnose a loop (Scarone, Baeza-Yates 2026)")
    unfed_share: float = threshold(0.05, "unfed share of the catalogue under which implied exploration is all noise")
    falling: float = threshold(0.85, "upper bound of last over first: implied exploration of a fixed policy stays")
    turnover: float = threshold(0.1, "exposures on outcomes never shown before, from which on K itself is not known")
    enough_exposures: float = threshold(100, "exposures of a retrain under which no verdict is given")
    hollow: float = threshold(0.25, "explore rows that bring unfed outcomes less than a quarter of an even spread")
    renewal: float = threshold(0.05, "a twentieth of the unfed outcomes newly chosen in three retrains is a way back")
    self_sourced: float = threshold(0.9, "a tenth of the feedback from elsewhere opens the loop")


@dataclass(frozen=True)
class RetrainDrift:
    """When retrains move what is shown."""

    moved_bits: float = threshold(0.05, "debiased divergence a retrain; sampling alone adds none")
    narrowing: float = threshold(0.7, "upper bound of effective outcomes, last over first")
    turnover: float = threshold(
        0.1, "exposures on outcomes never shown before, from which on a new catalogue may narrow"
    )
    slight_narrowing: float = threshold(0.9, "the same, for a low finding")
    enough_exposures: float = threshold(200, "exposures a retrain under which nothing about drift is said")


@dataclass(frozen=True)
class Auditability:
    """When a log is too poor for the main verdict."""

    enough_exposures: float = threshold(100, "exposures under which a model is not worth a verdict")
