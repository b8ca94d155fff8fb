"""Raw rows stay in the engine: one SQL file a rollup, and the engine that runs them."""

from __future__ import annotations

from auditor.rollup.database import leave
from auditor.rollup.rollups import ROLLUPS, Progress, Rollups

__all__ = ["ROLLUPS", "Progress", "Rollups", "leave"]
