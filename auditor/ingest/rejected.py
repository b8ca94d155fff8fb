"""Rows that were read and not used: counted under a reason, each with an example."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from auditor.errors import AuditError
from auditor.finding import Rejection
from auditor.ingest.files import shown
from auditor.ingest.quoting import printable
from auditor.ingest.rows import ROW_BITS, Rows

LONGEST = 200
OPEN_QUOTE, MEND = "unterminated quote", "Mend the log or the --map"
OPTIONAL = frozenset({"propensity", "position", "clicked", "reward", "score", "value"})


@dataclass(frozen=True)
class Count:
    """How many rows an input has, and which of them are not used, commonest reason first."""

    rows: int
    rejections: tuple[Rejection, ...]

    @property
    def bad(self) -> int:
        """Rows not used."""
        return sum(one.rows for one in self.rejections)


def count_rejected(view: str, rows: Rows, connection: duckdb.DuckDBPyConnection) -> Count:
    """A search for the first bad row, which the statistics of Parquet may answer; a pass over all if there is one."""
    total = int(connection.execute(f"SELECT count(*) FROM {view}").fetchall()[0][0])
    if not connection.execute(f"SELECT 1 FROM {view} WHERE reject_reason IS NOT NULL LIMIT 1").fetchall():
        return Count(total, ())
    found = connection.execute(
        "SELECT reject_reason, count(*), min(row_id), arg_min(source_file, row_id), arg_min(example, row_id)"
        f" FROM {view} WHERE reject_reason IS NOT NULL GROUP BY reject_reason ORDER BY count(*) DESC, reject_reason"
    ).fetchall()
    rejections = [
        Rejection(str(reason), int(count), _example(view, rows, int(row_id), file, example, connection))
        for reason, count, row_id, file, example in found
    ]
    return Count(total, tuple(rejections))


def example_of(view: str, rows: Rows, row_id: int, connection: duckdb.DuckDBPyConnection) -> str:
    """Where the row `row_id` is: file and row number."""
    file = connection.execute(f"SELECT source_file FROM {view} WHERE row_id = {row_id}").fetchall()[0][0]
    return _example(view, rows, row_id, file, None, connection)


def refuse_too_many(role: str, count: Count, allowed: float) -> None:
    """Raises AuditError if more than the share `allowed` of the rows are bad."""
    if count.bad <= allowed * count.rows:
        return
    worst = count.rejections[0]
    column = worst.reason.split()[0]
    leave_out = f"; leave the column out with --map {column}=none" if column in OPTIONAL else ""
    mend = "Close the quote at that line, or export the log again" if OPEN_QUOTE in worst.example else MEND
    allow = f"; or allow it with --max-bad-rows {more}" if (more := _above(count.bad / count.rows)) else ""
    raise AuditError(
        f"{count.bad:,} of {count.rows:,} rows of the {role} log cannot be used"
        f" ({count.bad / count.rows:.1%}; {allowed:.1%} are allowed)."
        f" Commonest reason: {worst.reason}, {worst.rows:,} rows, for example {worst.example}.",
        f"{mend}{leave_out}{allow}.",
    )


def _above(share: float) -> float | None:
    """`share` rounded up to a number that one would type; None where next to nothing would be left to audit."""
    return next((one for one in (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75) if share <= one), None)


def _example(
    view: str, rows: Rows, row_id: int, file: str | None, example: str | None, connection: duckdb.DuckDBPyConnection
) -> str:
    number = (row_id & ((1 << ROW_BITS) - 1)) + 1
    if file is None and rows.files:
        file = rows.files[min(row_id >> ROW_BITS, len(rows.files) - 1)]
    elif example is None or not example.startswith("line "):
        number = connection.execute(
            f"SELECT count(*) FROM {view} WHERE source_file = ? AND row_id <= ?", [file, row_id]
        ).fetchall()[0][0]
    if example and example.startswith("line "):
        return _cut(f"{shown(str(file))}, {example}")
    return _cut(f"{shown(str(file))}, row {number}" + (f": {example}" if example else ""))


def _cut(text: str) -> str:
    safe = printable(text)
    return safe if len(safe) <= LONGEST else safe[: LONGEST - 1] + "…"
