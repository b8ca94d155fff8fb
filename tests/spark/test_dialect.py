"""The SQL of the audit means on Spark what it means here, or is refused."""

from __future__ import annotations

from importlib.resources import files

import duckdb
import pytest
import sqlglot

from auditor.errors import AuditError
from auditor.rollup import ROLLUPS
from auditor.spark.connection import BOTH, STAYING
from auditor.spark.dialect import to_spark


def translated(query, **options):
    return to_spark(sqlglot.parse_one(query, read="duckdb"), **options)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT quantile_cont(x, 0.5) FROM t",
        "SELECT epoch_ms(x) FROM t",
        "SELECT epoch(x) FROM t",
        "SELECT list_sum(x) FROM t",
        "SELECT log10(x) FROM t",
        "SELECT date_trunc('week', x) FROM t",
        "SELECT regexp_matches(x, 'a', 'i') FROM t",
        "SELECT try_strptime(x, '%d.%m.%Y') FROM t",
        "SELECT x[-1] FROM t",
        "SELECT a.x FROM a ASOF JOIN b ON a.t >= b.t",
    ],
)
def test_what_is_not_known_to_mean_the_same_is_refused(query):
    with pytest.raises(AuditError, match="No meaning on Spark is known for"):
        translated(query)


def test_an_outcome_keeps_its_name_until_it_arrives():
    assert translated("SELECT hash(item_id) AS item FROM t") == "SELECT item_id AS item FROM t"
    assert translated("SELECT hash(item_id) AS item FROM t", named=False) == "SELECT XXHASH64(item_id) AS item FROM t"
    assert translated("SELECT hash(a, b) FROM t") == "SELECT XXHASH64(a, b) FROM t"


def test_nested_calls_are_translated_at_every_depth():
    made = translated("SELECT make_timestamp(epoch_us(CAST(x AS TIMESTAMP)) // 1000 * 1000) FROM t")
    assert made == "SELECT TIMESTAMP_MICROS(UNIX_MICROS(CAST(x AS TIMESTAMP)) DIV 1000 * 1000) FROM t"


def test_the_whole_part_of_any_number(spark):
    query = (
        "SELECT trunc(a) = a AS x FROM (VALUES (1.5e0), (-2.5e0), (-0.5e0), (7e0), (1e22), (-1e300), (NULL)) AS t(a)"
    )
    counted = [tuple(row) for row in spark.sql(translated(query)).collect()]
    assert counted == duckdb.sql(query).fetchall()


def test_by_zero_is_divided_as_floats_are(spark):
    query = "SELECT a / b AS x, 1 / (c * c) AS y FROM (VALUES (1, 0, 1e-200), (-1, 0, 0.5), (0, 0, 2), (NULL, 0, 1),"
    query += " (1, NULL, NULL), (3, 2, 1e-170)) AS t(a, b, c)"
    counted = [tuple(row) for row in spark.sql(translated(query)).collect()]
    assert repr(counted) == repr(duckdb.sql(query).fetchall())
    assert "inf" in repr(counted)
    assert "nan" in repr(counted)


@pytest.mark.parametrize("name", ROLLUPS)
def test_every_rollup_that_reads_the_log_is_translated(name):
    text = files("auditor.rollup").joinpath(f"{name}.sql").read_text(encoding="utf-8")
    tree = sqlglot.parse_one(text.replace("{", "_").replace("}", "_"), read="duckdb")
    if {table.name for table in tree.find_all(sqlglot.exp.Table)} & (STAYING | BOTH):
        assert to_spark(tree)
