"""Text logs are parsed once, into temporary Parquet files of canonical columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from auditor.ingest.lines import forget_rejects
from auditor.ingest.quoting import literal

BROKEN_LINES = """
SELECT
    CASE
        WHEN swallowed > 0 THEN 'malformed line'
        WHEN kind = 'MISSING COLUMNS' THEN 'too few columns'
        WHEN kind = 'TOO MANY COLUMNS' THEN 'too many columns'
        WHEN kind = 'INVALID ENCODING' THEN 'invalid UTF-8'
        WHEN kind = 'LINE SIZE OVER MAXIMUM' THEN 'line too long'
        ELSE 'malformed line'
    END AS reject_reason,
    'line ' || line || ': ' || message AS example,
    source_file
FROM (
    SELECT
        scans.file_path AS source_file,
        errors.line,
        arg_min(CAST(errors.error_type AS VARCHAR), coalesce(errors.column_idx, 0)) AS kind,
        arg_min(errors.error_message, coalesce(errors.column_idx, 0)) AS message,
        -- a quote that is never closed swallows lines, and each of them is a row that was not read
        max(CASE WHEN errors.error_type = 'UNQUOTED VALUE' THEN length(regexp_replace(trim(errors.csv_line, chr(10)),
            '[^\\n]', '', 'g')) + 1 ELSE 0 END) AS swallowed
    FROM ingest_rejects AS errors
    JOIN ingest_reject_scans AS scans ON errors.scan_id = scans.scan_id AND errors.file_id = scans.file_id
    GROUP BY scans.file_path, errors.scan_id, errors.file_id, errors.line
), range(greatest(swallowed, 1))
ORDER BY source_file, line
"""


def stage(role: str, selects: Sequence[str], connection: duckdb.DuckDBPyConnection, workspace: Path) -> tuple[str, ...]:
    """Writes what each SELECT gives, and the lines that were of the wrong shape, to Parquet in `workspace`.

    Returns the files written, in the order of the selects. Raises duckdb.Error for unreadable files.
    """
    forget_rejects(connection)
    files = [str(workspace / f"{role}-{number}.parquet") for number in range(len(selects))]
    with _in_order(connection):
        for file, select in zip(files, selects, strict=True):
            connection.execute(f"COPY ({select}) TO {literal(file)} (FORMAT parquet, COMPRESSION snappy)")
        if connection.execute("SELECT count(*) FROM ingest_rejects").fetchall()[0][0]:
            files.append(str(workspace / f"{role}-broken.parquet"))
            connection.execute(f"COPY ({BROKEN_LINES}) TO {literal(files[-1])} (FORMAT parquet)")
    forget_rejects(connection)
    return tuple(files)


@contextmanager
def _in_order(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Rows are written in the order of the lines, so that their numbers can be told."""
    before = connection.execute("SELECT current_setting('preserve_insertion_order')").fetchall()[0][0]
    connection.execute("SET preserve_insertion_order = true")
    try:
        yield
    finally:
        connection.execute(f"SET preserve_insertion_order = {str(before).lower()}")
