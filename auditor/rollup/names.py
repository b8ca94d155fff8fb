"""The names of a few outcomes."""

from __future__ import annotations

from collections.abc import Collection

from auditor.rollup.rollups import Rollups


def names_of(rollups: Rollups, items: Collection[int]) -> dict[int, str]:
    """Hash to item_id, of these outcomes alone: `items` would name every outcome of the log."""
    names: dict[int, str] = {}
    for relation in ("catalogue", rollups.intake.named):
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
