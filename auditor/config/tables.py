"""The tables of a configuration file, as entries (path in the settings, value)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.errors import AuditError

Entry = tuple[tuple[str, ...], object]


def columns(table: object, where: str) -> Iterator[Entry]:
    """[columns]: `item_id = "sku"`, or for one role alone `feedback.item_id = "sku"`."""
    return ((("columns", name), value) for name, value in _dotted(_table(table, where)))


def policies(table: object, where: str) -> Iterator[Entry]:
    """[policies]: `"theirs" = "explore"`."""
    return ((("policies", name), value) for name, value in _dotted(_table(table, where)))


def thresholds(table: object, where: str) -> Iterator[Entry]:
    """[detectors.ID]: `threshold = number`."""
    for detector, given in _table(table, where).items():
        for name, value in _table(given, f"{where}.{detector}").items():
            yield ("thresholds", detector, name), value


def _table(value: object, where: str) -> Mapping[str, Any]:
    """Raises AuditError, naming `where`, if it is something else."""
    if isinstance(value, Mapping):
        return value
    raise AuditError(f"{where}: {value!r} is not a table.", f"Write [{where.rpartition(' ')[2]}] above its entries.")


def _dotted(table: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """A dotted key is a nested table in TOML, whether or not that was meant."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", entry) for inner, entry in _dotted(value))
        else:
            yield name, value
