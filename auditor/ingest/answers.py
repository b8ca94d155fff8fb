"""What exposures were answered: a row each, whatever came back on it."""

from __future__ import annotations

from collections.abc import Set

import duckdb

from auditor.ingest.label_sources import worst

ONCE = """
    SELECT model_id, model_version, item_id, policy, exposed_at, feedback_at, request_id,
        value IS NULL OR value > 0 AS clicked, value, CAST(1 AS BIGINT) AS events, CAST(NULL AS VARCHAR) AS label_source
    FROM ingest_matches"""


def joined() -> str:
    """SQL of the exposures that carry their feedback themselves."""
    return """
        SELECT e.model_id, e.model_version, e.item_id, e.policy, e."timestamp" AS exposed_at,
            CAST(NULL AS TIMESTAMP) AS feedback_at, e.request_id,
            true AS clicked, e.reward AS value, CAST(1 AS BIGINT) AS events, CAST(NULL AS VARCHAR) AS label_source
        FROM exposures AS e WHERE e.clicked OR e.reward > 0"""


def answer(primary: str, given: Set[str], connection: duckdb.DuckDBPyConnection) -> bool:
    """Creates `attributed`: the exposures of `ingest_matches` with all that they were answered.

    `primary` keeps the events that count; `given` are the optional columns that feedback fills. True where each
    exposure has one feedback: `attributed` is then a view of `ingest_matches`, which must stay.
    """
    once = not (primary or "label_source" in given or _several(connection))
    if not once:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE ingest_answers AS {_added_up(primary, given)}")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW attributed AS {ONCE if once else 'SELECT * FROM ingest_answers'}")
    return once


def _several(connection: duckdb.DuckDBPyConnection) -> bool:
    counted = connection.execute("SELECT count(*) > count(DISTINCT row_id) FROM ingest_matches").fetchall()
    return bool(counted[0][0])


def _added_up(primary: str, given: Set[str]) -> str:
    source = worst("nullif(lower(trim(f.label_source)), '')") if "label_source" in given else "CAST(NULL AS VARCHAR)"
    return f"""
        WITH answers AS (
            SELECT min(m.feedback_row) AS feedback_row, min(m.feedback_at) AS feedback_at,
                bool_or(m.value IS NULL OR m.value > 0) AS clicked, sum(m.value) AS value, count(*) AS events,
                {source} AS label_source
            FROM ingest_matches AS m JOIN feedback AS f ON f.feedback_row = m.feedback_row
            {primary}
            GROUP BY m.row_id
        )
        SELECT m.model_id, m.model_version, m.item_id, m.policy, m.exposed_at, answers.feedback_at, m.request_id,
            answers.clicked, answers.value, answers.events, answers.label_source
        FROM answers JOIN ingest_matches AS m USING (feedback_row)"""
