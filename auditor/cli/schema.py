"""`audit schema`: the JSON Schema of the report."""

from __future__ import annotations

import json

from auditor.cli.output import emit


def schema() -> None:
    """Print the JSON Schema (2020-12) of the JSON report."""
    from auditor.report import schema as report_schema

    emit(json.dumps(report_schema(), indent=2) + "\n")
