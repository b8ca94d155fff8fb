from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from auditor.statistics import (
    effective_number_shannon,
    effective_number_simpson,
    gini,
    gini_error,
    jsd_null,
    lorenz,
    simpson_unbiased,
    top_share,
)

X, K, OUTCOMES = pl.col("x"), pl.col("catalogue"), pl.col("outcomes")


def exploded(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.exclude("outcomes").repeat_by("outcomes").explode())


def blocks(seed: int, rows: int = 30) -> pl.DataFrame:
    """Three groups of rows of few distinct counts, many zero or tied, each row some outcomes."""
    rng = np.random.default_rng(seed)
    halves = {name: rng.poisson(rng.gamma(0.5, 2, rows)) for name in "abcd"}
    frame = pl.DataFrame({"model": rng.integers(0, 3, rows), "outcomes": rng.integers(1, 6, rows), **halves})
    totals = {
        total: (pl.col(half) * OUTCOMES).sum().over("model")
        for half, total in zip("abcd", ("na", "nb", "mc", "md"), strict=True)
    }
    return frame.with_columns(
        **totals,
        x=(pl.col("a") + pl.col("b")).cast(pl.UInt32),
        y=pl.col("c") + pl.col("d"),
        catalogue=OUTCOMES.sum().over("model") + pl.col("model") * 7 - 5,
    ).with_columns(n=pl.col("na") + pl.col("nb"), m=pl.col("mc") + pl.col("md"), outcomes=OUTCOMES.cast(pl.UInt32))


def measures(outcomes: pl.Expr | None) -> dict[str, pl.Expr]:
    return {
        "gini": gini(X, K, outcomes),
        "gini_error": gini_error(X, K, outcomes),
        "shannon": effective_number_shannon(X, outcomes),
        "simpson": effective_number_simpson(X, outcomes),
        "unbiased": simpson_unbiased(X, outcomes),
        "top": top_share(X, K, outcomes),
        "top_third": top_share(X, K, outcomes, share=1 / 3),
    }


@pytest.mark.parametrize("seed", range(8))
def test_a_row_of_several_outcomes_is_that_many_rows(seed):
    frame = blocks(seed)
    weighted = frame.group_by("model").agg(**measures(OUTCOMES)).sort("model")
    assert_frame_equal(weighted, exploded(frame).group_by("model").agg(**measures(None)).sort("model"))


@pytest.mark.parametrize("seed", range(4))
def test_so_it_is_for_frames(seed):
    frame = blocks(seed)
    single = exploded(frame)
    assert_frame_equal(
        lorenz(frame, ["model"], "x", "catalogue", "outcomes"), lorenz(single, ["model"], "x", "catalogue")
    )
    assert_frame_equal(jsd_null(frame, ["model"]), jsd_null(single, ["model"]))


def test_zero_counts_listed_are_zero_counts_left_out():
    frame = blocks(3).with_columns(catalogue=100)
    names = ["gini", "gini_error", "shannon", "simpson", "unbiased", "top", "top_third"]
    expressions = [measures(OUTCOMES)[name].alias(name) for name in names]
    listed = frame.group_by("model").agg(expressions).sort("model")
    assert_frame_equal(listed, frame.filter(X > 0).group_by("model").agg(expressions).sort("model"))


def test_the_top_cuts_through_a_block():
    frame = pl.DataFrame({"x": [5, 2], "outcomes": [2, 10], "catalogue": [20, 20]})
    assert frame.select(top_share(X, K, OUTCOMES, share=0.05)).item() == pytest.approx(5 / 30)
    assert frame.select(top_share(X, K, OUTCOMES, share=0.25)).item() == pytest.approx(16 / 30)


def test_weighted_aggregations_work_over_windows():
    frame = pl.DataFrame({"model": ["a", "a", "b"], "x": [1, 3, 2], "catalogue": 9, "outcomes": 2})
    grouped = frame.group_by("model").agg(gini(X, K, OUTCOMES)).sort("model")
    windowed = frame.select("model", gini(X, K, OUTCOMES).over("model")).unique().sort("model")
    assert_frame_equal(grouped, windowed)
