"""One connection over two engines: what reads rows of the log runs on the cluster, what reads counts runs here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import duckdb
import pyarrow as pa
import sqlglot
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f
from sqlglot import exp

from auditor.spark.complaints import told, unless_gone
from auditor.spark.dialect import to_spark
from auditor.spark.parts import parted, tables

# Rows of the log, and what has a row for many of them: these never leave the cluster.
STAYING = frozenset(
    {
        "exposures", "exposures_read", "feedback", "feedback_read", "attributed", "second_feedback",
        "shown_counts", "answered", "user_rows", "user_sample",
    }
)  # fmt: skip
OF_INGEST = "ingest_"
# Where an outcome goes by a hash of the cluster's own.
HASHED = frozenset({"user_rows", "user_sample"})
# Needed on both sides, and too large to be sent back.
BOTH = frozenset({"catalogue", "organic"})
OUTCOME = "item"
# What a hash in a table of counts was made of.
MADE_OF = {"names": ("model_id", "model_version")}
# Read again and again: kept there, though for DuckDB it is a view.
KEPT = "feedback"
NAMED = "shown_outcomes"
"""The local table with the name of every outcome that was shown."""


@dataclass(frozen=True)
class Answer:
    """Rows of a query that ran on the cluster."""

    rows: Sequence[tuple[Any, ...]]

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All of them."""
        return list(self.rows)


@dataclass
class SparkConnection:
    """Takes the audit's statements as DuckDB does, in its dialect.

    A statement that reads a relation that stays on the cluster runs there, translated; whatever counts it needs from
    here are sent. What it makes, if it is a count, comes here at once. All other statements run `here`.
    """

    spark: SparkSession
    here: duckdb.DuckDBPyConnection
    _there: dict[str, DataFrame] = field(default_factory=dict)
    _cached: list[DataFrame] = field(default_factory=list)
    _names: Iterator[str] = field(default_factory=lambda: map(f"{OF_INGEST}part_{{}}".format, count()))

    def execute(self, statement: str, parameters: object = None) -> duckdb.DuckDBPyConnection | Answer:
        """Runs statements on the engine that they need."""
        trees = [tree for tree in sqlglot.parse(statement, read="duckdb") if tree is not None]
        if not any(_stays(name) for tree in trees for name in _reads(tree)):
            self._forget(trees)
            return self.here.execute(statement, parameters)
        answer = Answer(())
        for tree in trees:
            with told("the cluster could not count it"):
                answer = self._run(tree)
        return answer

    def executemany(self, statement: str, rows: object) -> duckdb.DuckDBPyConnection:
        """Runs a statement here, once for each of `rows`."""
        return self.here.executemany(statement, rows)

    def sql(self, query: str) -> duckdb.DuckDBPyRelation:
        """A relation over counts."""
        return self.here.sql(query)

    def query_progress(self) -> float:
        """Not known of a cluster."""
        return -1.0

    def add(self, name: str, frame: DataFrame) -> None:
        """Makes `frame` the relation `name` on the cluster."""
        frame.createOrReplaceTempView(name)
        self._there[name] = frame

    def close(self) -> None:
        """Frees what was kept in the memory of the cluster."""
        self._free(0)

    def _run(self, tree: exp.Expr) -> Answer:
        match tree:
            case exp.Create():
                self._create(tree)
            case exp.Drop():
                self._drop(*_reads(tree))
            case exp.Alter():
                self.add(tree.args["actions"][0].this.name, self._there[tree.this.name])
                self._drop(tree.this.name)
            case _:
                return Answer([tuple(row) for row in self._counted(tree).collect()])
        return Answer(())

    def _create(self, tree: exp.Create) -> None:
        name, before = tree.this.name, len(self._cached)
        # What comes here is put in order here: the cluster has names where hashes will be.
        order = None if _stays(name) else tree.expression.args.pop("order", None)
        frame = self._counted(tree.expression, named=name not in HASHED)
        if _stays(name) or name in BOTH:
            self.add(name, self._kept(frame) if tree.kind == "TABLE" or name == KEPT else frame)
        if not _stays(name):
            self._fetch(name, self._there.get(name, frame), order.sql("duckdb") if order else "")
            self._free(before)

    def _kept(self, frame: DataFrame) -> DataFrame:
        self._cached.append(frame.persist())
        return self._cached[-1]

    def _free(self, first: int) -> None:
        """Frees what was kept since there were `first` of them."""
        for frame in self._cached[first:]:
            with unless_gone():
                frame.unpersist()
        del self._cached[first:]

    def _drop(self, name: str) -> None:
        """Forgets the name alone: to drop the view would free what others are still made of."""
        self._there.pop(name, None)

    def _counted(self, query: exp.Expr, *, named: bool = True) -> DataFrame:
        """What a query gives; a part of it that is read more than once is counted once.

        Spark would count it again wherever it is read, and would not know again what is kept of a query with parts.
        """
        parts, rest = parted(query, self._names)
        for part in parts:
            frame = self._asked(part.query, named=named)
            frame = frame.toDF(*part.columns) if part.columns else frame
            again = part.read > 1 and any(map(_stays, _reads(part.query)))
            self.add(part.name, self._kept(frame) if again else frame)
        return self._asked(rest, named=named)

    def _asked(self, query: exp.Expr, *, named: bool) -> DataFrame:
        for name in _reads(query):
            if name not in self._there:
                self._send(name)
        return self.spark.sql(to_spark(query, named=named))

    def _send(self, name: str) -> None:
        """Sends a table of counts. A hash made here would match nothing there: it is made anew, or left out."""
        table = self.here.sql(f"FROM {name}").to_arrow_table()
        hashed = [column.name for column in table.schema if column.type == pa.uint64()]
        frame = self.spark.createDataFrame(table.drop_columns(hashed))
        made = {key: f.xxhash64(*columns) for key, columns in MADE_OF.items() if key in hashed}
        self.add(name, frame.withColumns(made) if made else frame)

    def _fetch(self, name: str, frame: DataFrame, order: str) -> None:
        """Brings a table of counts here, with the hashes of its outcomes, by which it may be put in order."""
        arrived = _without_zone(frame.toArrow())
        self.here.register("arrived", arrived)
        hashed = f" REPLACE (hash({OUTCOME}) AS {OUTCOME})" if OUTCOME in arrived.column_names else ""
        self.here.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT *{hashed} FROM arrived {order}")
        if name == "outcome_counts":
            self.here.execute(f"CREATE OR REPLACE TABLE {NAMED} AS SELECT DISTINCT {OUTCOME} AS item_id FROM arrived")
        self.here.unregister("arrived")

    def _forget(self, trees: Sequence[exp.Expr]) -> None:
        """What is made anew here is sent anew."""
        for tree in trees:
            if isinstance(tree, exp.Create):
                self._drop(tree.this.name)


def _stays(name: str) -> bool:
    return name in STAYING or name.startswith(OF_INGEST)


def _reads(tree: exp.Expr) -> Iterator[str]:
    """The relations that a statement reads; of a DROP or a RENAME, the one that it is about."""
    made = {cte.alias for cte in tree.find_all(exp.CTE)}
    if isinstance(tree, exp.Create) and tree.expression is not None:
        tree = tree.expression
    return (table.name for table in tables([tree]) if table.name not in made)


def _without_zone(table: pa.Table) -> pa.Table:
    """Times are in UTC everywhere, and say so nowhere."""
    plain = [
        column.with_type(pa.timestamp("us")) if pa.types.is_timestamp(column.type) else column
        for column in table.schema
    ]
    return table.cast(pa.schema(plain))
