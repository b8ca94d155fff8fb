"""The rows of an input under canonical names: still lazy for Parquet, staged for text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from auditor.ingest.canonical import COLUMNS, TIMES, cast, reject_reason, target_type
from auditor.ingest.delimited import open_delimited
from auditor.ingest.files import Source
from auditor.ingest.ndjson import open_ndjson
from auditor.ingest.parquet import open_parquet, relation_of
from auditor.ingest.quoting import identifier, literal
from auditor.ingest.scans import Column, Log, Scan, reading
from auditor.ingest.staging import file_of, stage
from auditor.ingest.types import INTEGERS, Cast, Cell, is_number, unit_of, without_nan

SAMPLE = 10_000
ROW_BITS = 40
SOURCE = "source_file, row_id"
LAZY = frozenset({"parquet", "table"})
ROW_ID = f"(CAST(file_index AS BIGINT) << {ROW_BITS}) + CAST(file_row_number AS BIGINT)"


@dataclass(frozen=True)
class Rows:
    """A SELECT of the canonical columns that the log has, reject_reason, example, source_file and row_id.

    `row_id` is file number << 40 | row number. source_file is NULL where the file number says it (`files`).
    """

    select: str
    files: tuple[str, ...] = ()


def open_log(source: Source, connection: duckdb.DuckDBPyConnection) -> Log:
    """Opens the files of `source`. Raises AuditError where they cannot be read."""
    if source.format == "parquet":
        return open_parquet(source, connection)
    return (open_delimited if source.format == "csv" else open_ndjson)(source, connection)


def identifier_types(logs: Mapping[str, Log], theirs: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Of each identifier: BIGINT if it is an integer in every input that has it, else VARCHAR."""
    kinds: dict[str, set[str]] = {}
    for role, log in logs.items():
        names = theirs[role]
        for scan in log.scans(tuple(names.values())):
            for canonical, name in names.items():
                if name in scan.columns:
                    kinds.setdefault(canonical, set()).add(scan.columns[name].type)
    return {canonical: "BIGINT" if found <= INTEGERS else "VARCHAR" for canonical, found in kinds.items()}


def rows_of(
    log: Log,
    theirs: Mapping[str, str],
    identifiers: Mapping[str, str],
    connection: duckdb.DuckDBPyConnection,
    workspace: Path,
) -> Rows:
    """The rows of `log`, whose canonical columns are called `theirs` there."""
    source = log.source
    scans = log.scans(tuple(theirs.values()))
    lazy = source.format in LAZY
    row_id = ROW_ID if lazy else "0"
    with reading(source):
        units = _units(scans, theirs, connection)
        selects = [_select(source.role, scan, theirs, identifiers, units, row_id) for scan in scans]
        if lazy:
            return Rows(selects[0], source.files)
        staged = stage(source.role, selects, scans, connection, workspace)
    return Rows(f"SELECT * REPLACE ({file_of(scans)} AS source_file, {ROW_ID} AS row_id) FROM {relation_of(staged)}")


def _units(
    scans: Sequence[Scan], theirs: Mapping[str, str], connection: duckdb.DuckDBPyConnection
) -> dict[str, str | None]:
    """Of each time column: the unit of the epoch times in it, None where it holds no such."""
    times = {canonical: name for canonical, name in theirs.items() if canonical in TIMES}
    return {canonical: _unit(scans, name, connection) for canonical, name in times.items()}


def _unit(scans: Sequence[Scan], name: str, connection: duckdb.DuckDBPyConnection) -> str | None:
    scan = next(scan for scan in scans if name in scan.columns)
    column = scan.columns[name]
    if column.type != "VARCHAR" and not is_number(column.type):
        return None
    value = without_nan(column.sql, column.type)
    query = (
        "SELECT count(*), count(number), median(abs(number)) FROM"
        f" (SELECT TRY_CAST({value} AS DOUBLE) AS number FROM {scan.first or scan.relation}"
        f" WHERE {value} IS NOT NULL LIMIT {SAMPLE})"
    )
    values, numbers, middle = connection.execute(query).fetchall()[0]
    return unit_of(middle) if numbers and numbers * 2 >= values else None


def _select(
    role: str,
    scan: Scan,
    theirs: Mapping[str, str],
    identifiers: Mapping[str, str],
    units: Mapping[str, str | None],
    row_id: str,
) -> str:
    """The SELECT over one scan: casts first, over them the reason why a row is not used, and an example of it.

    `row_id` is the SQL of it, as far as the scan has it.
    """
    cells = {one: _cell(one, scan, theirs[one], identifiers) for one in COLUMNS[role] if one in theirs}
    casts = {one: cast(role, one, cell, target_type(one, identifiers), units.get(one)) for one, cell in cells.items()}
    inner = [f"{cell.sql} AS {cell.raw}" for one, cell in cells.items()]
    inner += [f"{casts[one].value} AS {cell.made}" for one, cell in cells.items()]
    inner += [f"{scan.broken} AS broken", f"{scan.file} AS source_file", f"{row_id} AS row_id"]
    names = ", ".join(cell.made for cell in cells.values())
    reason = reject_reason(casts.values(), "NULL" if scan.broken == "NULL" else "broken")
    return (
        f"SELECT {names}, {reason} AS reject_reason, {_example(cells, theirs, casts)} AS example, {SOURCE}"
        f" FROM (SELECT {', '.join(inner)} FROM {scan.relation})"
    )


def _cell(canonical: str, scan: Scan, name: str, identifiers: Mapping[str, str]) -> Cell:
    """A file that lacks the column reads as NULL; a propensity that is NaN is wrong, all else that is NaN missing."""
    target = target_type(canonical, identifiers)
    column = scan.columns.get(name, Column(f"CAST(NULL AS {target})", target))
    value = column.sql if canonical == "propensity" else without_nan(column.sql, column.type)
    return Cell(value, column.type, identifier(f"raw {canonical}"), identifier(canonical), canonical, scan.written)


def _example(cells: Mapping[str, Cell], theirs: Mapping[str, str], casts: Mapping[str, Cast]) -> str:
    """SQL of `column=value` for the column at fault and the outcome; a user is never shown."""
    whens = []
    for canonical, one in casts.items():
        shown = [name for name in dict.fromkeys((canonical, "item_id")) if name in cells]
        values = " || ' ' || ".join(_value(theirs[name], cells[name]) for name in shown)
        whens += [f"WHEN {literal(reason)} THEN {values}" for _, reason in one.problems]
    told = f"CASE reject_reason {' '.join(whens)} END" if whens else "CAST(NULL AS VARCHAR)"
    return f"CASE WHEN reject_reason IS NOT NULL THEN {told} END"


def _value(name: str, cell: Cell) -> str:
    return f"{literal(name + '=')} || coalesce(left(CAST({cell.raw} AS VARCHAR), 60), '(null)')"
