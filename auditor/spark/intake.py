"""Logs in, relations on the cluster out: what `ingest.read` does here, by the same statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import duckdb

from auditor.config import Settings
from auditor.ingest import Intake, Source, read
from auditor.spark.connection import NAMED, SparkConnection
from auditor.spark.logs import SparkLog, open_spark
from auditor.spark.places import places
from auditor.spark.session import session


@contextmanager
def reading(
    paths: Sequence[str],
    said: Mapping[str, Sequence[str]],
    settings: Settings,
    here: duckdb.DuckDBPyConnection,
) -> Iterator[Callable[[Path], Intake]]:
    """What reads the logs behind `paths` and those `said` by role; the cluster is there until the context ends.

    Rows stay on the cluster; what is counted of them comes to `here`.
    """
    sources = places(paths, **said)
    with session(settings) as spark, closing(SparkConnection(spark, here)) as connection:

        def opener(source: Source, _: duckdb.DuckDBPyConnection) -> SparkLog:
            return open_spark(source, connection)

        # All that the audit does with a connection is what this one takes.
        as_duckdb = cast("duckdb.DuckDBPyConnection", connection)
        yield lambda workspace: replace(read(sources, settings, as_duckdb, workspace, opener), named=NAMED)
