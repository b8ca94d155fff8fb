"""Newline-delimited JSON: one object a line, its keys are columns; lines that are no object are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from auditor.errors import AuditError
from auditor.ingest.delimited import partitions_of
from auditor.ingest.files import Source, shown
from auditor.ingest.lines import first_line, lines_of
from auditor.ingest.quoting import identifier, literals
from auditor.ingest.scans import Column, Scan, reading

IS_OBJECT = "CASE WHEN json_valid(line) THEN json_type(line) = 'OBJECT' ELSE false END"


@dataclass(frozen=True)
class JsonLog:
    """NDJSON files, opened. `partitions`: the keys of hive folders."""

    source: Source
    keys: tuple[str, ...]
    partitions: tuple[str, ...]
    first_line: str

    @property
    def names(self) -> tuple[str, ...]:
        """All keys of all objects."""
        return tuple(dict.fromkeys((*self.keys, *self.partitions)))

    def scans(self, wanted: Sequence[str]) -> tuple[Scan, ...]:
        """One scan over all files; each line is parsed once, values become text."""
        keys = [name for name in wanted if name not in self.partitions]
        lines = lines_of(self.source.files, hive=self.source.hive)
        values = f"CASE WHEN good THEN json_extract_string(line, {literals(map(_pointer, keys))}) END"
        relation = (
            f"(SELECT *, {values if keys else 'NULL'} AS v FROM"
            f" (SELECT *, {IS_OBJECT} AS good FROM {lines} WHERE trim(line) <> ''))"
        )
        columns = {name: Column(f"v[{index}]", "VARCHAR") for index, name in enumerate(keys, 1)}
        columns |= {name: Column(identifier(name), "VARCHAR") for name in wanted if name in self.partitions}
        broken = "CASE WHEN NOT good THEN 'malformed line' END"
        return (Scan(relation, columns, "source_file", broken, written=True),)


def open_ndjson(source: Source, connection: duckdb.DuckDBPyConnection) -> JsonLog:
    """Collects the keys. Raises AuditError for files without a single JSON object."""
    with reading(source):
        first = first_line(source.files[0], connection) or ""
        keys = connection.execute(
            "SELECT key FROM (SELECT unnest(json_keys(line)) AS key"
            f" FROM {lines_of(source.files)} WHERE {IS_OBJECT})"
            " GROUP BY key ORDER BY count(*) DESC, key"
        ).fetchall()
    if not keys:
        said = f"its first line is {first[:100]!r}" if first else "it is empty"
        raise AuditError(f"{shown(source.files[0])} holds no JSON objects: {said}.", "Write one object a line.")
    return JsonLog(source, tuple(str(key) for (key,) in keys), partitions_of(source), first)


def _pointer(key: str) -> str:
    """`key` as a JSON pointer (RFC 6901)."""
    return "/" + key.replace("~", "~0").replace("/", "~1")
