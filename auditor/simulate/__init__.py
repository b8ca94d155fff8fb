"""Worlds and policies whose loops are known: sample logs, calibration, tests."""

from auditor.simulate.files import FORMATS, Written, write_logs
from auditor.simulate.fleets import planted, resized, sample_fleet
from auditor.simulate.loop import Cells, Loop, run_loop
from auditor.simulate.parse import parse_spec
from auditor.simulate.rows import ModelLog, model_log
from auditor.simulate.spec import POLICY_DEFAULTS, ModelSpec

__all__ = [
    "FORMATS",
    "POLICY_DEFAULTS",
    "Cells",
    "Loop",
    "ModelLog",
    "ModelSpec",
    "Written",
    "model_log",
    "parse_spec",
    "planted",
    "resized",
    "run_loop",
    "sample_fleet",
    "write_logs",
]
