"""What the placeholders of the rollups stand for: columns differ from log to log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

import duckdb

from auditor.ingest import Intake
from auditor.ingest.label_sources import written_by
from auditor.ingest.quoting import literal

HASHES = 2**64
MOST_PARTS = 8  # each is counted apart from the others, and takes memory of its own
# Counts of exposures and feedback that a log may have no columns for, in the order of `outcomes`.
OF_POLICY = ("logged", "explore", "holdout")
OF_FEEDBACK = ("labelled", "clicks", "clicks_outside")


def expressions(intake: Intake, feedback: str | None) -> dict[str, str]:
    """What the columns of the log make of policies, feedback, units and windows."""
    given = intake.columns.get("exposures", frozenset())
    dates = {"available_from", "available_to"} & intake.columns.get("catalogue", frozenset())
    joined, policy = intake.attribution == "joined", "policy" in given
    told = {
        "unit": intake.unit or '"timestamp"',
        "logged": "policy IS NOT NULL" if policy else "FALSE",
        "explore": "policy = 'explore'" if policy else "FALSE",
        "holdout": "policy = 'holdout'" if policy else "FALSE",
        "exploit": "coalesce(policy, 'exploit') = 'exploit'" if policy else "TRUE",
        "labelled": "clicked IS NOT NULL OR reward IS NOT NULL" if joined else "FALSE",
        "clicked": "(clicked OR reward > 0)" if joined else "FALSE",
    }
    return {
        **told,
        **_counts(told, joined=joined, policy=policy),
        "dated": "TRUE" if dates else "FALSE",
        "separate": "FALSE" if joined else "TRUE",
        "writer": written_by("label_source"),
        "labels": {"click": "FALSE", "label": "TRUE"}.get(feedback or "", "NULL"),
        "window": "hash(model_id, model_version)" if "timestamp" in given else "hash(model_id)",
    }


def _counts(told: Mapping[str, str], *, joined: bool, policy: bool) -> dict[str, str]:
    """What is counted with exposures; that and the feedback of a log of its own; and zeros for what is not known.

    The md5 of {unit} halves the log.
    """
    own_half = f"md5(CAST({told['unit']} AS VARCHAR)) < '8' AND {told['exploit']}"
    outside = f"{told['clicked']} AND policy IN ('explore', 'holdout')"
    conditions = {**told, "exploit_a": own_half, "clicks": told["clicked"], "clicks_outside": outside}
    of_policy, of_feedback = OF_POLICY if policy else (), OF_FEEDBACK if policy else OF_FEEDBACK[:2]
    counted = ("exploit_a", *of_policy, *(of_feedback if joined else ()))
    known = [f"shown.{name}" for name in ("exposures", *counted)]
    known += [] if joined else [f"coalesce(answered.{name}, 0) AS {name}" for name in of_feedback]
    cases = (f"CAST(count(CASE WHEN {conditions[name]} THEN 1 END) AS INTEGER) AS {name}" for name in counted)
    zeros = {name: f"CAST(0 AS TINYINT) AS {name}" for name in (*OF_POLICY, *OF_FEEDBACK)}
    return {
        "counts": ", ".join(["CAST(count(*) AS INTEGER) AS exposures", *cases]),
        "known_counts": ", ".join(known),
        "all_counts": ", ".join((zeros | {name: name for name in (*of_policy, *of_feedback)}).values()),
    }


def of_labels(connection: duckdb.DuckDBPyConnection) -> str:
    """Whether the feedback of a model is a label, as a condition: in most fleets a constant, as none's is, or all's."""
    models, labelled = connection.execute("SELECT count(*), count(*) FILTER (labels) FROM kinds").fetchall()[0]
    if labelled in (0, models):
        return "TRUE" if labelled else "FALSE"
    return "model IN (SELECT model FROM kinds WHERE labels)"


def parts(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Outcomes by the range that their hash is in: a part, much alike, for each thread of the engine, up to eight."""
    threads = int(connection.execute("SELECT current_setting('threads')").fetchall()[0][0])
    count = min(threads, MOST_PARTS)
    bounds = [HASHES * number // count for number in range(count + 1)]
    return [f"item >= {first} AND item <= {last - 1}" for first, last in pairwise(bounds)]


def page(connection: duckdb.DuckDBPyConnection) -> str:
    """What makes a page of exposures.

    Times are read only if some request has no name, which the log's own statistics mostly tell.
    """
    nameless = connection.execute("SELECT 1 FROM exposures WHERE request_id IS NULL LIMIT 1").fetchall()
    moment = ', CASE WHEN request_id IS NULL THEN "timestamp" END' if nameless else ""
    return f"hash(request_id{moment})"


def bound(column: str, users: str) -> Callable[[duckdb.DuckDBPyConnection], str]:
    """What the md5 of a user must be below to be in any sample of `users`: as a literal, it is passed to the reader."""

    def told(connection: duckdb.DuckDBPyConnection) -> str:
        (most,) = connection.execute(f"SELECT max({column}) FROM {users}").fetchall()[0]
        return "NULL" if most is None else literal(most)

    return told


# Placeholders that the log, or rollups that are there by then, stand for.
ASKED: Mapping[str, Callable[[duckdb.DuckDBPyConnection], str]] = {
    "of_labels": of_labels,
    "page": page,
    "first_below": bound("first_below", "user_spans"),
    "more_below": bound("users_below", "more_users"),
}
