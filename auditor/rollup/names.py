"""The names of a few outcomes."""

from __future__ import annotations

from collections.abc import Collection

from auditor.rollup.rollups import Rollups

# What had its chance was mostly shown early on: all of the log is read only for what is not in its first rows.
FIRST = 1_000_000


def names_of(rollups: Rollups, items: Collection[int]) -> dict[int, str]:
    """Hash to item_id, of these outcomes alone: `items` would name every outcome of the log."""
    names: dict[int, str] = {}
    log = rollups.intake.named
    for relation in ("catalogue", f"(FROM {log} LIMIT {FIRST})", log):
        unnamed = sorted(item for item in items if item not in names)
        if unnamed:
            names |= dict(rollups.connection.execute(_query(relation, unnamed)).fetchall())
    return names


def _query(relation: str, items: Collection[int]) -> str:
    wanted = ", ".join(str(int(item)) for item in items)
    return f"""
        SELECT DISTINCT hash(item_id), CAST(item_id AS VARCHAR)
        FROM {relation}
        WHERE hash(item_id) IN ({wanted})"""
