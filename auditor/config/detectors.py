"""What the detectors are called, in the order in which they are heard: names can be checked before any is loaded."""

from __future__ import annotations

DETECTORS = (
    "log-integrity",
    "outcome-starvation",
    "exposure-coverage",
    "impression-gini",
    "retrain-drift",
    "feedback-gain",
    "cold-start",
    "silent-failure",
    "evaluation-gap",
    "proxy-divergence",
    "user-narrowing",
    "exploration-support",
    "missed-winners",
    "self-labelling",
    "selective-labels",
    "cross-model-loop",
    "auditability",
)
