"""Retrains side by side, of tables so large that several threads make and read them, against a join."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest

from auditor.cli.progress import Silent
from auditor.config import Settings
from auditor.ingest import locate, read
from auditor.rollup import Rollups

MODELS, RETRAINS, ROWS = 3, 4, 600_000
LOG = f"""
    SELECT
        'm' || (hash(i, 'model') % {MODELS}) AS model_id,
        'v' || (i * {RETRAINS} // {ROWS}) AS model_version,
        hash(i, 'item') % 120_000 AS item_id,
        TIMESTAMP '2026-03-01' + to_seconds(i) AS "timestamp",
        hash(i, 'user') % 5_000 AS user_id
    FROM range({ROWS}) AS rows(i)
    WHERE NOT (hash(i, 'item') % 7 = 0 AND i * {RETRAINS} // {ROWS} IN (1, 3))"""
COUNTS = ["exploit", "exploit_a"]
AFTER = {"exploit": "after", "exploit_a": "after_a"}
BEFORE = {"exploit": "before", "exploit_a": "before_a"}


@pytest.fixture(scope="module", params=[1, 4])
def counted(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("log")
    with duckdb.connect(config={"threads": request.param}) as connection:
        connection.execute(f"COPY ({LOG}) TO '{folder}/exposures.parquet' (ROW_GROUP_SIZE 20_000)")
        connection.execute("SET preserve_insertion_order = false")
        rollups = Rollups(read(locate([str(folder)]), Settings(), connection, folder), Silent())
        yield rollups.frame("outcomes"), rollups.frame("pairs")


def beside(outcomes: pl.DataFrame, earlier: int, later: int) -> pl.DataFrame:
    before, after = (outcomes.filter(retrain=which).select("model", "item", *COUNTS) for which in (earlier, later))
    return (
        before.rename(BEFORE)
        .join(after.rename(AFTER), on=["model", "item"], how="full", coalesce=True)
        .with_columns(pl.col(*BEFORE.values(), *AFTER.values()).fill_null(0), earlier=pl.lit(earlier), retrain=later)
    )


def test_pairs_are_what_a_join_of_retrains_gives(counted):
    outcomes, pairs = counted
    assert outcomes.height > 3 * 122_880  # rows that the engine keeps together
    joined = [beside(outcomes, *both) for both in ((0, 1), (1, 2), (2, 3), (0, 3))]
    keys = ["model", "retrain", "earlier", *BEFORE.values(), *AFTER.values()]
    expected = pl.concat([one.cast({"earlier": pl.Int64, "retrain": pl.Int64}) for one in joined])
    expected = expected.group_by(keys).len("outcomes").sort(keys)
    found = pairs.group_by(keys).agg(pl.col("outcomes").sum()).sort(keys)
    assert found.select(pl.all().cast(pl.Int64)).equals(expected.select(found.columns).select(pl.all().cast(pl.Int64)))
    assert {*expected.filter(before=0)["retrain"]} == {1, 2, 3}


def test_what_can_be_learned_stands_beside_what_was_shown(counted):
    _, pairs = counted
    assert pairs.filter(pl.col("learnable") != pl.col("after")).is_empty()
    assert pairs.filter(pl.col("learnable_before") != pl.col("before")).is_empty()
