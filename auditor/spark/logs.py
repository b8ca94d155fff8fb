"""Logs that a cluster reads: Parquet files and tables, opened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pyarrow as pa
from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as f
from pyspark.sql.types import DataType, StructField

from auditor.errors import AuditError
from auditor.ingest import Source
from auditor.ingest.files import shown
from auditor.ingest.scans import Column as Given
from auditor.ingest.scans import Scan
from auditor.spark.complaints import told
from auditor.spark.connection import SparkConnection
from auditor.spark.places import TABLE

TYPES = {
    "tinyint": "TINYINT", "smallint": "SMALLINT", "int": "INTEGER", "bigint": "BIGINT", "float": "FLOAT",
    "double": "DOUBLE", "boolean": "BOOLEAN", "string": "VARCHAR", "binary": "VARCHAR", "date": "DATE",
    "timestamp": "TIMESTAMP WITH TIME ZONE", "timestamp_ntz": "TIMESTAMP",
}  # fmt: skip
NESTED = {"array": "VARCHAR[]", "map": "MAP", "struct": "STRUCT", "variant": "VARIANT"}
FILE, ROW, INDEX = "audit_file", "file_row_number", "file_index"
# Where a row is: of files and Delta Lake, and of Iceberg.
PLACES = (("_metadata.file_path", "_metadata.row_index"), ("_file", "_pos"))
# Where Spark keeps that a column was declared CHAR(n): its type is a string.
DECLARED = "__CHAR_VARCHAR_TYPE_STRING"
# What is not in a URI of Java's.
ILLEGAL = re.compile(r"[^\w.!~*'():@&=+$,;/\-\x80-\U0010ffff]|[\x80-\x9f\s]")


@dataclass(frozen=True)
class SparkLog:
    """A log as a relation on the cluster. `types` are those of DuckDB."""

    source: Source
    types: Mapping[str, str]
    relation: str
    first_line: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' own names."""
        return tuple(self.types)

    def scans(self, wanted: Sequence[str]) -> tuple[Scan, ...]:
        """One scan over all of it."""
        columns = {name: Given(_read(self.names.index(name), self.types[name]), self.types[name]) for name in wanted}
        return (Scan(self.relation, columns),)


def open_spark(source: Source, connection: SparkConnection) -> SparkLog:
    """Opens a log. Raises AuditError for tables, paths and files that the cluster cannot read."""
    name = shown(source.files[0].removeprefix(TABLE))
    with told(f"the {source.role} log cannot be read ({name})"):
        frame = _frame(source, connection)
        known = [column for column in frame.schema if column.dataType.typeName() != "void"]
        source, frame = _placed(source, frame, list(map(_column, known)), connection)
    relation = f"ingest_log_{source.role}"
    connection.add(relation, frame)
    return SparkLog(source, {column.name: _type(column.dataType) for column in known}, relation)


def _frame(source: Source, connection: SparkConnection) -> DataFrame:
    if source.format == "table":
        if len(source.files) > 1:
            raise AuditError(
                f"The {source.role} log is {len(source.files)} tables.", "Save them as one, and name that."
            )
        return connection.spark.table(source.files[0].removeprefix(TABLE))
    reader = connection.spark.read.option("mergeSchema", "true")
    if source.hive:
        reader = reader.option("basePath", _above_partitions(source.files[0]))
    return reader.parquet(*source.files)


def _above_partitions(file: str) -> str:
    """The folder whose sub-folders are columns."""
    parts = file.split("/")
    return "/".join(parts[: next(place for place, part in enumerate(parts) if "=" in part)])


def _type(kind: DataType) -> str:
    """The type as DuckDB calls it."""
    name = kind.simpleString()
    if name.startswith("decimal"):
        return name.upper()
    if name.startswith(("char(", "varchar(")):
        return "VARCHAR"
    return TYPES.get(name) or NESTED.get(kind.typeName()) or name.upper()


def _read(place: int, kind: str) -> str:
    return f"CAST(c{place} AS TIMESTAMP)" if kind == "TIMESTAMP" else f"c{place}"


def _column(column: StructField) -> Column:
    """As it is said to be: the blanks at the end of a CHAR are none of its value."""
    kind = column.metadata.get(DECLARED, column.dataType.simpleString())
    value = f.col(f"`{column.name.replace('`', '``')}`")
    return f.rtrim(value.cast("string")) if kind.startswith("char(") else value


def _placed(
    source: Source, frame: DataFrame, columns: Sequence[Column], connection: SparkConnection
) -> tuple[Source, DataFrame]:
    """`columns` by their place, with the number of each row's file and of the row in it; and the files so numbered."""
    place = next((one for one in PLACES if _has(frame, one)), None)
    if place is None:
        raise AuditError(
            f"The rows of {shown(source.files[0])} have no numbers, so that copies could not be told apart: it is a"
            " view, or a table in another format than Parquet, Delta Lake and Iceberg.",
            "Name the table behind it, or save it as one (CREATE TABLE ... AS SELECT).",
        )
    files = _files(source, _listed(source, frame, place, connection))
    numbers = {spelled: number for number, file in enumerate(files) for spelled in _spellings(file)}
    named = pa.table({FILE: list(numbers), INDEX: list(numbers.values())})
    # Grouped, it is known to have a row a file: where nobody asks for the number, Spark leaves the join out.
    numbered = connection.spark.createDataFrame(named).groupBy(FILE).agg(f.max(INDEX).alias(INDEX))
    values = (column.alias(f"c{number}") for number, column in enumerate(columns))
    rows = frame.select(*values, f.col(place[0]).alias(FILE), f.col(place[1]).alias(ROW))
    unknown = f.raise_error(f.concat(f.lit("a file appeared while the log was read: "), f.col(FILE)))
    placed = rows.join(f.broadcast(numbered), FILE, "left").withColumn(INDEX, f.coalesce(f.col(INDEX), unknown))
    return (source if source.format == "table" else replace(source, files=tuple(files.values()))), placed


def _has(frame: DataFrame, place: tuple[str, str]) -> bool:
    try:
        return len(frame.select(*place).schema) == len(place)
    except AnalysisException:
        return False


def _listed(source: Source, frame: DataFrame, place: tuple[str, str], connection: SparkConnection) -> list[str]:
    """The files of a log as Spark names them; Iceberg keeps a table of them."""
    if place == PLACES[0]:
        return list(frame.inputFiles())
    table = connection.spark.table(f"{source.files[0].removeprefix(TABLE)}.files")
    return [str(row[0]) for row in table.select("file_path").collect()]


def _files(source: Source, listed: Iterable[str]) -> dict[str, str]:
    """The files as Spark names them, in order, and as they were named to us."""
    ours = {_path(file): (number, file) for number, file in enumerate(source.files)}
    named = {file: ours.get(_path(file), (0, file)) for file in listed}
    return {file: name for file, (_, name) in sorted(named.items(), key=lambda item: (item[1][0], item[0]))}


def _spellings(file: str) -> tuple[str, ...]:
    """A file as it is listed, and as rows name it: by a URI of Java's, though Delta Lake lists paths."""
    plain = (file, file.replace("file:///", "file:/", 1))
    return (*plain, *(ILLEGAL.sub(lambda found: quote(found[0]), one) for one in plain))


def _path(file: str) -> str:
    """What makes a name of ours and a URI of Spark's one file on this machine."""
    url = urlsplit(file)
    return str(Path(unquote(url.path) if url.scheme == "file" else file).absolute())
