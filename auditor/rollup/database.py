"""Leaves what was read and counted in a DuckDB file, for a person's own SQL."""

from __future__ import annotations

from pathlib import Path

import duckdb

from auditor.errors import AuditError
from auditor.rollup.rollups import Rollups

# User ids are only ever kept hashed.
TABLES = {
    "exposures": "SELECT * REPLACE (md5(CAST(user_id AS VARCHAR)) AS user_id) FROM exposures",
    "feedback": "SELECT * REPLACE (md5(CAST(user_id AS VARCHAR)) AS user_id) FROM feedback",
    "attributed": "SELECT * EXCLUDE (unit) FROM attributed",
    "organic": "FROM organic",
    "catalogue": "FROM catalogue",
    "metrics": "FROM metrics",
    "rejected": "FROM rejected",
}


def leave(rollups: Rollups, path: Path) -> None:
    """Writes the canonical tables, the rollups and the rejected rows; tables of the same names are replaced.

    Raises AuditError if the file cannot be written.
    """
    wanted = {**TABLES, **{name: f"FROM {name}" for name in rollups.built}}
    connection = rollups.connection
    try:
        connection.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS left_behind")
        for name, query in wanted.items():
            connection.execute(f"CREATE OR REPLACE TABLE left_behind.{name} AS {query}")
        connection.execute("DETACH left_behind")
    except duckdb.Error as error:
        message = f"{path}: the tables could not be written: {str(error).splitlines()[0]}"
        raise AuditError(message, "name another file, or free some space") from error
