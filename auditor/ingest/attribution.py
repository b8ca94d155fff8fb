"""Which feedback belongs to which exposure, and which to none (organic)."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

import duckdb

from auditor.config import Settings
from auditor.ingest.answers import answer, joined
from auditor.ingest.matches import FROM_ELSEWHERE, KEYS, match
from auditor.ingest.quoting import literal, printable

JOINED, NONE = "joined", "none"
OPTIONAL = ("model_id", "event", "label_source", "source")
SHOWN = 10
EMPTY = {
    "second_feedback": """
        SELECT model_id, model_version, item_id, policy, model_id AS event, reward AS value FROM exposures LIMIT 0""",
    "crossings": "SELECT model_id, model_id AS chosen_by, 0::BIGINT AS feedback FROM exposures LIMIT 0",
    "shared_feedback": "SELECT model_id, model_id AS also_shown_by, 0::BIGINT AS feedback FROM exposures LIMIT 0",
}
UNMATCHED = "NOT EXISTS (FROM ingest_matches AS m WHERE m.feedback_row = f.feedback_row)"
UNITS = ("user_id", "request_id", "exposure_id")


@dataclass(frozen=True)
class Matching:
    """How many feedback rows found their exposure, and how many of those that should have (`sought`) found none.

    Sought are rows of the event that counts, save those whose `source` says that no model showed it. What lies on
    another model's exposure is not `lost`.
    """

    found: int = 0
    sought: int = 0
    lost: int = 0


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


def attribute(key: str, settings: Settings, connection: duckdb.DuckDBPyConnection, *, fed: bool) -> Matching:
    """Creates `attributed` and `organic` from the relations of exposures and feedback, and what goes with them.

    `second_feedback` is matched feedback of other events than the primary one. `crossings` counts feedback that names
    one model and lies on exposures of another alone, `shared_feedback` what a model was credited with though another
    had shown it too. Nothing is matched where the exposures carry their feedback themselves, or where there is no
    feedback log (`fed`).
    """
    if key == JOINED or not fed:
        _create({"organic": _organic("false"), **EMPTY}, connection)
        connection.execute(f"CREATE OR REPLACE TEMP VIEW attributed AS {joined()}")
        return Matching()
    given = _given(connection)
    match(key, given, settings, connection)
    primary = _primary_events(settings.primary_event, given, connection)
    complete = not primary and _all_matched(connection)
    once = answer(primary.format("m.model_id"), given, connection)
    tables = {
        "organic": _organic("false" if complete else UNMATCHED, primary.format("f.model_id")),
        **_beside(primary),
    }
    _create(tables, connection)
    matching = _count(primary.format("coalesce(m.model_id, f.model_id)"), given, complete, connection)
    used = ("crossed", "shared", "primary", *(() if once else ("matches",)))
    connection.execute("; ".join(f"DROP TABLE IF EXISTS ingest_{name}" for name in used))
    return matching


def _all_matched(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether every feedback found its exposure: what else there is need not be looked for."""
    counted = "SELECT (SELECT count(*) FROM ingest_matches) = (SELECT count(*) FROM feedback)"
    return bool(connection.execute(counted).fetchall()[0][0])


def _count(primary: str, given: Set[str], complete: bool, connection: duckdb.DuckDBPyConnection) -> Matching:
    elsewhere = f"coalesce({FROM_ELSEWHERE}, FALSE)" if "source" in given else "FALSE"
    found = connection.execute("SELECT count(*) FROM ingest_matches").fetchall()[0][0]
    if complete:
        sought = connection.execute(f"SELECT count(*) FROM feedback AS f WHERE NOT {elsewhere}").fetchall()[0][0]
        return Matching(int(found), int(sought), 0)
    sought, lost = connection.execute(f"""
        SELECT count(*), count(*) FILTER (m.feedback_row IS NULL AND c.feedback_row IS NULL)
        FROM feedback AS f
        LEFT JOIN ingest_matches AS m ON m.feedback_row = f.feedback_row
        LEFT JOIN ingest_crossed AS c ON c.feedback_row = f.feedback_row
        {primary}
        WHERE NOT {elsewhere}""").fetchall()[0]
    return Matching(int(found), int(sought), int(lost))


def _create(tables: Mapping[str, str], connection: duckdb.DuckDBPyConnection) -> None:
    for name, query in tables.items():
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS {query}")


def _given(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """The optional columns that the feedback fills."""
    counts = connection.execute(f"SELECT {', '.join(f'count({one})' for one in OPTIONAL)} FROM feedback").fetchall()[0]
    return frozenset(one for one, filled in zip(OPTIONAL, counts, strict=True) if filled)


def unknown_event(key: str, settings: Settings, connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """A warning if the primary event was chosen, and the feedback log has others and never this one, or none at all."""
    chosen = "primary_event" in settings.sources or settings.primary_event != Settings.primary_event
    if not chosen:
        return ()
    if key == JOINED:
        return (f"--event {settings.primary_event} is not used: the exposure log carries its feedback already.",)
    query = "SELECT event FROM feedback WHERE trim(event) <> '' GROUP BY event ORDER BY count(*) DESC, event"
    found = [str(event) for (event,) in connection.execute(query).fetchall()]
    if not found:
        return (f"--event {settings.primary_event} is not used: no feedback has an event, and all of it counts.",)
    if settings.primary_event.strip().lower() in (event.strip().lower() for event in found):
        return ()
    named = ", ".join(printable(event[:60]) for event in found[:SHOWN]) + (", ..." if len(found) > SHOWN else "")
    return (
        f"--event {settings.primary_event}: the feedback log has no such event; of each model its commonest counts."
        f" Its events are: {named}.",
    )


def _primary_events(primary: str, given: Set[str], connection: duckdb.DuckDBPyConnection) -> str:
    """A join that keeps the feedback `f` of the event that counts for the model `{}`; '' where no event has a name.

    Creates `ingest_primary`: of each model (NULL: feedback of no known one) `primary`, else its commonest event.
    """
    if "event" not in given:
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


def _organic(unmatched: str, primary: str = "") -> str:
    if unmatched == "false":
        return "SELECT item_id, model_id, feedback_row AS feedback FROM feedback LIMIT 0"
    return f"""
        SELECT f.item_id, f.model_id, count(*) AS feedback
        FROM feedback AS f {primary}
        WHERE {unmatched}
        GROUP BY f.item_id, f.model_id"""


def _beside(primary: str) -> Mapping[str, str]:
    """What goes with `attributed` and `organic`."""
    feedback = "JOIN feedback AS f USING (feedback_row)"
    second = f"""
        SELECT m.model_id, m.model_version, m.item_id, m.policy, lower(trim(f.event)) AS event, f.value
        FROM ingest_matches AS m {feedback}
        JOIN ingest_primary AS p ON p.model_id = m.model_id AND lower(trim(f.event)) <> p.event"""
    return {
        "second_feedback": second if primary else EMPTY["second_feedback"],
        "crossings": f"""
            SELECT f.model_id, c.chosen_by, count(*) AS feedback
            FROM ingest_crossed AS c {feedback} {primary.format("f.model_id")} GROUP BY ALL""",
        "shared_feedback": f"""
            SELECT o.model_id, o.also_shown_by, count(*) AS feedback
            FROM ingest_shared AS o {feedback} {primary.format("o.model_id")} GROUP BY ALL""",
    }
