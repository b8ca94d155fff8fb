"""Which feedback belongs to which exposure, and which to none (organic)."""

from __future__ import annotations

from collections.abc import Set

import duckdb

from auditor.config import Settings
from auditor.ingest.durations import seconds_of
from auditor.ingest.quoting import literal, printable

JOINED, NONE = "joined", "none"
KEYS = ("exposure_id", "request_id + item_id", "user_id + item_id")
SHOWN = 10
UNITS = ("user_id", "request_id", "exposure_id")


def attribution_of(exposures: Set[str], feedback: Set[str] | None) -> str:
    """The best key that both logs carry; `feedback` is None without a feedback log."""
    if exposures & {"clicked", "reward"}:
        return JOINED
    if feedback is None:
        return NONE
    for key in KEYS:
        needed = set(key.split(" + ")) | ({"timestamp"} if key.startswith("user_id") else set())
        if needed <= exposures and needed <= feedback:
            return key
    return NONE


def unit_of_halves(exposures: Set[str]) -> str | None:
    """The column by which exposures are cut into halves: whole users, else requests, else exposures."""
    return next((column for column in UNITS if column in exposures), None)


def attribute(key: str, settings: Settings, connection: duckdb.DuckDBPyConnection) -> int:
    """Creates `attributed` and `organic` from the relations of exposures and feedback.

    Returns how many feedback rows found their exposure (0 where the exposures carry it themselves).
    """
    if key == JOINED:
        connection.execute(_joined())
        connection.execute(_organic("false"))
        return 0
    _match(key, settings, connection)
    primary = _primary_events(settings.primary_event, connection)
    connection.execute(_attributed(primary.format("m.model_id")))
    unmatched = "NOT EXISTS (FROM ingest_matches AS m WHERE m.feedback_row = f.feedback_row)"
    connection.execute(_organic(unmatched, primary.format("f.model_id")))
    matched = int(connection.execute("SELECT count(*) FROM ingest_matches").fetchall()[0][0])
    connection.execute("DROP TABLE ingest_matches; DROP TABLE IF EXISTS ingest_primary")
    return matched


def unknown_event(key: str, settings: Settings, connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """A warning if the primary event was chosen, and the feedback log has others and never this one."""
    chosen = "primary_event" in settings.sources or settings.primary_event != Settings.primary_event
    if key == JOINED or not chosen:
        return ()
    query = "SELECT event FROM feedback WHERE trim(event) <> '' GROUP BY event ORDER BY count(*) DESC, event"
    found = [str(event) for (event,) in connection.execute(query).fetchall()]
    if not found or settings.primary_event.strip().lower() in (event.strip().lower() for event in found):
        return ()
    named = ", ".join(printable(event[:60]) for event in found[:SHOWN]) + (", ..." if len(found) > SHOWN else "")
    return (
        f"--event {settings.primary_event}: the feedback log has no such event; of each model its commonest counts."
        f" Its events are: {named}.",
    )


def _joined() -> str:
    return """
        CREATE OR REPLACE VIEW attributed AS
        SELECT e.model_id, e.model_version, e.item_id, e.policy, e."timestamp" AS exposed_at,
            CAST(NULL AS TIMESTAMP) AS feedback_at, e.request_id,
            true AS clicked, e.reward AS value, CAST(1 AS BIGINT) AS events
        FROM exposures AS e WHERE e.clicked OR e.reward > 0"""


def _match(key: str, settings: Settings, connection: duckdb.DuckDBPyConnection) -> None:
    """Creates `ingest_matches`: one row per feedback that found its exposure.

    Where several exposures share its key, the last before it is taken (user_id), else the first; under an exposure_id
    that a whole slate shares, that of the same item.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE ingest_matches AS {_candidates(key, settings)}")
    shared = "SELECT count(*) > count(DISTINCT feedback_row) FROM ingest_matches"
    if connection.execute(shared).fetchall()[0][0]:
        order = "exposed_at DESC, row_id" if key.startswith("user_id") else "another_item, exposed_at, row_id"
        place = f"row_number() OVER (PARTITION BY feedback_row ORDER BY {order})"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE ingest_matches AS FROM ingest_matches QUALIFY {place} = 1")


def _candidates(key: str, settings: Settings) -> str:
    """Each feedback with every exposure under its key."""
    exposure = """f.feedback_row, e.row_id, e.model_id, e.model_version, e.item_id, e.policy,
        e."timestamp" AS exposed_at, e.request_id, e.item_id IS DISTINCT FROM f.item_id AS another_item"""
    if key == NONE:
        return f"SELECT {exposure} FROM ingest_exposures_used AS e, feedback AS f LIMIT 0"
    columns = key.split(" + ")
    same_key = " AND ".join(f"e.{column} = f.{column}" for column in columns)
    before = ""
    if key.startswith("user_id"):
        window = seconds_of(settings.attribution_window, "--attribution-window")
        before = f"""AND e."timestamp" <= f."timestamp"
            AND e."timestamp" >= f."timestamp" - INTERVAL {window} SECOND"""
    # A single key is passed on to the reader, which then skips what nothing can match; two keys are not.
    return f"""
        SELECT {exposure}
        FROM (FROM ingest_exposures_used SEMI JOIN feedback USING ({columns[0]})) AS e
        JOIN feedback AS f ON {same_key} {before}
        WHERE f.model_id IS NULL OR f.model_id = e.model_id"""


def _primary_events(primary: str, connection: duckdb.DuckDBPyConnection) -> str:
    """A join that keeps the feedback `f` of the event that counts for the model `{}`; '' where no event has a name.

    Creates `ingest_primary`: of each model (NULL: feedback of no known one) `primary`, else its commonest event.
    """
    if not connection.execute("SELECT count(event) FROM feedback").fetchall()[0][0]:
        return ""
    event = literal(primary.strip().lower())
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE ingest_primary AS
        SELECT model_id, event FROM (
            SELECT model_id, event,
                row_number() OVER (PARTITION BY model_id ORDER BY event <> {event}, feedback DESC, event) AS place
            FROM (
                SELECT coalesce(m.model_id, f.model_id) AS model_id,
                    coalesce(lower(trim(f.event)), {event}) AS event, count(*) AS feedback
                FROM feedback AS f LEFT JOIN ingest_matches AS m ON m.feedback_row = f.feedback_row
                GROUP BY ALL
            )
        ) WHERE place = 1""")
    return """JOIN ingest_primary AS p
        ON p.model_id IS NOT DISTINCT FROM {} AND (f.event IS NULL OR lower(trim(f.event)) = p.event)"""


def _attributed(primary: str) -> str:
    return f"""
        CREATE OR REPLACE TABLE attributed AS
        WITH answers AS (
            SELECT min(m.feedback_row) AS feedback_row, min(f."timestamp") AS feedback_at,
                bool_or(f.value IS NULL OR f.value > 0) AS clicked, sum(f.value) AS value, count(*) AS events
            FROM ingest_matches AS m JOIN feedback AS f ON f.feedback_row = m.feedback_row
            {primary}
            GROUP BY m.row_id
        )
        SELECT model_id, model_version, item_id, policy, exposed_at, feedback_at, request_id, clicked, value, events
        FROM answers JOIN ingest_matches USING (feedback_row)"""


def _organic(unmatched: str, primary: str = "") -> str:
    if unmatched == "false":
        none = "SELECT item_id, model_id, feedback_row AS feedback FROM feedback LIMIT 0"
        return f"CREATE OR REPLACE TABLE organic AS {none}"
    return f"""
        CREATE OR REPLACE TABLE organic AS
        SELECT f.item_id, f.model_id, count(*) AS feedback
        FROM feedback AS f {primary}
        WHERE {unmatched}
        GROUP BY f.item_id, f.model_id"""
