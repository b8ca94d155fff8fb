"""What was asked for: defaults < file < environment < flags. Every value knows where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from auditor.finding import Severity


@dataclass(frozen=True)
class Settings:
    """One audit's settings. `sources` names, for each field that is not a default, where it came from."""

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
    sources: Mapping[str, str] = field(default_factory=dict)
