"""Rows that are in the log twice, equal in every canonical column."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from auditor.ingest.quoting import identifier

EXACT_UP_TO = 2_000_000
ONE_IN = 64  # a power of two, whose lower bits are looked at


def find_duplicates(
    view: str, columns: Sequence[str], cheap: Sequence[str], rows: int, connection: duckdb.DuckDBPyConnection
) -> str | None:
    """A table of the row_ids of all copies but the first, or None if there are none.

    `columns` are the canonical columns that the log has, `cheap` a few of them that cost little to read and differ
    from row to row (none: all are used). A log above two million rows is first probed on one in 64 of its rows,
    chosen by the hash of the cheap ones; only if copies turn up there is all of it compared.
    """
    if not _has_key(columns):
        return None
    if not _has_copies(view, columns, cheap, rows, connection):
        return None
    table = f"{view}_duplicates"
    listed = ", ".join(map(identifier, columns))
    connection.execute(f"""
        CREATE OR REPLACE TABLE {table} AS
        WITH hashes AS ({_repeated(view, columns)})
        SELECT row_id FROM (
            SELECT row_id, row_number() OVER (PARTITION BY {listed} ORDER BY row_id) AS copy
            FROM {view} WHERE {_hash(columns)} IN (SELECT hash FROM hashes)
        ) WHERE copy > 1""")
    if connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]:
        return table
    connection.execute(f"DROP TABLE {table}")
    return None


def _has_key(columns: Sequence[str]) -> bool:
    return bool({"exposure_id", "request_id"} & set(columns)) or {"user_id", "timestamp"} <= set(columns)


def _has_copies(
    view: str, columns: Sequence[str], cheap: Sequence[str], rows: int, connection: duckdb.DuckDBPyConnection
) -> bool:
    steps = [cheap, columns] if cheap and rows > EXACT_UP_TO else [columns]
    sample = f" WHERE {_sampled(steps[0])}" if rows > EXACT_UP_TO else ""
    return all(connection.execute(f"{_repeated(view, step, sample)} LIMIT 1").fetchall() for step in steps)


def _repeated(view: str, columns: Sequence[str], sample: str = "") -> str:
    return f"SELECT hash FROM (SELECT {_hash(columns)} AS hash FROM {view}{sample}) GROUP BY hash HAVING count(*) > 1"


def _sampled(columns: Sequence[str]) -> str:
    """A condition that holds for a sample of the rows.

    Hashes of single columns are hashed again: of one column, the engine hashes what repeats only once.
    """
    return f"hash({', '.join(f'hash({identifier(column)})' for column in columns)}) & {ONE_IN - 1} = 0"


def _hash(columns: Sequence[str]) -> str:
    return f"hash({', '.join(map(identifier, columns))})"
