"""Text files as lines: the first one, or all of them uncut."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from auditor.errors import AuditError
from auditor.ingest.files import shown
from auditor.ingest.patterns import file_literals

NOT_UTF8 = "Convert it (iconv -f LATIN1 -t UTF-8, or -f UTF-16 -t UTF-8)."
REJECTS = "store_rejects = true, rejects_table = 'ingest_rejects', rejects_scan = 'ingest_reject_scans'"
# Not ignore_errors, which after an open quote leaves out more rows than were read.
RECOUNT = "store_rejects = true, rejects_table = 'ingest_recount', rejects_scan = 'ingest_recount_scans'"
# Only what is no UTF-8 is not counted as a line, and noted.
UNCUT = (
    "max_line_size = 100000000, store_rejects = true, rejects_table = 'ingest_odd', rejects_scan = 'ingest_odd_scans'"
)
ODD_LINES = """
    SELECT scans.file_path AS source_file, count(DISTINCT (errors.scan_id, errors.file_id, errors.line)) AS lines
    FROM ingest_odd AS errors JOIN ingest_odd_scans AS scans USING (scan_id, file_id) GROUP BY scans.file_path"""
# For a look at the first lines: by itself the engine reads, and unpacks, 32 MB. The longest line is 2 MB.
PEEK = "buffer_size = 4000000"
NOTED = (
    "ingest_rejects",
    "ingest_reject_scans",
    "ingest_recount",
    "ingest_recount_scans",
    "ingest_odd",
    "ingest_odd_scans",
)


def lines_of(files: tuple[str, ...], options: str = REJECTS, *, hive: bool = False) -> str:
    """The FROM item with one row (line, source_file) a line; lines that are no UTF-8 go to `ingest_rejects`.

    `options`: others for such lines, and for how the files are read. The delimiter is a control character, which
    neither a header nor JSON may hold.
    """
    partitions = "hive_partitioning = true, hive_types_autocast = false" if hive else "hive_partitioning = false"
    return (
        f"read_csv({file_literals(files)}, auto_detect = false, header = false, strict_mode = false,"
        f" columns = {{'line': 'VARCHAR'}}, delim = '\x01', quote = '', escape = '', filename = 'source_file',"
        f" {partitions}, {options})"
    )


def first_line(file: str, connection: duckdb.DuckDBPyConnection) -> str | None:
    """The first line of `file`, '' if it is blank, None if there is none. Raises AuditError if it is no UTF-8 text."""
    _refuse_parquet(file)
    try:
        line = _first(file, "ignore_errors = false", connection)
    except duckdb.InvalidInputException as error:
        if "unicode" in str(error) and "CSV Error on Line: 1\n" in str(error):
            raise AuditError(f"{shown(file)} is not UTF-8 text.", NOT_UTF8) from error
        line = _first(file, "ignore_errors = true", connection)
    if line and "\0" in line:
        raise AuditError(f"{shown(file)} is not UTF-8 text.", NOT_UTF8)
    return line


def _refuse_parquet(file: str) -> None:
    with suppress(OSError), Path(file).open("rb") as opened:
        if opened.read(4) == b"PAR1":
            raise AuditError(f"{shown(file)} looks like Parquet, not text.", "Rename it to end in .parquet.")


def _first(file: str, broken: str, connection: duckdb.DuckDBPyConnection) -> str | None:
    with in_order(connection):
        found = connection.execute(f"SELECT line FROM {lines_of((file,), f'{broken}, {PEEK}')} LIMIT 1").fetchall()
    return str(found[0][0] or "") if found else None


def forget_rejects(connection: duckdb.DuckDBPyConnection) -> None:
    """Drops what the engine noted of broken lines so far."""
    for table in NOTED:
        connection.execute(f"DROP TABLE IF EXISTS {table}")


@contextmanager
def in_order(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Rows come in the order of the lines: the first one is the first, and their numbers can be told."""
    before = connection.execute("SELECT current_setting('preserve_insertion_order')").fetchall()[0][0]
    connection.execute("SET preserve_insertion_order = true")
    try:
        yield
    finally:
        connection.execute(f"SET preserve_insertion_order = {str(before).lower()}")
