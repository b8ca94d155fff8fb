"""Tables by name, in Spark's own catalogue: what DuckDB says of the same rows as files."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from alike import differences_of, said
from drawn_logs import QUICK, ROWS, exposures, feedback, write

from auditor.cli.progress import Silent
from auditor.config import Settings
from auditor.opening import LogPaths
from auditor.report import to_json
from auditor.scan import scan

DECLARED = """
    model_id STRING, model_version CHAR(4), item_id DECIMAL(20, 0), timestamp TIMESTAMP, request_id CHAR(8),
    user_id VARCHAR(9), position SMALLINT, propensity DECIMAL(4, 3), policy STRING, country STRING
"""
HOURS_BEHIND = timedelta(hours=4)


@pytest.fixture
def made(spark):
    """Makes a table with a statement; it is dropped with the test."""
    names = []

    def make(name, statement):
        names.append(name)
        spark.sql(f"CREATE TABLE {name} {statement}")

    yield make
    for name in names:
        spark.sql(f"DROP TABLE {name}")


def assert_said_alike(folder, *tables):
    """What is said of the files of a folder, and of two tables."""
    of_files = scan(LogPaths((str(folder),)), Settings(select=QUICK), Silent())
    exposures, clicks = (f"table:{table}" for table in tables)
    logs = LogPaths((), exposures=(exposures,), feedback=(clicks,))
    of_tables = scan(logs, Settings(engine="spark", select=QUICK), Silent())
    assert [given.files for given in of_tables.inputs] == [(exposures,), (clicks,)]
    assert [given.rows_used for given in of_tables.inputs] == [given.rows_used for given in of_files.inputs]
    named = replace(of_tables, inputs=of_files.inputs)
    assert not list(differences_of(*(said(json.loads(to_json(one))) for one in (of_files, named))))


def test_tables_by_name(made, tmp_path):
    rng = np.random.default_rng(6)
    log = exposures(rng)
    write(tmp_path / "exposures", "part", log, parts=3)
    write(tmp_path / "clicks", "part", feedback(log, rng, "request_id"))
    for name in ("exposures", "clicks"):
        made(f"{name}_table", f"USING parquet LOCATION '{tmp_path / name}'")
    assert_said_alike(tmp_path, "default.exposures_table", "`clicks_table`")


def test_partitions_and_types_of_sql(spark, made, tmp_path):
    rng = np.random.default_rng(8)
    log = exposures(rng)
    log["request_id"] = [f"r{row // 3}" for row in range(ROWS)]
    log["item_id"] = [item * 3 + row % 3 for row, item in enumerate(log["item_id"])]
    in_utc = {**log, "timestamp": [time + HOURS_BEHIND for time in log["timestamp"]]}
    write(tmp_path / "local", "exposures", log)
    write(tmp_path / "utc", "exposures", in_utc)
    write(tmp_path / "utc", "clicks", feedback(in_utc, rng, "request_id"))

    spark.conf.set("spark.sql.session.timeZone", "America/New_York")
    try:
        made("sql_exposures", f"({DECLARED}) USING parquet PARTITIONED BY (country)")
        drawn = f"SELECT *, concat(policy, ' /%ü[]') FROM parquet.`{tmp_path / 'local'}`"
        spark.sql(f"INSERT INTO sql_exposures {drawn}")
        made("sql_clicks", f"USING parquet AS SELECT * FROM parquet.`{tmp_path / 'utc' / 'clicks-0.parquet'}`")
    finally:
        spark.conf.unset("spark.sql.session.timeZone")
    assert_said_alike(tmp_path / "utc", "sql_exposures", "sql_clicks")


def test_a_path_is_spelled_as_java_spells_it(spark):
    from auditor.spark.logs import _spellings  # noqa: PLC0415 - where there is no PySpark, the fixture says so

    every = "".join(map(chr, range(0x20, 0x7F))) + "üß€\u00a0\U0001f600"
    for path in (f"file:/lake/{every}", "file:///lake/country=a b%2F/part.parquet", "s3a://bucket/day=1/part.parquet"):
        assert spark.sparkContext._jvm.org.apache.hadoop.fs.Path(path).toUri().toString() in _spellings(path)
