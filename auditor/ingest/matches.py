"""Each feedback and the exposure under its key: whose it is, and who else had shown it."""

from __future__ import annotations

from collections.abc import Sequence, Set

import duckdb

from auditor.config import Settings
from auditor.ingest.durations import seconds_of
from auditor.ingest.quoting import literal

USER = "user_id + item_id"
KEYS = ("exposure_id", "request_id + item_id", USER)
# Feedback from here was shown by no model: a user and an item in common with an exposure is then coincidence.
ELSEWHERE = ("search", "direct", "organic", "external", "editorial")
FROM_ELSEWHERE = f"lower(trim(f.source)) IN ({', '.join(map(literal, ELSEWHERE))})"


def match(key: str, given: Set[str], settings: Settings, connection: duckdb.DuckDBPyConnection) -> None:
    """Creates `ingest_matches`, `ingest_crossed` and `ingest_shared`; `given` are the columns that feedback fills.

    `ingest_matches` has one row per feedback that found its exposure. Where several exposures share its key, the last
    before it is taken (user_id), else the first; under an exposure_id that a whole slate shares, that of the same item.
    `ingest_crossed` has feedback that names one model and lies on exposures of others alone, with the `chosen_by` of
    its exposure; `ingest_shared` matched feedback that another model, `also_shown_by`, had shown as well.
    """
    named = "model_id" in given and settings.model_id is None
    connection.execute(f"CREATE OR REPLACE TEMP TABLE ingest_candidates AS {_candidates(key, given, named, settings)}")
    several = (
        "SELECT count(*) > count(DISTINCT feedback_row), coalesce(bool_or(of_another), FALSE) FROM ingest_candidates"
    )
    shared, foreign = connection.execute(several).fetchall()[0]
    rivals = foreign or (shared and key != USER)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE ingest_crossed AS {_crossed(key, possible=foreign)}")
    if shared or foreign:
        place = f"row_number() OVER (PARTITION BY feedback_row ORDER BY {_order(key)})"
        own = f"FROM ingest_candidates WHERE NOT of_another QUALIFY {place} = 1"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE ingest_matches AS {own}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE ingest_shared AS {_shared(possible=rivals)}")
    if shared or foreign:
        connection.execute("DROP TABLE ingest_candidates")
    else:
        connection.execute(
            "DROP TABLE IF EXISTS ingest_matches; ALTER TABLE ingest_candidates RENAME TO ingest_matches"
        )


def _candidates(key: str, given: Set[str], named: bool, settings: Settings) -> str:
    """Each feedback with every exposure under its key."""
    another = "coalesce(f.model_id <> e.model_id, FALSE)" if named else "FALSE"
    exposure = f"""f.feedback_row, e.row_id, e.model_id, e.model_version, e.item_id, e.policy,
        e."timestamp" AS exposed_at, e.request_id, f."timestamp" AS feedback_at, f.value,
        e.item_id IS DISTINCT FROM f.item_id AS another_item,
        {another} AS of_another"""
    if key not in KEYS:
        return f"SELECT {exposure} FROM ingest_exposures_used AS e, feedback AS f LIMIT 0"
    columns = key.split(" + ")
    # A single column is passed on to the reader, which then skips what nothing can match; two are not.
    return f"""
        SELECT {exposure}
        FROM (FROM ingest_exposures_used SEMI JOIN feedback USING ({columns[0]})) AS e
        JOIN feedback AS f ON {_same(columns)} {_before(given, settings) if key == USER else ""}"""


def _same(columns: Sequence[str]) -> str:
    """Two columns go by the hash of both: no two of ten million share one with any of a billion, but for 1 in 2,000."""
    if len(columns) == 1:
        return f"e.{columns[0]} = f.{columns[0]}"
    e, f = (f"hash({', '.join(f'{side}.{column}' for column in columns)})" for side in "ef")
    return f"{e} = {f}"


def _before(given: Set[str], settings: Settings) -> str:
    """What a user and an item in common need besides to belong together."""
    window = seconds_of(settings.attribution_window, "--attribution-window")
    shown = f"AND NOT coalesce({FROM_ELSEWHERE}, FALSE)" if "source" in given else ""
    return f"""AND e."timestamp" <= f."timestamp"
        AND e."timestamp" >= f."timestamp" - INTERVAL {window} SECOND {shown}"""


def _order(key: str) -> str:
    return "exposed_at DESC, row_id" if key == USER else "another_item, exposed_at, row_id"


def _crossed(key: str, *, possible: bool) -> str:
    rows = "OVER (PARTITION BY feedback_row"
    return f"""
        SELECT feedback_row, model_id AS chosen_by
        FROM ingest_candidates {"" if possible else "WHERE FALSE"}
        QUALIFY bool_and(of_another) {rows}) AND row_number() {rows} ORDER BY {_order(key)}) = 1"""


def _shared(*, possible: bool) -> str:
    if not possible:
        return "SELECT feedback_row, model_id, model_id AS also_shown_by FROM ingest_candidates LIMIT 0"
    return """
        SELECT DISTINCT m.feedback_row, m.model_id, c.model_id AS also_shown_by
        FROM ingest_matches AS m JOIN ingest_candidates AS c USING (feedback_row)
        WHERE c.model_id <> m.model_id"""
