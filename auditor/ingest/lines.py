"""Text files as lines: the first one, or all of them uncut."""

from __future__ import annotations

import duckdb

from auditor.errors import AuditError
from auditor.ingest.files import shown
from auditor.ingest.quoting import literals

NOT_UTF8 = "Convert it (iconv -f LATIN1 -t UTF-8, or -f UTF-16 -t UTF-8)."
REJECTS = "store_rejects = true, rejects_table = 'ingest_rejects', rejects_scan = 'ingest_reject_scans'"


def lines_of(files: tuple[str, ...], broken: str = REJECTS, *, hive: bool = False) -> str:
    """The FROM item with one row (line, source_file) a line; lines that are no UTF-8 go to `ingest_rejects`.

    `broken`: other options for lines that are no UTF-8. The delimiter is a control character, which neither a header
    nor JSON may hold.
    """
    partitions = "hive_partitioning = true, hive_types_autocast = false" if hive else "hive_partitioning = false"
    return (
        f"read_csv({literals(files)}, auto_detect = false, header = false, columns = {{'line': 'VARCHAR'}},"
        f" delim = '\x01', quote = '', escape = '', filename = 'source_file', {partitions}, {broken})"
    )


def first_line(file: str, connection: duckdb.DuckDBPyConnection) -> str | None:
    """The first line of `file`, '' if it is blank, None if there is none. Raises AuditError if it is no UTF-8."""
    try:
        return _first(file, "ignore_errors = false", connection)
    except duckdb.InvalidInputException as error:
        if "unicode" in str(error) and "CSV Error on Line: 1\n" in str(error):
            raise AuditError(f"{shown(file)} is not UTF-8 text.", NOT_UTF8) from error
        return _first(file, "ignore_errors = true", connection)


def _first(file: str, broken: str, connection: duckdb.DuckDBPyConnection) -> str | None:
    found = connection.execute(f"SELECT line FROM {lines_of((file,), broken)} LIMIT 1").fetchall()
    return str(found[0][0] or "") if found else None


def forget_rejects(connection: duckdb.DuckDBPyConnection) -> None:
    """Drops what the engine noted of broken lines so far."""
    connection.execute("DROP TABLE IF EXISTS ingest_rejects; DROP TABLE IF EXISTS ingest_reject_scans")
