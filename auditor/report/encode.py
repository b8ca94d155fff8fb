"""Report -> JSON (one object) and JSON lines (one finding a line), as frozen in schema.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from math import isfinite
from typing import Any

from auditor.finding import Finding, ModelReport, Report
from auditor.report.visible import by_model

SCHEMA_VERSION = "1"
SIGNIFICANT_DIGITS = 6
PLAIN = frozenset({type(None), bool, int, str})


def to_json(report: Report) -> str:
    """The whole report as one JSON object, in ASCII, ending with a newline: a line a key, and a line an entry of lists.

    Deeper indents are made in pure Python, which for a large fleet takes longer than to judge it.
    """
    keys = (f"{_dump(key)}: {_laid_out(value)}" for key, value in document(report).items())
    return "{\n" + ",\n".join(keys) + "\n}\n"


def to_jsonl(report: Report) -> str:
    """One finding a line, each complete by itself. A report without findings is the empty text."""
    models = {model.model_id: model for model in report.models}
    return "".join(_dump(_line(report, f, models.get(f.model_id))) + "\n" for f in report.findings)


def document(report: Report) -> dict[str, Any]:
    """The report as plain JSON values: finite floats of six significant digits, text, lists, objects."""
    findings = by_model(report)
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": encode(report.tool),
        "run_id": report.run_id,
        "started_at": report.started_at,
        "inputs": encode(report.inputs),
        "window": encode(report.window),
        "settings": encode(report.settings),
        "summary": encode(report.summary),
        "models": [_model(model, findings.get(model.model_id, [])) for model in report.models],
        "findings": [_finding(finding) for finding in report.findings],
        "skips": encode(report.skips),
        "ignored": encode(report.ignored),
        "resolved": encode(report.resolved),
        "warnings": encode(report.warnings),
    }


def encode(value: Any) -> Any:
    """`value` as JSON values; NaN and infinities become null, what JSON does not know becomes text."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}") if isfinite(value) else None
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    return str(value)


def _model(model: ModelReport, findings: list[Finding]) -> dict[str, Any]:
    return {**encode(model), "findings": [finding.fingerprint for finding in findings]}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "fingerprint": finding.fingerprint,
        "detector": finding.detector,
        "model_id": finding.model_id,
        "segment": finding.segment,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "title": finding.title,
        "evidence": encode(finding.evidence),
        "remedy": finding.remedy,
        "first_seen": finding.first_seen,
        "status": finding.status,
    }


def _line(report: Report, finding: Finding, model: ModelReport | None) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": encode(report.tool),
        "run_id": report.run_id,
        "started_at": report.started_at,
        **_finding(finding),
        "rank": model.rank if model else None,
        "verdict": model.verdict.value if model else None,
        "risk": encode(model.risk) if model else None,
    }


def _laid_out(value: Any) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(map(_dump, value)) + "\n]"
    return _dump(value)


def _dump(value: Any) -> str:
    return json.dumps(value, allow_nan=False)
