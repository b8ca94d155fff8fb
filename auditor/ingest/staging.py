"""Text logs are parsed once, into temporary Parquet files of canonical columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import duckdb

from auditor.ingest.line_ends import counting
from auditor.ingest.lines import ODD_LINES, forget_rejects, in_order
from auditor.ingest.patterns import file_literals
from auditor.ingest.quoting import literal
from auditor.ingest.scans import UNSAID, Scan

ROWS = """
    SELECT {} AS source_file, CAST(sum(rows) AS BIGINT) AS lines
    FROM (SELECT source_file, file_index, count(*) AS rows FROM read_parquet({}) GROUP BY ALL) GROUP BY ALL"""
NO_LINES = "SELECT '' AS source_file, 0 AS lines LIMIT 0"
LEFT_OVER = """
    SELECT source_file, ingest_unread.lines - coalesce(used.lines, 0) AS lines
    FROM ingest_unread LEFT JOIN ({}) AS used USING (source_file)"""
BROKEN_LINES = """
WITH broken AS (
    SELECT
        CASE arg_min(CAST(errors.error_type AS VARCHAR), coalesce(errors.column_idx, 0))
            WHEN 'MISSING COLUMNS' THEN 'too few columns'
            WHEN 'TOO MANY COLUMNS' THEN 'too many columns'
            WHEN 'INVALID ENCODING' THEN 'invalid UTF-8'
            WHEN 'LINE SIZE OVER MAXIMUM' THEN 'line too long'
            ELSE 'malformed line'
        END AS reject_reason,
        'line ' || errors.line || ': ' || arg_min(errors.error_message, coalesce(errors.column_idx, 0)) AS example,
        scans.file_path AS source_file,
        errors.line
    FROM ingest_rejects AS errors
    JOIN ingest_reject_scans AS scans ON errors.scan_id = scans.scan_id AND errors.file_id = scans.file_id
    GROUP BY scans.file_path, errors.scan_id, errors.file_id, errors.line
), swallowed AS (
    SELECT
        unread.source_file,
        coalesce(arg_min(example, (reject_reason <> 'malformed line', line)),
            'line unknown: lines were swallowed by an unterminated quote') AS example,
        coalesce(arg_min(line, (reject_reason <> 'malformed line', line)), 0) AS line,
        any_value(unread.lines) - count(broken.line) AS lines
    FROM ingest_unread AS unread LEFT JOIN broken ON broken.source_file = unread.source_file
    GROUP BY unread.source_file
)
SELECT reject_reason, example, source_file FROM (
    FROM broken
    UNION ALL
    SELECT 'malformed line', example, source_file, line
    FROM swallowed, range(CAST(greatest(swallowed.lines, 0) AS BIGINT))
)
ORDER BY source_file, line
"""


def stage(
    role: str, selects: Sequence[str], scans: Sequence[Scan], connection: duckdb.DuckDBPyConnection, workspace: Path
) -> tuple[str, ...]:
    """Writes what each SELECT gives, and the lines that no row was made of, to Parquet in `workspace`.

    Returns the files written, in the order of the selects. Raises duckdb.Error for unreadable files.
    """
    forget_rejects(connection)
    files = [str(workspace / f"{role}-{number}.parquet") for number in range(len(selects))]
    lined = [file for scan in scans for file in scan.files]
    threads = int(connection.execute("SELECT current_setting('threads')").fetchall()[0][0])
    with in_order(connection), counting(lined, threads) as line_ends:
        for file, select in zip(files, selects, strict=True):
            connection.execute(f"COPY ({select}) TO {literal(file)} (FORMAT parquet, COMPRESSION snappy)")
        if not _is_whole(files, scans, line_ends, connection) and _lacks_lines(files, scans, connection):
            files.append(str(workspace / f"{role}-broken.parquet"))
            connection.execute(f"COPY ({BROKEN_LINES}) TO {literal(files[-1])} (FORMAT parquet)")
    forget_rejects(connection)
    return tuple(files)


def file_of(scans: Sequence[Scan]) -> str:
    """SQL of the file that a staged row is from: the only one of its scan, which is not written with each row."""
    only = [literal(scan.files[0]) if scan.file == UNSAID else UNSAID for scan in scans]
    return f"coalesce(source_file, [{', '.join(only)}][CAST(file_index AS BIGINT) + 1])"


def _is_whole(
    files: Sequence[str],
    scans: Sequence[Scan],
    line_ends: Callable[[], Mapping[str, int | None]],
    connection: duckdb.DuckDBPyConnection,
) -> bool:
    """Whether no line is noted, and all line ends but that of the header gave rows.

    Where they did not (blank lines, values of several lines, other archives) nothing is lost as yet.
    """
    if connection.execute("SELECT 1 FROM ingest_rejects LIMIT 1").fetchall():
        return False
    rows = dict(connection.execute(ROWS.format(file_of(scans), file_literals(files))).fetchall())
    return all(ends == rows.get(file, 0) + 1 for file, ends in line_ends().items())


def _lacks_lines(files: Sequence[str], scans: Sequence[Scan], connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether lines were left out; `ingest_unread` then says how many of each file.

    An open quote swallows lines, up to the end of the file. The engine notes one of them, or (many files) none.
    """
    lines = " UNION ALL ".join(scan.lines for scan in scans if scan.lines) or NO_LINES
    connection.execute(f"CREATE OR REPLACE TEMP TABLE ingest_unread AS {lines}")
    if any(scan.lines for scan in scans):
        connection.execute(
            f"UPDATE ingest_unread SET lines = ingest_unread.lines + odd.lines FROM ({ODD_LINES}) AS odd"
            " WHERE odd.source_file = ingest_unread.source_file"
        )
    left_over = LEFT_OVER.format(ROWS.format(file_of(scans), file_literals(files)))
    short = connection.execute(f"SELECT count(*) FROM ({left_over}) WHERE lines > 0").fetchall()[0][0]
    if short:
        used = " UNION ALL ".join(scan.used for scan in scans if scan.used)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE ingest_unread AS {LEFT_OVER.format(used)}")
    noted = connection.execute("SELECT count(*) FROM ingest_rejects").fetchall()[0][0]
    return bool(short or noted)
