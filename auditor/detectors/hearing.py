"""A fleet is heard by detector after detector: measured at once, judged model by model, chance taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.config import Settings
from auditor.detectors.battery import selected
from auditor.detectors.detector import Detector, Judge, Row, Signal, Silence
from auditor.detectors.measuring import Measured, measure
from auditor.finding import Finding, Skip
from auditor.rollup import Rollups
from auditor.statistics import benjamini_hochberg

# Findings that could be chance among so many models are withdrawn: Benjamini and Hochberg (1995).
FALSE_DISCOVERY_RATE = 0.05
GRADE = "auditability"

Measures = dict[str, dict[str, Any]]


@dataclass
class Outcome:
    """What the battery says of a fleet. `measures` is detector -> model -> its numbers."""

    findings: list[Finding] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)
    measures: dict[str, Measures] = field(default_factory=dict)
    withdrawn: int = 0


@dataclass
class Hearing:
    """One hearing. `names` maps the number of each model to its name, `gated` names to why no more is said of them."""

    names: Mapping[int, str]
    gated: dict[str, str] = field(default_factory=dict)
    outcome: Outcome = field(default_factory=Outcome)

    def hear(self, measured: Measured) -> None:
        """Adds what one detector says of every model."""
        if measured.lacking:
            skips = (Skip(measured.detector.id, name, *measured.lacking) for name in self.names.values())
            self.outcome.skips.extend(skips)
            return
        judged = self._judge(measured)
        signals = [(name, signal) for name, signal in judged.items() if signal is not None]
        if measured.detector.by_segment:
            signals += self._judge_segments(measured, measured.detector.by_segment[1], judged)
        self._keep(measured.detector, signals, silent=len(judged) - len(signals))
        self.gated.update({name: f"log-integrity: {signal.title}" for name, signal in signals if signal.gates})

    def _heard(self, measured: Measured) -> dict[str, Row]:
        """The row of each model that is not gated, by its name."""
        rows = {self.names[row["model"]]: row for row in measured.models}
        for name in self.names.values():
            if name in self.gated:
                self._skip(measured.detector, name, Silence(self.gated[name], "an export that holds every exposure"))
            elif name not in rows:
                self._skip(measured.detector, name, Silence("the log holds nothing that it measures"))
        heard: dict[str, Row] = {name: row for name, row in rows.items() if name not in self.gated}
        self.outcome.measures[measured.detector.id] = {
            name: {key: value for key, value in row.items() if key != "model"} for name, row in heard.items()
        }
        return heard

    def _judge(self, measured: Measured) -> dict[str, Signal | None]:
        """What is held against each model that the detector can judge."""
        judged = {}
        for name, row in self._heard(measured).items():
            judgement = measured.detector.judge(row, measured.thresholds)
            if isinstance(judgement, Silence):
                self._skip(measured.detector, name, judgement)
            else:
                judged[name] = judgement
        return judged

    def _judge_segments(
        self, measured: Measured, judge: Judge, judged: Mapping[str, Signal | None]
    ) -> list[tuple[str, Signal]]:
        """What is held against the worst segment of a model, where that is worse than the whole."""
        worse = []
        for row in measured.segments:
            name, judgement = self.names[row["model"]], judge(row, measured.thresholds)
            whole = judged.get(name)
            if name in judged and isinstance(judgement, Signal) and _order(whole) < _order(judgement):
                worse.append((name, judgement))
        return worse

    def _skip(self, detector: Detector, name: str, silence: Silence) -> None:
        self.outcome.skips.append(Skip(detector.id, name, silence.reason, silence.unlock))

    def _keep(self, detector: Detector, signals: Sequence[tuple[str, Signal]], silent: int) -> None:
        """Turns signals into findings, but for those that chance explains; `silent` models were tested too."""
        adjusted = benjamini_hochberg([*(signal.p_value for _, signal in signals), *([1.0] * silent)])
        for (name, signal), q_value in zip(signals, adjusted, strict=False):
            if q_value is not None and q_value > FALSE_DISCOVERY_RATE:
                self.outcome.withdrawn += 1
            else:
                self.outcome.findings.append(_finding(detector, name, signal))


def run(rollups: Rollups, settings: Settings) -> Outcome:
    """Measures the whole fleet with each selected detector, and judges it model by model."""
    names = dict(rollups.frame("retrains").select("model", "model_id").unique().sort("model").rows())
    hearing = Hearing(names)
    wanted = selected(settings.select)
    for measured in measure([(each, each.tuned(settings.thresholds.get(each.id, {}))) for each in wanted], rollups):
        hearing.hear(measured)
    _grade(hearing.outcome)
    return hearing.outcome


def _grade(outcome: Outcome) -> None:
    """Which detectors could speak of each model, and which could not, beside the grade of its log."""
    silent: dict[str, list[str]] = {name: [] for name in outcome.measures.get(GRADE, {})}
    for skip in outcome.skips:
        if skip.model_id in silent and skip.detector != GRADE:
            silent[skip.model_id].append(skip.detector)
    heard = {skip.detector for skip in outcome.skips} | set(outcome.measures)
    for name, ids in silent.items():
        outcome.measures[GRADE][name] |= {"verdicts": len(heard - {GRADE}) - len(ids), "no_verdict": ", ".join(ids)}


def _order(signal: Signal | None) -> int:
    return 0 if signal is None else signal.severity.order


def _finding(detector: Detector, name: str, signal: Signal) -> Finding:
    return Finding(
        detector=detector.id,
        model_id=name,
        severity=signal.severity,
        confidence=signal.confidence,
        title=signal.title,
        evidence=signal.evidence,
        remedy=signal.remedy,
        segment=signal.segment,
    )
