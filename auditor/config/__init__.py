"""What was asked for: defaults < file < environment < flags. Every value knows where it came from."""

from __future__ import annotations

from auditor.config.load import load
from auditor.config.nearest import nearest
from auditor.config.settings import Settings

__all__ = ["Settings", "load", "nearest"]
