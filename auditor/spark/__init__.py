"""Past one machine: the log stays on a Spark cluster, and is counted there by the same SQL."""

from __future__ import annotations

from auditor.spark.intake import reading

__all__ = ["reading"]
