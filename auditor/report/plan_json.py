"""A plan as JSON, as frozen in plan_schema.json."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from auditor.plan import Plan
from auditor.report.encode import encode

SCHEMA_VERSION = "1"


def to_json(plan: Plan) -> str:
    """The plan as one JSON object, in ASCII, ending with a newline; floats are finite, of six significant digits."""
    report = plan.report
    document = {
        "schema_version": SCHEMA_VERSION,
        "tool": report.tool,
        "run_id": report.run_id,
        "started_at": report.started_at,
        "inputs": report.inputs,
        "window": report.window,
        "days": plan.days,
        "confidence": plan.confidence,
        "models": plan.models,
        "unplanned": plan.unplanned,
        "warnings": report.warnings,
    }
    return json.dumps(encode(document), indent=2, allow_nan=False) + "\n"


def plan_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the plan."""
    text = files(__package__).joinpath("plan_schema.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document
