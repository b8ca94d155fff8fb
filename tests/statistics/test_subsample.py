from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from auditor.statistics import absent_chance, distinct_drawn

SIZE, TOTAL, DRAWN = pl.col("size"), pl.col("total"), pl.col("drawn")


@pytest.mark.parametrize(
    ("size", "total", "drawn"),
    [(1, 2, 1), (3, 10, 4), (50, 1000, 20), (2, 300_000, 150_000), (40, 10_000_000, 900_000), (0, 9, 5), (4, 4, 0)],
)
def test_chance_of_none_is_scipys_hypergeometric(size, total, drawn):
    frame = pl.DataFrame({"size": [size], "total": [total], "drawn": [drawn]})
    expected = stats.hypergeom.pmf(0, total, size, drawn)

    assert frame.select(absent_chance(SIZE, TOTAL, DRAWN)).item() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("size", "total", "drawn"), [(6, 10, 5), (10, 10, 1), (3, 10, 10)])
def test_more_drawn_than_the_others_can_give_always_hold_one(size, total, drawn):
    frame = pl.DataFrame({"size": [size], "total": [total], "drawn": [drawn]})

    assert frame.select(absent_chance(SIZE, TOTAL, DRAWN)).item() == 0.0


@pytest.mark.parametrize("drawn", [1, 40, 150, 299])
def test_distinct_classes_are_those_of_random_subsamples(drawn):
    rng = np.random.default_rng(5)
    sizes = np.array([1, 1, 1, 2, 2, 5, 8, 30, 50, 200])
    members = np.repeat(np.arange(len(sizes)), sizes)
    seen = [len(set(rng.permutation(members)[:drawn])) for _ in range(4000)]
    values, classes = np.unique(sizes, return_counts=True)
    frame = pl.DataFrame({"size": values, "classes": classes})

    expected = frame.select(distinct_drawn(SIZE, pl.col("classes"), pl.lit(drawn))).item()
    assert expected == pytest.approx(np.mean(seen), abs=4 * np.std(seen) / np.sqrt(4000) + 1e-9)


def test_classes_without_members_do_not_count():
    frame = pl.DataFrame({"size": [0, 3], "classes": [7, 2]})

    assert frame.select(distinct_drawn(SIZE, pl.col("classes"), pl.lit(6))).item() == pytest.approx(2.0)


@pytest.mark.parametrize("labels", [60, 400, 3000])
def test_what_doubling_adds_is_the_variance_over_worlds(labels):
    rng = np.random.default_rng(6)
    share = 1 / np.arange(1, 201)
    share /= share.sum()
    counts = rng.multinomial(2 * labels, share, 3000)
    by_chance = (rng.poisson(labels * share, (3000, 200)) > 0).sum(axis=1).var()
    of_fixed_size = (rng.multinomial(labels, share, 3000) > 0).sum(axis=1).var()
    frame = pl.DataFrame({"draw": np.repeat(np.arange(3000), 200), "size": counts.ravel()})
    one = pl.lit(1)
    added = frame.group_by("draw").agg(
        added=distinct_drawn(SIZE, one, pl.lit(2 * labels)) - distinct_drawn(SIZE, one, pl.lit(labels))
    )["added"]

    assert added.mean() == pytest.approx(by_chance, rel=0.1)
    assert added.mean() >= 0.95 * of_fixed_size
