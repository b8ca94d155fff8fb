"""What a person pointed at, opened in the engine that was asked for."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from auditor.config import Settings, memory_for_the_engine, threads_for_the_engine
from auditor.errors import AuditError
from auditor.ingest import Intake, locate, read

if TYPE_CHECKING:
    from auditor.rollup import Progress

Reading = Callable[[Path], Intake]
Engine = Callable[["LogPaths", Settings, duckdb.DuckDBPyConnection], AbstractContextManager[Reading]]


@dataclass(frozen=True)
class LogPaths:
    """What a person pointed at: `paths` go by convention, the others by their role."""

    paths: tuple[str, ...] = ()
    exposures: tuple[str, ...] = ()
    feedback: tuple[str, ...] = ()
    catalogue: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()

    @property
    def said(self) -> dict[str, tuple[str, ...]]:
        """The paths whose role was said, by role."""
        return {role: getattr(self, role) for role in ("exposures", "feedback", "catalogue", "metrics")}


@contextmanager
def opened(logs: LogPaths, settings: Settings, progress: Progress) -> Iterator[Intake]:
    """The logs as relations of the engine that was asked for; they are gone when the context ends."""
    engine = _engine(settings)
    with tempfile.TemporaryDirectory(prefix="auditor-") as workspace, duckdb.connect() as connection:
        _tune(connection, settings, Path(workspace))
        with engine(logs, settings, connection) as reading:
            with progress.phase("reading", connection):
                intake = reading(Path(workspace))
            yield intake


def _engine(settings: Settings) -> Engine:
    if settings.engine == "spark":
        return _spark
    for name in ("spark_master", "spark_remote"):
        if settings.sources.get(name, "").startswith("--"):
            raise AuditError(f"{settings.sources[name]} is not used: DuckDB counts the log.", "Add --engine spark.")
    return _duckdb


@contextmanager
def _duckdb(logs: LogPaths, settings: Settings, connection: duckdb.DuckDBPyConnection) -> Iterator[Reading]:
    sources = locate(logs.paths, **logs.said)
    yield lambda workspace: read(sources, settings, connection, workspace)


@contextmanager
def _spark(logs: LogPaths, settings: Settings, connection: duckdb.DuckDBPyConnection) -> Iterator[Reading]:
    try:
        from auditor.spark import reading  # noqa: PLC0415 - the base install is without it
    except ImportError as error:
        hint = "pip install 'auditor[spark]'; for Spark Connect also 'pyspark[connect]'."
        raise AuditError(f"--engine spark needs PySpark and sqlglot: {error}.", hint) from error
    with reading(logs.paths, logs.said, settings, connection) as reader:
        yield reader


def _tune(connection: duckdb.DuckDBPyConnection, settings: Settings, workspace: Path) -> None:
    wishes = {
        "TimeZone": "UTC",
        "enable_progress_bar": False,  # in a notebook the engine would draw its own
        "preserve_insertion_order": False,
        "parquet_metadata_cache": True,
        "temp_directory": str(workspace / "spill"),
        "memory_limit": settings.memory_limit or memory_for_the_engine(),
        "threads": settings.threads or threads_for_the_engine(),
    }
    for name, value in wishes.items():
        if value is None:
            continue
        try:
            connection.execute(f"SET {name} = ?", [value])
        except duckdb.Error as error:
            message = f"{name.replace('_', ' ')} {value!r} is not understood: {str(error).splitlines()[0]}"
            raise AuditError(message, "write --memory-limit 2GB, --threads 2") from error
    _keep_memory(connection)


def _keep_memory(connection: duckdb.DuckDBPyConnection) -> None:
    """Blocks that were used once are used again: to give them back and ask for others costs the system more.

    No more than the engine may use; a limit above what the engine can reserve is refused, and not needed.
    """
    (limit,) = connection.execute("SELECT current_setting('memory_limit')").fetchall()[0]
    with suppress(duckdb.Error):
        connection.execute("SET block_allocator_memory = ?", [limit])
