"""One file, one idea: each module is a detector, and its docstring the manual page."""

from __future__ import annotations

from auditor.detectors.battery import BATTERY
from auditor.detectors.detector import Detector, Judgement, Signal, Silence, Want
from auditor.detectors.hearing import Outcome, run
from auditor.detectors.thresholds import reasons

__all__ = ["BATTERY", "Detector", "Judgement", "Outcome", "Signal", "Silence", "Want", "reasons", "run"]
