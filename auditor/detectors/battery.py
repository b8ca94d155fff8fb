"""The battery: which detectors there are, in the order in which they are heard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.detectors import (
    auditability,
    exposure_coverage,
    impression_gini,
    log_integrity,
    outcome_starvation,
    retrain_drift,
)
from auditor.detectors.detector import Detector

BATTERY: tuple[Detector, ...] = (
    log_integrity.DETECTOR,
    outcome_starvation.DETECTOR,
    exposure_coverage.DETECTOR,
    impression_gini.DETECTOR,
    retrain_drift.DETECTOR,
    auditability.DETECTOR,
)


def selected(ids: Sequence[str]) -> Iterable[Detector]:
    """The detectors asked for, and always the two that verdicts rest on: log-integrity and outcome-starvation."""
    always = (log_integrity.DETECTOR, outcome_starvation.DETECTOR)
    return [each for each in BATTERY if not ids or each.id in ids or each in always]
