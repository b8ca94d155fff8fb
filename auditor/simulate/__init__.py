"""Worlds and policies whose loops are known: sample logs, calibration, tests."""

from auditor.simulate.cells import Cells
from auditor.simulate.defaults import POLICY_DEFAULTS
from auditor.simulate.files import FORMATS, Written, write_logs
from auditor.simulate.fleets import resized, sample_fleet
from auditor.simulate.loop import Loop, run_loop
from auditor.simulate.parse import parse_spec
from auditor.simulate.planted import planted
from auditor.simulate.rows import ModelLog, model_log
from auditor.simulate.spec import ModelSpec

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
