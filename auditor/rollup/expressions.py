"""What the placeholders of the rollups stand for: columns differ from log to log."""

from __future__ import annotations

import duckdb

from auditor.ingest import Intake
from auditor.ingest.label_sources import written_by
from auditor.ingest.quoting import literal


def expressions(intake: Intake, feedback: str | None) -> dict[str, str]:
    """What the columns of the log make of policies, feedback, units and windows."""
    given = intake.columns.get("exposures", frozenset())
    dates = {"available_from", "available_to"} & intake.columns.get("catalogue", frozenset())
    joined, policy = intake.attribution == "joined", "policy" in given
    clicked = "(clicked OR reward > 0)" if joined else "FALSE"
    return {
        "unit": intake.unit or '"timestamp"',
        "clicked": clicked,
        "labelled": "clicked IS NOT NULL OR reward IS NOT NULL" if joined else "FALSE",
        "logged": "policy IS NOT NULL" if policy else "FALSE",
        "explore": "policy = 'explore'" if policy else "FALSE",
        "holdout": "policy = 'holdout'" if policy else "FALSE",
        "exploit": "coalesce(policy, 'exploit') = 'exploit'" if policy else "TRUE",
        "clicked_outside": f"{clicked} AND policy IN ('explore', 'holdout')" if policy and joined else "FALSE",
        "dated": "TRUE" if dates else "FALSE",
        "separate": "FALSE" if joined else "TRUE",
        "writer": written_by("label_source"),
        "labels": {"click": "FALSE", "label": "TRUE"}.get(feedback or "", "NULL"),
        "window": "hash(model_id, model_version)" if "timestamp" in given else "hash(model_id)",
    }


def of_users(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What the md5 of a user must be below to be in the first sample, and what makes a page of exposures.

    Times are read only if some request has no name, which the log's own statistics mostly tell.
    """
    below = connection.execute("SELECT max(first_below) FROM user_spans").fetchall()[0][0]
    nameless = connection.execute("SELECT 1 FROM exposures WHERE request_id IS NULL LIMIT 1").fetchall()
    moment = ', CASE WHEN request_id IS NULL THEN "timestamp" END' if nameless else ""
    return {"first_below": "NULL" if below is None else literal(below), "page": f"hash(request_id{moment})"}
