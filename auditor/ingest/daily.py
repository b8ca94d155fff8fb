"""The exposures of each day: counted in the same pass as the rows that cannot be used."""

from __future__ import annotations

import duckdb

COUNTED = "ingest_days"
TALLY = f"SELECT reject_reason, CAST(sum(exposures) AS BIGINT) FROM {COUNTED}"


def count_days(view: str, connection: duckdb.DuckDBPyConnection) -> None:
    """Counts and dates the rows of `view` by reject_reason, model, version and day; a pass over narrow columns."""
    _count(view, "reject_reason", connection)


def publish_days(used: str, connection: duckdb.DuckDBPyConnection, *, copies: bool) -> None:
    """Creates `days`, of the rows that count; only where `copies` were dropped they are counted again."""
    if copies:
        _count(used, "CAST(NULL AS VARCHAR) AS reject_reason", connection)
    connection.execute(
        f"CREATE OR REPLACE VIEW days AS SELECT * EXCLUDE (reject_reason) FROM {COUNTED} WHERE reject_reason IS NULL"
    )


def _count(relation: str, reason: str, connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(f"""
        CREATE OR REPLACE TABLE {COUNTED} AS
        SELECT
            {reason},
            model_id,
            model_version,
            date_trunc('day', "timestamp") AS day,
            count(*) AS exposures,
            min("timestamp") AS first_at,
            max("timestamp") AS last_at,
            max(position) AS deepest
        FROM {relation}
        GROUP BY ALL""")
