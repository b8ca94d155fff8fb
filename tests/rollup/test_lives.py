"""What is counted of outcomes over all their retrains, of large tables, against a plain grouping."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest

from auditor.rollup.expressions import parts

LIFE = ["model", "item"]
LABELS = pl.col("model") > 0


def test_lives_are_what_a_grouping_of_outcomes_gives(rollups):
    outcomes = rollups.frame("outcomes").with_columns(pl.col("exposures", "labelled").cast(pl.Int64))
    first = pl.col("retrain") == pl.col("retrain").min()
    expected = outcomes.group_by(LIFE).agg(
        first_retrain=pl.col("retrain").min(),
        last_retrain=pl.col("retrain").max(),
        retrains=pl.col("retrain").count().cast(pl.Int64),
        launch=pl.col("exposures").filter(first).first(),
        exposures=pl.col("exposures").sum(),
        labelled=pl.col("labelled").sum(),
    )
    found = rollups.frame("lives")

    assert found.sort(LIFE).equals(expected.sort(LIFE))
    of_each = dict(found["retrains"].value_counts().rows())  # none: seen in windows without a number alone
    assert sorted(of_each) == [0, 1, 2, 3, 4]
    assert min(of_each.values()) > 100


def test_histories_are_what_a_grouping_of_outcomes_at_their_levels_gives(rollups):
    outcomes, levels = rollups.frame("outcomes"), rollups.frame("levels")
    tries = pl.when(LABELS).then("labelled").otherwise("exposures").cast(pl.Int64)
    at_levels = (
        outcomes.with_columns(tries=tries)
        .join(levels, on=["model", "retrain"])
        .group_by(LIFE)
        .agg(
            clicks_ever=pl.col("clicks").sum().cast(pl.Int64),
            tried=(pl.col("tries") * pl.col("level")).sum(),
            tries_last=pl.col("tries").filter(pl.col("retrain") == pl.col("last")).sum(),
        )
        .select(*LIFE, "clicks_ever", pl.max_horizontal("tried", "clicks_ever").alias("tries_ever"), "tries_last")
    )
    found = rollups.frame("histories")

    assert found.sort(LIFE).equals(at_levels.sort(LIFE))
    assert found.height > 100_000
    lone = outcomes.filter(pl.len().over(LIFE) == 1).join(levels.filter(pl.col("level") < 1), on=["model", "retrain"])
    assert lone.filter(tries == pl.col("clicks"), pl.col("clicks") > 0).height > 1_000  # no fewer tries than clicks


def test_histories_are_counted_by_their_tries_to_three_digits(rollups):
    counts, tries = rollups.frame("history_counts"), pl.col("tries_ever")
    rounded = pl.when(tries < 1).then(tries.round(2)).otherwise(tries.round_sig_figs(3))
    histories = rollups.frame("histories").with_columns(tries=rounded)
    expected = histories.group_by("model", clicks="clicks_ever", tries="tries").agg(outcomes=pl.len().cast(pl.Int64))
    keys = ["model", "clicks", "tries"]

    assert counts.sort(keys).select(*keys[:2], "outcomes").equals(expected.sort(keys).select(*keys[:2], "outcomes"))
    assert counts.sort(keys)["tries"].to_list() == pytest.approx(expected.sort(keys)["tries"].to_list(), rel=1e-12)


@pytest.mark.parametrize(("threads", "expected"), [(1, 1), (3, 3), (64, 8)])
def test_parts_hold_each_outcome_once_and_are_no_more_than_threads_or_eight(threads, expected):
    with duckdb.connect(config={"threads": threads}) as connection:
        found = parts(connection)
        ends = [0, 1, 2**63 - 1, 2**63, 2**64 - 1]
        edges = f"SELECT unnest({ends}::UBIGINT[] || [hash(i) FOR i IN range(1, 101)]) AS item"
        held = " UNION ALL ".join(f"SELECT item FROM edges WHERE {part}" for part in found)
        rows = connection.execute(f"WITH edges AS ({edges}) SELECT count(*), count(DISTINCT item) FROM ({held})")

        assert len(found) == expected
        assert rows.fetchall() == [(105, 105)]
