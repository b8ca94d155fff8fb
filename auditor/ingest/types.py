"""From the types that logs have to the types that the audit counts with: casts, and units of time.

A cast is a SQL expression over the log's own column, and the conditions under which a row's value cannot be used.
Conditions speak of two columns: what the log says (`raw`) and what was made of it (`made`); so nothing is cast twice.
Missing is NULL; in numeric columns NaN and the usual words for "missing" too, save for a propensity.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from auditor.errors import AuditError

INTEGERS = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"})
FLOATS = frozenset({"FLOAT", "DOUBLE"})
NUMBERS = INTEGERS | FLOATS | {"UBIGINT", "HUGEINT", "UHUGEINT"}
TIMES = frozenset({"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATE", "TIMESTAMP WITH TIME ZONE"})
EARLIEST_SECOND, LATEST_SECOND = 631152000, 4102444800
PER_SECOND: Mapping[str, int] = MappingProxyType({"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9})
# Regular expressions: the engine turns a longer IN list into a join, for every row.
MISSING = r"'(?i)\s*(nan|na|n/a|<na>|nat|none|null|)\s*'"
IMPOSSIBLE_OFFSET = r"':[0-9.]+\s*[+-](18:?(0[1-9]|[1-5][0-9])|19|[2-9][0-9])[0-9:]*\s*$'"
IN_UTC = r"'[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z?'"
# What most programs write by themselves; to read it by its format costs half of what the expression costs.
PLAIN, PLAIN_FORMAT = "'____-__-__ __:__:__._%'", "'%Y-%m-%d %H:%M:%S.%f'"
TRUE, FALSE = r"'(?i)\s*(1|true|t|yes|y|1\.0)\s*'", r"'(?i)\s*(0|false|f|no|n|0\.0)\s*'"


@dataclass(frozen=True)
class Cell:
    """One canonical column of one scan: SQL that reads the log's column, its type there, and two names for later.

    `written`: the value is text as somebody wrote it, see `Scan`. In a column of floats NaN is NULL (propensity apart).
    """

    sql: str
    type: str
    raw: str
    made: str
    name: str
    written: bool = False

    @property
    def given(self) -> str:
        """SQL: the log says something, however it is written."""
        stated = f"{self.raw} IS NOT NULL"
        return f"{stated} AND NOT regexp_full_match({self.raw}, {MISSING})" if self.type == "VARCHAR" else stated

    @property
    def lost(self) -> str:
        """SQL: the log says something and the cast made nothing of it."""
        return f"{self.made} IS NULL AND {self.given}"


@dataclass(frozen=True)
class Cast:
    """A SQL expression, and (condition, reason) pairs under which the row cannot be used."""

    value: str
    problems: tuple[tuple[str, str], ...] = ()


def unit_of(magnitude: float) -> str:
    """The unit of an epoch time by its size: date (20260907), s, ms, us or ns."""
    if 19900101 <= magnitude <= 21001231:
        return "date"
    return next((unit for unit in ("s", "ms", "us") if magnitude < 1e11 * PER_SECOND[unit]), "ns")


def is_number(kind: str) -> bool:
    """Whether a column of SQL type `kind` holds numbers."""
    return kind in NUMBERS or kind.startswith("DECIMAL")


def wrong_type(cell: Cell, wanted: str) -> AuditError:
    """The error for a column whose type cannot hold what is `wanted`."""
    return AuditError(
        f"The column taken for {cell.name} is of type {cell.type[:80]}, which is no {wanted}.",
        f"Say which column it is with --map {cell.name}=COLUMN, or leave it out with --map {cell.name}=none.",
    )


def is_nan(sql: str) -> str:
    """SQL: `sql`, a column of floats, is NaN.

    The statistics of Parquet leave NaN out, and the engine trusts them: isnan(x) is false, untested, wherever it can
    tell the range of x. Of nextafter it cannot.
    """
    return f"isnan(nextafter({sql}, 0))"


def without_nan(sql: str, kind: str) -> str:
    """SQL of a column of type `kind`, where NaN is NULL."""
    return f"CASE WHEN NOT {is_nan(sql)} THEN {sql} END" if kind in FLOATS else sql


def text_cast(cell: Cell) -> Cast:
    """Text; 7.0 in a column of floats is the identifier 7."""
    sql = cell.sql
    if cell.type in FLOATS:
        whole = f"{sql} = trunc({sql}) AND abs({sql}) < 9007199254740992"
        return Cast(f"CASE WHEN {whole} THEN CAST(CAST({sql} AS BIGINT) AS VARCHAR) ELSE CAST({sql} AS VARCHAR) END")
    return Cast(sql if cell.type == "VARCHAR" else f"CAST({sql} AS VARCHAR)")


def integer_cast(cell: Cell) -> Cast:
    """A BIGINT from a column of integers."""
    return Cast(cell.sql if cell.type == "BIGINT" else f"CAST({cell.sql} AS BIGINT)")


def timestamp_cast(cell: Cell, unit: str | None, *, bounded: bool = True) -> Cast:
    """A TIMESTAMP in UTC. `unit` is that of a column of numbers, see `unit_of`; None for times and ISO text.

    `bounded`: only 1990 to 2100 is accepted (numbers are held to it in any case).
    """
    sql, kind = cell.sql, cell.type
    before = f"{cell.made} < TIMESTAMP '1990-01-01' OR {cell.made} >= TIMESTAMP '2100-01-01'"
    outside = ((before, f"{cell.name} outside 1990-2100"),) if bounded else ()
    unparsed = (cell.lost, f"{cell.name} not parseable")
    if kind in TIMES:
        return Cast(_utc(sql, kind), outside)
    if unit == "date":
        text = f"trim({sql})" if kind == "VARCHAR" else f"CAST(TRY_CAST({sql} AS BIGINT) AS VARCHAR)"
        return Cast(f"CAST(try_strptime({text}, '%Y%m%d') AS TIMESTAMP)", (unparsed, *outside))
    if unit:
        return _epoch(cell, unit)
    if kind != "VARCHAR":
        raise wrong_type(cell, "time")
    possible = f"CASE WHEN NOT (length({sql}) > 19 AND regexp_matches({sql}, {IMPOSSIBLE_OFFSET})) THEN trim({sql}) END"
    zoned = f"make_timestamp(epoch_us(TRY_CAST({possible} AS TIMESTAMPTZ)))"
    plain = f"CASE WHEN {sql} LIKE {PLAIN} AND substr({sql}, -1) >= '0' THEN try_strptime({sql}, {PLAIN_FORMAT}) END"
    other = f"CASE WHEN regexp_full_match({sql}, {IN_UTC}) THEN TRY_CAST({sql} AS TIMESTAMP) ELSE {zoned} END"
    return Cast(f"coalesce({plain}, {other})", (unparsed, *outside))


def number_cast(cell: Cell) -> Cast:
    """A finite DOUBLE; true and false are 1 and 0."""
    infinite = (f"isinf({cell.made})", f"{cell.name} not finite")
    if cell.type == "VARCHAR":
        known = f"CASE WHEN {cell.sql} NOT IN ('nan', 'NaN', 'NAN', '-nan') THEN {cell.sql} END"
        return Cast(_parsed(cell, known), ((cell.lost, f"{cell.name} not a number"), infinite))
    if cell.type in FLOATS:
        return Cast(f"CAST({cell.sql} AS DOUBLE)", (infinite,))
    return Cast(f"CAST({cell.sql} AS DOUBLE)")


def propensity_cast(cell: Cell) -> Cast:
    """A probability; what is not in (0, 1] cannot be used, NaN included, nor what no weight 1 / p^2 can be told of."""
    nan = is_nan(cell.raw if cell.type in FLOATS else cell.made)
    outside = (f"{nan} OR NOT ({cell.made} > 0 AND {cell.made} <= 1)", f"{cell.name} outside (0, 1]")
    tiny = (f"{cell.made} < 1e-100", f"{cell.name} below 1e-100")
    if cell.type == "VARCHAR":
        return Cast(_parsed(cell, cell.sql), ((cell.lost, f"{cell.name} not a number"), outside, tiny))
    return Cast(cell.sql if cell.type == "DOUBLE" else f"CAST({cell.sql} AS DOUBLE)", (outside, tiny))


def position_cast(cell: Cell) -> Cast:
    """A rank, INTEGER from 1."""
    below = (f"{cell.made} < 1", f"{cell.name} below 1")
    if cell.type in INTEGERS:
        value = cell.sql if cell.type == "INTEGER" else f"TRY_CAST({cell.sql} AS INTEGER)"
        return Cast(value, (below, (cell.lost, f"{cell.name} not an integer")))
    number = f"TRY_CAST({cell.sql} AS DOUBLE)"
    whole = f"CASE WHEN NOT isnan({number}) AND {number} = round({number}) THEN TRY_CAST({number} AS INTEGER) END"
    return Cast(whole, (below, (cell.lost, f"{cell.name} not an integer")))


def flag_cast(cell: Cell) -> Cast:
    """A BOOLEAN from 0 and 1, or from true, t, yes, y and false, f, no, n."""
    sql, reason = cell.sql, f"{cell.name} not 0 or 1"
    if cell.type == "BOOLEAN":
        return Cast(sql)
    if cell.type == "VARCHAR":
        words = f"WHEN regexp_full_match({sql}, {TRUE}) THEN true WHEN regexp_full_match({sql}, {FALSE}) THEN false"
        return Cast(f"CASE WHEN {sql} = '0' THEN false WHEN {sql} = '1' THEN true {words} END", ((cell.lost, reason),))
    return Cast(f"CASE WHEN {sql} IN (0, 1) THEN {sql} = 1 END", ((cell.lost, reason),))


def _utc(sql: str, kind: str) -> str:
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"make_timestamp(epoch_us({sql}))"
    return sql if kind == "TIMESTAMP" else f"TRY_CAST({sql} AS TIMESTAMP)"


def _epoch(cell: Cell, unit: str) -> Cast:
    number = f"TRY_CAST({cell.sql} AS DOUBLE)" if cell.type == "VARCHAR" else cell.sql
    per_second = PER_SECOND[unit]
    inside = f"{number} >= {EARLIEST_SECOND * per_second} AND {number} < {LATEST_SECOND * per_second}"
    factor = 1_000_000 / per_second
    exact = f"{cell.sql} * {factor:.0f}" if factor >= 1 else f"({cell.sql} + 500) // 1000"
    micros = exact if cell.type == "BIGINT" else f"round({number} * {factor})"
    value = f"CASE WHEN {inside} THEN make_timestamp(CAST({micros} AS BIGINT)) END"
    outside = (cell.lost, f"{cell.name} outside 1990-2100")
    if cell.type != "VARCHAR":
        return Cast(value, (outside,))
    return Cast(
        value, ((f"{cell.lost} AND TRY_CAST({cell.raw} AS DOUBLE) IS NULL", f"{cell.name} not parseable"), outside)
    )


def _parsed(cell: Cell, text: str) -> str:
    words = f"CASE lower(trim({cell.sql})) WHEN 'true' THEN 1.0 WHEN 'false' THEN 0.0 END"
    return f"coalesce(TRY_CAST({text} AS DOUBLE), {words})"
