"""From a table in the engine to a frame."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import polars as pl


@dataclass(frozen=True)
class ArrowStream:
    """A relation as nothing but an Arrow stream.

    DuckDB's own conversion would load pyarrow and numpy for it; and polars remembers the types that it was given, which
    must not be DuckDB's: its module could then not be unloaded, and says so on stderr.
    """

    relation: duckdb.DuckDBPyRelation

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The Arrow C stream interface."""
        return self.relation.__arrow_c_stream__(requested_schema)


def frame_of(table: str, connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The rows of `table`, in no particular order. What the engine counts narrow is widened: its sums would wrap."""
    return pl.DataFrame(ArrowStream(connection.sql(f"FROM {table}"))).cast({pl.Int32: pl.Int64})
