"""The battery: which detectors there are, and how a fleet is heard by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.config import Settings
from auditor.detectors import (
    auditability,
    exposure_coverage,
    impression_gini,
    log_integrity,
    outcome_starvation,
    retrain_drift,
)
from auditor.detectors.detector import Detector, Signal, Silence
from auditor.finding import Finding, Skip
from auditor.rollup import Rollups
from auditor.statistics import benjamini_hochberg

BATTERY: tuple[Detector, ...] = (
    log_integrity.DETECTOR,
    outcome_starvation.DETECTOR,
    exposure_coverage.DETECTOR,
    impression_gini.DETECTOR,
    retrain_drift.DETECTOR,
    auditability.DETECTOR,
)

# Findings that could be chance among so many models are withdrawn: Benjamini and Hochberg (1995).
FALSE_DISCOVERY_RATE = 0.05

Measures = dict[str, dict[str, Any]]


@dataclass
class Outcome:
    """What the battery says of a fleet. `measures` is detector -> model -> its numbers."""

    findings: list[Finding] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)
    measures: dict[str, Measures] = field(default_factory=dict)
    withdrawn: int = 0


def run(rollups: Rollups, settings: Settings) -> Outcome:
    """Measures the whole fleet with each selected detector, and judges it model by model."""
    names: dict[int, str] = dict(rollups.frame("retrains").select("model", "model_id").unique().sort("model").rows())
    outcome = Outcome()
    gated: dict[str, str] = {}
    for detector in selected(settings.select):
        _hear(detector, rollups, settings, names, gated, outcome)
    return outcome


def selected(ids: Sequence[str]) -> Iterable[Detector]:
    """The detectors asked for, and always the two that verdicts rest on: log-integrity and outcome-starvation."""
    always = (log_integrity.DETECTOR, outcome_starvation.DETECTOR)
    return [each for each in BATTERY if not ids or each.id in ids or each in always]


def _hear(
    detector: Detector,
    rollups: Rollups,
    settings: Settings,
    names: Mapping[int, str],
    gated: dict[str, str],
    outcome: Outcome,
) -> None:
    thresholds = detector.tuned(settings.thresholds.get(detector.id, {}))
    lacking = _lacking(detector, rollups)
    if lacking:
        reason, unlock = lacking
        outcome.skips.extend(Skip(detector.id, name, reason, unlock) for name in names.values())
        return
    signals: dict[str, Signal] = {}
    silent = 0
    unheard = set(names.values())
    outcome.measures[detector.id] = {}
    for row in detector.measure(rollups, thresholds).iter_rows(named=True):
        name = names[row["model"]]
        unheard.discard(name)
        if name in gated:
            outcome.skips.append(Skip(detector.id, name, gated[name], "an export that holds every exposure"))
            continue
        outcome.measures[detector.id][name] = {key: value for key, value in row.items() if key != "model"}
        judgement = detector.judge(row, thresholds)
        if isinstance(judgement, Silence):
            outcome.skips.append(Skip(detector.id, name, judgement.reason, judgement.unlock))
        elif judgement is None:
            silent += 1
        else:
            signals[name] = judgement
    outcome.skips.extend(Skip(detector.id, name, "the log holds nothing that it measures") for name in sorted(unheard))
    _keep(detector, signals, silent, outcome)
    gated.update({name: f"log-integrity: {signal.title}" for name, signal in signals.items() if signal.gates})


def _lacking(detector: Detector, rollups: Rollups) -> tuple[str, str] | None:
    for want in detector.wants:
        if want.essential and not rollups.has(want.column, want.role):
            return f"the {want.role} log has no `{want.column}`: {want.without}", f"a `{want.column}` column"
    return None


def _keep(detector: Detector, signals: Mapping[str, Signal], silent: int, outcome: Outcome) -> None:
    """Turns signals into findings, but for those that Benjamini-Hochberg withdraws; `silent` models were tested too."""
    adjusted = benjamini_hochberg([*(signal.p_value for signal in signals.values()), *([1.0] * silent)])
    for (name, signal), q_value in zip(signals.items(), adjusted, strict=False):
        if q_value is not None and q_value > FALSE_DISCOVERY_RATE:
            outcome.withdrawn += 1
            continue
        outcome.findings.append(
            Finding(
                detector=detector.id,
                model_id=name,
                severity=signal.severity,
                confidence=signal.confidence,
                title=signal.title,
                evidence=signal.evidence,
                remedy=signal.remedy,
            )
        )
