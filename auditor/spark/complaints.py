"""What Spark says when something fails, in one line and with what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from auditor.errors import AuditError
from auditor.ingest.quoting import printable

HINTS = {
    "table_or_view_not_found": "Check the name and its catalogue: spark.sql('SHOW TABLES IN catalog.schema').",
    "invalid_identifier": "Put back quotes around it: table:`my-catalog`.logs.exposures.",
    "path_not_found": "Check the path; it must be one that every worker can read.",
    "file_not_exist": "Check that every worker sees the files, at the same path.",
    "no filesystem for scheme": "Give Spark the package of that file system, such as hadoop-aws (spark.jars.packages).",
    "classnotfound": "Give Spark the package of that source (spark.jars.packages, or --packages of spark-submit).",
    "data_source_not_found": "Give Spark the package of that source (spark.jars.packages).",
    "maxresultsize": "Raise spark.driver.maxResultSize, or audit fewer models at a time.",
    "outofmemory": "Give the driver or the executors more memory, or audit fewer files at a time.",
    "cannot_merge_schemas": "Write the files with one type, or audit them apart.",
    "unsupported_time_type": "Leave the column out, or write it as text.",
    "not a parquet file": "The file is not Parquet, or is cut off: write it again.",
    "overflow": "Audit fewer files at a time.",
    "initial job has not accepted": "Start workers, or wait for some to be free.",
}
GONE = (
    "Mostly it has run out of memory: give it more with spark.driver.memory (spark-defaults.conf, or --conf of"
    " spark-submit), or with PYSPARK_SUBMIT_ARGS='--driver-memory 4g pyspark-shell'."
)


@contextmanager
def told(failed: str) -> Iterator[None]:
    """Turns what Spark raises into an AuditError that begins with what `failed`."""
    try:
        yield
    except (AuditError, KeyboardInterrupt):
        raise
    except Exception as error:
        if _is_gone(error):
            raise AuditError(f"{failed[0].upper()}{failed[1:]}: the driver of Spark is gone.", GONE) from error
        if not type(error).__module__.startswith(("pyspark", "py4j", "grpc")):
            raise
        said = _first_line(error)
        hint = next((hint for mark, hint in HINTS.items() if mark in str(error).lower()), "Look at the logs of Spark.")
        raise AuditError(f"{failed[0].upper()}{failed[1:]}: {said}", hint) from error


@contextmanager
def unless_gone() -> Iterator[None]:
    """For what is only tidied up: of a driver that is gone there is nothing left, and why it went is told elsewhere."""
    try:
        yield
    except Exception as error:
        if not _is_gone(error):
            raise


def _is_gone(error: Exception) -> bool:
    """Whether the socket to the driver is closed, or was while it was asked: Py4J then has an error and no trace."""
    kind, said = type(error).__name__, str(error)
    broken_off = kind == "Py4JError" and said.startswith("An error occurred") and "Trace" not in said
    return isinstance(error, ConnectionError) or kind == "Py4JNetworkError" or broken_off


def _first_line(error: Exception) -> str:
    """The first line that says something: of a Java exception its message, not its class."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return printable(next((line for line in lines if not line.startswith(("An error occurred", ":"))), lines[0])[:400])
