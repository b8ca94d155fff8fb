"""What was asked for: defaults < file < environment < flags. Every value knows where it came from."""

from __future__ import annotations

from auditor.config.detectors import DETECTORS
from auditor.config.load import load
from auditor.config.machine import memory_for_the_engine, threads_for_the_engine
from auditor.config.nearest import nearest
from auditor.config.settings import Settings

__all__ = ["DETECTORS", "Settings", "load", "memory_for_the_engine", "nearest", "threads_for_the_engine"]
