"""Leaves what was read and counted in a DuckDB file, for a person's own SQL."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from auditor.errors import AuditError
from auditor.rollup.rollups import Rollups

# User ids are only ever kept hashed.
TABLES = {
    "exposures": "SELECT * REPLACE (md5(CAST(user_id AS VARCHAR)) AS user_id) FROM exposures",
    "feedback": "SELECT * REPLACE (md5(CAST(user_id AS VARCHAR)) AS user_id) FROM feedback",
    "attributed": "FROM attributed",
    "organic": "FROM organic",
    "second_feedback": "FROM second_feedback",
    "crossings": "FROM crossings",
    "shared_feedback": "FROM shared_feedback",
    "catalogue": "FROM catalogue",
    "metrics": "FROM metrics",
    "rejected": "FROM rejected",
}

# What `outcomes` shows whole, and what `pairs` counts of it.
BENEATH = frozenset({"outcome_counts", "numbered", "steps", "ends"})


def leave(rollups: Rollups, path: Path) -> None:
    """Writes the canonical tables, the rollups and the rejected rows, whole or not at all.

    In a file that is there already, tables of the same names are replaced in one transaction; a new one is written
    beside its place first. Raises AuditError if that fails.
    """
    target = path if path.exists() else path.with_name(f".{path.name}.{os.getpid()}")
    try:
        _write(rollups, target)
        target.replace(path)
    except (duckdb.Error, OSError) as error:
        message = f"{path}: the tables could not be written: {str(error).splitlines()[0]}"
        raise AuditError(message, "name another file, or free some space") from error
    finally:
        if target != path:
            target.unlink(missing_ok=True)
            target.with_name(f"{target.name}.wal").unlink(missing_ok=True)


def _write(rollups: Rollups, target: Path) -> None:
    rollups.build("items")
    connection = rollups.connection
    wanted = {**TABLES, **{name: _rows(name, connection) for name in rollups.built if name not in BENEATH}}
    connection.execute(f"ATTACH '{str(target).replace(chr(39), chr(39) * 2)}' AS left_behind")
    try:
        connection.execute("BEGIN")
        for name, query in wanted.items():
            connection.execute(f"CREATE OR REPLACE TABLE left_behind.{name} AS {query}")
        connection.execute("COMMIT")
    except duckdb.Error:
        connection.execute("ROLLBACK")
        raise
    finally:
        connection.execute("DETACH left_behind")


def _rows(name: str, connection: duckdb.DuckDBPyConnection) -> str:
    """A rollup with the names of its outcomes, where it has their hashes."""
    columns = {column for column, *_ in connection.execute(f"DESCRIBE {name}").fetchall()}
    if "item" not in columns or "item_id" in columns:
        return f"FROM {name}"
    return f"SELECT item_id, {name}.* EXCLUDE (item) FROM {name} JOIN items USING (item)"
