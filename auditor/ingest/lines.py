"""Text files as lines: the first one, or all of them uncut."""

from __future__ import annotations

import duckdb

from auditor.errors import AuditError
from auditor.ingest.files import shown
from auditor.ingest.quoting import literals

REJECTS = "store_rejects = true, rejects_table = 'ingest_rejects', rejects_scan = 'ingest_reject_scans'"


def lines_of(files: tuple[str, ...], *, hive: bool = False) -> str:
    """The FROM item with one row (line, source_file) a line; lines that are no UTF-8 go to `ingest_rejects`.

    The delimiter is a control character, which neither a header nor JSON may hold.
    """
    partitions = "hive_partitioning = true, hive_types_autocast = false" if hive else "hive_partitioning = false"
    return (
        f"read_csv({literals(files)}, auto_detect = false, header = false, columns = {{'line': 'VARCHAR'}},"
        f" delim = '\x01', quote = '', escape = '', filename = 'source_file',"
        f" {partitions}, {REJECTS})"
    )


def first_line(file: str, connection: duckdb.DuckDBPyConnection) -> str:
    """The first line of `file`; '' if there is none. Raises AuditError if it is no UTF-8."""
    forget_rejects(connection)
    found = connection.execute(f"SELECT line FROM {lines_of((file,))} LIMIT 1").fetchall()
    broken = connection.execute("SELECT count(*) FROM ingest_rejects WHERE line = 1").fetchall()[0][0]
    forget_rejects(connection)
    if broken:
        raise AuditError(
            f"{shown(file)} is not UTF-8 text.",
            "Convert it (iconv -f LATIN1 -t UTF-8, or -f UTF-16).",
        )
    return str(found[0][0] or "") if found else ""


def forget_rejects(connection: duckdb.DuckDBPyConnection) -> None:
    """Drops what the engine noted of broken lines so far."""
    connection.execute("DROP TABLE IF EXISTS ingest_rejects; DROP TABLE IF EXISTS ingest_reject_scans")
