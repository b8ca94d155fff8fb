"""The settings of one audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from auditor.finding import Severity


@dataclass(frozen=True)
class Settings:
    """One audit's settings. `sources` names, for each value that was given, where it came from.

    Its keys are field names, and for the entries of tables `columns.item_id`, `policies.random` and
    `thresholds.outcome-starvation.closed`; its values `audit.toml`, `AUDIT_MAX_BAD_ROWS`,
    `--max-bad-rows` and the like, or several of them for a table as a whole. What is not in it is a default.
    """

    model_id: str | None = None
    retrain_every: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    policies: Mapping[str, str] = field(default_factory=dict)
    feedback: str | None = None
    primary_event: str = "click"
    attribution_window: str = "24h"
    max_bad_rows: float = 0.01
    fail_on: Severity | None = Severity.MEDIUM
    min_severity: Severity = Severity.LOW
    select: tuple[str, ...] = ()
    thresholds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    threads: int | None = None
    memory_limit: str | None = None
    engine: str = "duckdb"
    spark_master: str | None = None
    spark_remote: str | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
