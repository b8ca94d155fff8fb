"""The battery: which detectors there are, in the order in which they are heard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.detectors import (
    auditability,
    cold_start,
    cross_model_loop,
    evaluation_gap,
    exploration_support,
    exposure_coverage,
    feedback_gain,
    impression_gini,
    log_integrity,
    missed_winners,
    outcome_starvation,
    proxy_divergence,
    retrain_drift,
    selective_labels,
    self_labelling,
    silent_failure,
    user_narrowing,
)
from auditor.detectors.detector import Detector

BATTERY: tuple[Detector, ...] = (
    log_integrity.DETECTOR,
    outcome_starvation.DETECTOR,
    exposure_coverage.DETECTOR,
    impression_gini.DETECTOR,
    retrain_drift.DETECTOR,
    feedback_gain.DETECTOR,
    cold_start.DETECTOR,
    silent_failure.DETECTOR,
    evaluation_gap.DETECTOR,
    proxy_divergence.DETECTOR,
    user_narrowing.DETECTOR,
    exploration_support.DETECTOR,
    missed_winners.DETECTOR,
    self_labelling.DETECTOR,
    selective_labels.DETECTOR,
    cross_model_loop.DETECTOR,
    auditability.DETECTOR,
)


def selected(ids: Sequence[str]) -> Iterable[Detector]:
    """The detectors asked for, and always the two that verdicts rest on: log-integrity and outcome-starvation."""
    always = (log_integrity.DETECTOR, outcome_starvation.DETECTOR)
    return [each for each in BATTERY if not ids or each.id in ids or each in always]
