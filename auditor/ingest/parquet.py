"""Parquet: never copied; a scan reads only the columns that a query asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter

import duckdb

from auditor.errors import AuditError
from auditor.ingest.columns import refuse_duplicates
from auditor.ingest.files import Source, shown
from auditor.ingest.patterns import file_literals
from auditor.ingest.quoting import identifier, printable
from auditor.ingest.scans import Column, Scan, reading

# Of a column that holds nothing but NULL in all files, as pyarrow and polars write it: as good as not there.
NO_TYPE = '"NULL"'
# What the engine numbers files and rows by; a column of that name would be taken instead.
NUMBERS_OF_ROWS = frozenset({"file_index", "file_row_number"})
NUMERIC = frozenset({"INT32", "INT64", "FLOAT", "DOUBLE"})


@dataclass(frozen=True)
class ParquetLog:
    """Parquet files, opened."""

    source: Source
    types: Mapping[str, str]
    first_line: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' own names, over all files."""
        return tuple(self.types)

    def scans(self, wanted: Sequence[str]) -> tuple[Scan, ...]:
        """One scan over all files."""
        columns = {name: Column(identifier(name), self.types[name]) for name in wanted}
        return (Scan(relation_of(self.source.files, hive=self.source.hive), columns),)


def open_parquet(source: Source, connection: duckdb.DuckDBPyConnection) -> ParquetLog:
    """Reads the footers. Raises AuditError for files that are no Parquet, or whose columns clash."""
    with reading(source):
        _check_schemas(source, connection)
        relation = relation_of(source.files, hive=source.hive)
        described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    types = {str(row[0]): str(row[1]) for row in described}
    _check_numbers(source, types)
    return ParquetLog(source, {name: kind for name, kind in types.items() if kind != NO_TYPE} or types)


def relation_of(files: Sequence[str], *, hive: bool = False) -> str:
    """The FROM item over `files`; columns that some of them lack are NULL there."""
    options = "union_by_name = true, binary_as_string = true"
    if hive:
        options += ", hive_partitioning = true, hive_types_autocast = false"
    else:
        options += ", hive_partitioning = false"
    return f"read_parquet({file_literals(files)}, {options})"


def _check_schemas(source: Source, connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(
        "SELECT file_name, name, type, coalesce(num_children, 0), concat_ws(' ', logical_type, converted_type)"
        f" FROM parquet_schema({file_literals(source.files)})"
    ).fetchall()
    kinds: dict[str, dict[str, str]] = {}
    for file, schema in groupby(rows, key=itemgetter(0)):
        fields = list(_top_level(schema))
        refuse_duplicates([name for name, _ in fields], shown(file))
        for name, kind in (field for field in fields if field[1] != "nothing"):
            kinds.setdefault(name.lower(), {}).setdefault(kind, file)
    for name, files in kinds.items():
        if len(files) > 1 and not files.keys() <= {"numbers", "text"}:
            raise _clash(name, files)


def _check_numbers(source: Source, names: Iterable[str]) -> None:
    for name in names:
        if name.lower() in NUMBERS_OF_ROWS:
            raise AuditError(
                f"The {source.role} log has a column {printable(name)}, by which the engine numbers files and rows.",
                "Write the log with another name for it, or without it.",
            )


def _top_level(schema: Iterable[tuple[str, str, str | None, int, str]]) -> Iterator[tuple[str, str]]:
    """(name, kind) of each column; the rows of a schema are its tree in preorder, root first."""
    inside = 0
    for _, name, physical, children, meaning in islice(schema, 1, None):
        if inside:
            inside += children - 1
        else:
            inside = children
            yield name, _kind(physical, meaning)


def _kind(physical: str | None, meaning: str) -> str:
    if meaning.startswith("NullType"):
        return "nothing"
    if physical is None:
        return "records"
    if physical == "INT96" or "TIMESTAMP" in meaning.upper() or "DATE" in meaning.upper():
        return "times"
    return "numbers" if physical in NUMERIC else "text"


def _clash(name: str, kinds: Mapping[str, str]) -> AuditError:
    """The error for a column that is two things in two files."""
    (one, first), (other, second) = list(kinds.items())[:2]
    return AuditError(
        f"Column {printable(name)} holds {one} in {shown(first)} and {other} in {shown(second)}.",
        "Write the files with one type, or audit them apart.",
    )
