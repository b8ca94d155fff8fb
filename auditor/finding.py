"""The vocabulary: what the detectors say, and what a report is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Any

FINGERPRINT_PREFIX = "auditor/1"


class Severity(StrEnum):
    """How bad a finding is, were it true."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def order(self) -> int:
        """1 for low to 3 for high; StrEnum compares as text, so order by this."""
        return list(Severity).index(self) + 1


class Confidence(StrEnum):
    """How sure the detector is, apart from how bad it would be."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Verdict(StrEnum):
    """What the report says of a model, worst first."""

    STARVED = "starved"
    AT_RISK = "at risk"
    HEALTHY = "healthy"
    NOT_AUDITABLE = "not auditable"


@dataclass(frozen=True)
class Evidence:
    """One number, its interval (95 %), the null it was held against, and the count behind it.

    `unit` is one of share, outcomes, exposures, feedback, retrains, requests, days, bits, index, ratio.
    """

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    null: float | None = None
    n: int | None = None
    unit: str = "index"


@dataclass(frozen=True)
class Finding:
    """What one detector holds against one model (and segment)."""

    detector: str
    model_id: str
    severity: Severity
    confidence: Confidence
    title: str
    evidence: tuple[Evidence, ...]
    remedy: str
    segment: str | None = None
    first_seen: str | None = None
    status: str = "new"

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over a version prefix, detector, model and segment; the same from scan to scan."""
        parts = (FINGERPRINT_PREFIX, self.detector, self.model_id, self.segment or "")
        return sha256("\x1f".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Skip:
    """Why one detector says nothing of one model, and what would let it."""

    detector: str
    model_id: str
    reason: str
    unlock: str = ""


@dataclass(frozen=True)
class ColumnUse:
    """`column` of an input was taken for `canonical`; `how` is exact, alias, flag or configuration."""

    canonical: str
    column: str
    how: str


@dataclass(frozen=True)
class Rejection:
    """Rows of one input that were not used, under one reason, with one example."""

    reason: str
    rows: int
    example: str = ""


@dataclass(frozen=True)
class InputSummary:
    """One input (exposures, feedback, catalogue, metrics) as it was read."""

    role: str
    files: tuple[str, ...]
    format: str
    columns: tuple[ColumnUse, ...]
    unused_columns: tuple[str, ...]
    rows_read: int
    rows_used: int
    rejected: tuple[Rejection, ...] = ()


@dataclass(frozen=True)
class ModelReport:
    """One audited model: its rank, verdict, and the numbers behind them.

    `measures` maps detector id to {measure: number, text or None}: every number that the detector's
    judgement used, whether or not it became a finding.
    """

    rank: int
    model_id: str
    verdict: Verdict
    risk: float
    why: str
    exposures: int
    feedback: int
    outcomes: int
    retrains: int
    measures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Summary:
    """The fleet in one line, and in numbers."""

    line: str
    models: int
    audited: int
    starved: int
    at_risk: int
    healthy: int
    not_auditable: int
    findings: Mapping[str, int]
    withdrawn: int
    hidden: int = 0


@dataclass(frozen=True)
class Report:
    """One audit, whole: what was read, how, what was found, and what could not be said."""

    run_id: str
    started_at: str
    tool: Mapping[str, str]
    inputs: tuple[InputSummary, ...]
    window: Mapping[str, Any]
    settings: Mapping[str, Mapping[str, Any]]
    summary: Summary
    models: tuple[ModelReport, ...]
    findings: tuple[Finding, ...]
    skips: tuple[Skip, ...]
    warnings: tuple[str, ...] = ()
    ignored: tuple[Mapping[str, Any], ...] = ()
    resolved: tuple[Mapping[str, Any], ...] = ()
