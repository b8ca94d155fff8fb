from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from auditor.statistics import clustered_error, log_ratio_parts

PARTS = log_ratio_parts(pl.col("above"), pl.col("below"))


def totals(clusters, seed, spread=1.0):
    """Two totals a cluster, of very different sizes and correlated, as clicks and exposures of one user are."""
    rng = np.random.default_rng(seed)
    below = rng.lognormal(2.0, spread, clusters)
    return {"above": rng.poisson(below * rng.gamma(4.0, 0.05, clusters)).astype(float), "below": below}


def error(frame):
    return frame.select(clustered_error(PARTS)).item()


def left_out_one_by_one(above, below):
    """The jackknife, cluster by cluster."""
    logs = np.log((above.sum() - above) / (below.sum() - below))
    return np.sqrt((len(logs) - 1) ** 2 / len(logs) * logs.var(ddof=1))


@pytest.mark.parametrize("clusters", [50, 400, 5000])
def test_error_is_that_of_leaving_out_one_cluster_after_another(clusters):
    drawn = totals(clusters, 3)

    assert error(pl.DataFrame(drawn)) == pytest.approx(left_out_one_by_one(**drawn), rel=3 / clusters**0.5)


def test_parts_add_up_to_nothing():
    assert pl.DataFrame(totals(100, 4)).select(PARTS.sum()).item() == pytest.approx(0, abs=1e-12)


def test_intervals_hold_the_truth_as_often_as_they_say():
    """The log of 0.2, from 300 clusters: 95 % of 800 intervals, within three standard errors of that share."""
    drawn = pl.concat([pl.DataFrame(totals(300, seed)).with_columns(draw=seed) for seed in range(100, 900)])
    log = (pl.col("above").sum() / pl.col("below").sum()).log()
    told = drawn.group_by("draw").agg(log=log, error=clustered_error(PARTS))
    held = ((told["log"] - np.log(0.2)).abs() <= 1.96 * told["error"]).mean()

    assert abs(held - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 800)


def test_rows_that_stand_for_several_clusters_count_as_often():
    drawn = pl.DataFrame({"above": [3.0, 1.0, 0.0], "below": [5.0, 9.0, 4.0], "clusters": [4, 1, 7]})
    spelt_out = drawn.select(pl.col("above", "below").repeat_by("clusters").explode())
    many = pl.col("clusters")
    parts = pl.col("above") / (pl.col("above") * many).sum() - pl.col("below") / (pl.col("below") * many).sum()

    assert drawn.select(clustered_error(parts, many)).item() == pytest.approx(error(spelt_out))


def test_one_cluster_has_no_error():
    assert error(pl.DataFrame({"above": [3.0], "below": [5.0]})) is None


def test_clusters_that_are_all_alike_have_none_to_speak_of():
    assert error(pl.DataFrame({"above": [2.0] * 9, "below": [5.0] * 9})) == pytest.approx(0, abs=1e-12)
