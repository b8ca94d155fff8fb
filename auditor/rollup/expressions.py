"""What the placeholders of the rollups stand for: columns differ from log to log."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import duckdb

from auditor.ingest import Intake
from auditor.ingest.label_sources import written_by
from auditor.ingest.quoting import literal

HASHES = 2**64
# Counts of outcomes that a log may have no column for, in the order of their table.
COUNTS = ("logged", "explore", "holdout", "labelled", "clicks", "clicks_outside")


def expressions(intake: Intake, feedback: str | None) -> dict[str, str]:
    """What the columns of the log make of policies, feedback, units and windows."""
    given = intake.columns.get("exposures", frozenset())
    dates = {"available_from", "available_to"} & intake.columns.get("catalogue", frozenset())
    joined, policy = intake.attribution == "joined", "policy" in given
    told = {
        "logged": "policy IS NOT NULL" if policy else "FALSE",
        "explore": "policy = 'explore'" if policy else "FALSE",
        "holdout": "policy = 'holdout'" if policy else "FALSE",
        "labelled": "clicked IS NOT NULL OR reward IS NOT NULL" if joined else "FALSE",
        "clicked": "(clicked OR reward > 0)" if joined else "FALSE",
    }
    return {
        **told,
        **_counts(told),
        "unit": intake.unit or '"timestamp"',
        "exploit": "coalesce(policy, 'exploit') = 'exploit'" if policy else "TRUE",
        "dated": "TRUE" if dates else "FALSE",
        "separate": "FALSE" if joined else "TRUE",
        "writer": written_by("label_source"),
        "labels": {"click": "FALSE", "label": "TRUE"}.get(feedback or "", "NULL"),
        "window": "hash(model_id, model_version)" if "timestamp" in given else "hash(model_id)",
    }


def _counts(told: Mapping[str, str]) -> dict[str, str]:
    """What is counted with exposures, what comes from feedback of its own, and zeros for what the log cannot say."""
    outside = f"{told['clicked']} AND policy IN ('explore', 'holdout')" if told["logged"] != "FALSE" else "FALSE"
    conditions = {**told, "clicks": told["clicked"], "clicks_outside": outside}
    counted = [name for name in COUNTS if not conditions[name].startswith("FALSE")]
    answers = [
        name for name in COUNTS[3:] if told["labelled"] == "FALSE" and (name != COUNTS[-1] or "logged" in counted)
    ]
    known = {*counted, *answers}
    return {
        "counted": "".join(f", {_count(conditions[name])} AS {name}" for name in counted),
        "answers": "".join(f", coalesce({name}, 0) AS {name}" for name in answers),
        "or_nothing": "".join(f"{name if name in known else f'CAST(0 AS TINYINT) AS {name}'}, " for name in COUNTS),
    }


def _count(condition: str) -> str:
    return f"CAST(count(CASE WHEN {condition} THEN 1 END) AS INTEGER)"


def of_labels(connection: duckdb.DuckDBPyConnection) -> str:
    """Whether the feedback of a model is a label, known of each once they are told apart: mostly of none, or of all."""
    models, labelled = connection.execute(
        "SELECT count(*), coalesce(list(model ORDER BY model) FILTER (labels), []) FROM kinds"
    ).fetchall()[0]
    if len(labelled) in (0, models):
        return "TRUE" if labelled else "FALSE"
    return f"coalesce(model IN ({', '.join(map(str, labelled))}), FALSE)"


def parts(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Outcomes by the range that their hash is in: as many parts, much alike, as the engine has threads."""
    threads = int(connection.execute("SELECT current_setting('threads')").fetchall()[0][0])
    bounds = [HASHES * number // threads for number in range(threads + 1)]
    return [f"item >= {first} AND item <= {last - 1}" for first, last in pairwise(bounds)]


def of_users(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What the md5 of a user must be below to be in the first sample, and what makes a page of exposures.

    Times are read only if some request has no name, which the log's own statistics mostly tell.
    """
    below = connection.execute("SELECT max(first_below) FROM user_spans").fetchall()[0][0]
    nameless = connection.execute("SELECT 1 FROM exposures WHERE request_id IS NULL LIMIT 1").fetchall()
    moment = ', CASE WHEN request_id IS NULL THEN "timestamp" END' if nameless else ""
    return {"first_below": "NULL" if below is None else literal(below), "page": f"hash(request_id{moment})"}
