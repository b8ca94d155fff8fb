"""Retrains side by side, of tables so large that several threads make and read them, against a join."""

from __future__ import annotations

import polars as pl

COUNTS = ["exploit", "exploit_a", "learnable"]
BEFORE = {"exploit": "before", "exploit_a": "before_a", "learnable": "learnable_before"}
AFTER = {"exploit": "after", "exploit_a": "after_a", "learnable": "learnable"}
KEYS = ["model", "retrain", "earlier", *BEFORE.values(), *AFTER.values()]


def beside(learned: pl.DataFrame, model: int, earlier: int, later: int) -> pl.DataFrame:
    before, after = (
        learned.filter(model=model, retrain=which).select("item", *COUNTS).rename(names)
        for which, names in ((earlier, BEFORE), (later, AFTER))
    )
    sides = before.join(after, on="item", how="full", coalesce=True)
    return sides.select(
        pl.lit(model).alias("model"),
        pl.lit(later).alias("retrain"),
        pl.lit(earlier).alias("earlier"),
        pl.col(*BEFORE.values(), *AFTER.values()).fill_null(0).cast(pl.Int64),
    )


def test_pairs_are_what_a_join_of_retrains_gives(rollups):
    outcomes, kinds = rollups.frame("outcomes"), rollups.frame("kinds").sort("model")
    assert outcomes.height > 3 * 122_880  # rows that the engine keeps together
    assert kinds["labels"].to_list() == [False, True, True]
    assert outcomes.filter(pl.col("retrain").is_null()).height > 1_000
    learnable = pl.when(pl.col("model") > 0).then("labelled").otherwise("exposures")
    learned = outcomes.with_columns(learnable=learnable)
    steps = [(0, 0, 1), (0, 1, 2), (0, 2, 3), (0, 0, 3), (1, 0, 1), (1, 1, 2), (1, 2, 3), (1, 0, 3), (2, 0, 1)]
    expected = pl.concat([beside(learned, *step) for step in steps]).cast(pl.Int64)

    found = rollups.frame("pairs").select(*KEYS, "outcomes").cast(pl.Int64)
    assert found.sort(KEYS).equals(expected.group_by(KEYS).len("outcomes").cast(pl.Int64).sort(KEYS))
    assert expected.filter(pl.col("learnable") < pl.col("after")).height > 1_000


def test_outcomes_lie_in_the_order_that_steps_rest_on(rollups):
    rollups.build("outcome_counts")
    rows = "SELECT item, model, coalesce(retrain, 99) FROM outcome_counts ORDER BY rowid"
    found = rollups.connection.execute(rows).fetchall()
    assert found == sorted(found)
