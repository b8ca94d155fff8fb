from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from scipy import special, stats

from auditor.statistics import (
    effective_number_shannon,
    effective_number_simpson,
    gini,
    gini_null,
    lorenz,
    simpson_unbiased,
    top_share,
)

E, K = pl.col("exposures"), pl.col("catalogue")

GROUPS = {
    "ties": ([1, 2, 2, 9], 10),
    "even": ([4, 4, 4], 3),
    "one of many": ([7], 50),
    "one of one": ([7], 1),
    "unsorted": ([100, 3, 1, 1, 50, 3, 8], 700),
    "zeros listed": ([0, 5, 0, 2], 6),
}


@pytest.fixture
def groups() -> pl.DataFrame:
    frames = [pl.DataFrame({"model": name, "exposures": e, "catalogue": k}) for name, (e, k) in GROUPS.items()]
    return pl.concat(frames).sample(fraction=1.0, shuffle=True, seed=3)


def per_group(frame: pl.DataFrame, value: pl.Expr) -> dict[str, float]:
    return dict(frame.group_by("model").agg(value.alias("value")).rows())


def with_zeros(exposures: list[int], catalogue: int) -> np.ndarray:
    return np.sort(np.pad(np.array(exposures, float), (catalogue - len(exposures), 0)))


def gini_by_pairs(counts: np.ndarray) -> float:
    return float(np.abs(counts[:, None] - counts).mean() / (2 * counts.mean()))


def test_gini_is_the_mean_difference_of_all_pairs(groups):
    expected = {name: gini_by_pairs(with_zeros(*group)) for name, group in GROUPS.items()}
    assert per_group(groups, gini(E, K)) == pytest.approx(expected, abs=1e-12)


def test_aggregations_work_over_windows_and_lazily(groups):
    windowed = groups.lazy().select("model", gini(E, K).over("model").alias("value")).unique().collect()
    assert dict(windowed.rows()) == pytest.approx(per_group(groups, gini(E, K)))


def test_a_catalogue_smaller_than_what_was_shown_or_unknown_is_what_was_shown():
    frame = pl.DataFrame({"exposures": [1, 3], "catalogue": [1, 1]})
    assert frame.select(gini(E, K)).item() == pytest.approx(0.25)
    assert frame.select(gini(E, pl.lit(None))).item() == pytest.approx(0.25)


def test_narrow_integers_do_not_wrap():
    frame = pl.DataFrame(
        {"exposures": [2**32 - 1, 2**32 - 1], "catalogue": [2, 2]}, schema_overrides={"exposures": pl.UInt32}
    )
    assert frame.select(gini(E, K)).item() == 0.0
    assert frame.select(effective_number_simpson(E)).item() == pytest.approx(2)
    assert frame.select(simpson_unbiased(E)).item() == pytest.approx(0.5)


def test_gini_null_is_the_bessel_formula():
    rate = 10 ** np.linspace(-6, 7, 4000)
    got = pl.DataFrame({"rate": rate}).select(gini_null(pl.col("rate"))).to_series().to_numpy()
    np.testing.assert_allclose(got, special.i0e(2 * rate) + special.i1e(2 * rate), rtol=1e-6)


def test_gini_null_at_nothing_and_as_published():
    got = pl.DataFrame({"rate": [0, 1, 10, 100]}).select(gini_null(pl.col("rate")).round(2)).to_series()
    assert got.to_list() == [1.0, 0.52, 0.18, 0.06]


@pytest.mark.parametrize("rate", [0.2, 1.0, 10.0])
def test_gini_null_is_the_mean_of_uniform_multinomials(rate):
    outcomes, draws = 3000, 60
    counts = np.random.default_rng(1).multinomial(int(rate * outcomes), np.full(outcomes, 1 / outcomes), size=draws)
    frame = pl.DataFrame({"draw": np.repeat(np.arange(draws), outcomes), "exposures": counts.ravel()})
    shown = frame.filter(E > 0).group_by("draw").agg(gini(E, pl.lit(outcomes)).alias("gini"))["gini"].to_numpy()
    null = pl.select(gini_null(pl.lit(rate))).item()
    assert shown.mean() == pytest.approx(null, abs=4 * shown.std() / draws**0.5 + 1 / outcomes)


def test_effective_numbers_are_scipys_entropy_and_the_sum_of_squares(groups):
    share = {name: np.array(e) / sum(e) for name, (e, _) in GROUPS.items()}
    assert per_group(groups, effective_number_shannon(E)) == pytest.approx(
        {name: math.exp(stats.entropy(p)) for name, p in share.items()}
    )
    assert per_group(groups, effective_number_simpson(E)) == pytest.approx(
        {name: 1 / (p**2).sum() for name, p in share.items()}
    )


def test_simpson_unbiased_is_right_on_average_where_the_plug_in_is_not():
    rng = np.random.default_rng(5)
    p = rng.dirichlet(np.full(40, 0.5))
    draws = rng.multinomial(12, p, size=20_000)
    frame = pl.DataFrame({"draw": np.repeat(np.arange(20_000), 40), "exposures": draws.ravel()})
    got = frame.group_by("draw").agg(u=simpson_unbiased(E), plug_in=1 / effective_number_simpson(E))
    error = 4 * got["u"].std() / 20_000**0.5
    assert got["u"].mean() == pytest.approx((p**2).sum(), abs=error)
    assert got["plug_in"].mean() > (p**2).sum() + 10 * error


def test_one_exposure_tells_nothing_of_collisions():
    assert pl.DataFrame({"exposures": [1]}).select(simpson_unbiased(E)).item() is None


def test_top_share_takes_the_ceiling_of_the_catalogues_share(groups):
    expected = {
        name: with_zeros(*group)[-math.ceil(round(0.01 * group[1], 6)) :].sum() / sum(group[0])
        for name, group in GROUPS.items()
    }
    assert per_group(groups, top_share(E, K)) == pytest.approx(expected)
    assert per_group(groups, top_share(E, K, share=0.25))["ties"] == pytest.approx(13 / 14)


def test_top_seven_percent_of_100_is_7_outcomes():
    frame = pl.DataFrame({"exposures": [1] * 100, "catalogue": [100] * 100})
    assert frame.select(top_share(E, K, share=0.07)).item() == pytest.approx(0.07)


def test_lorenz_is_the_interpolated_cumulative_share(groups):
    got = lorenz(groups, ["model"], "exposures", "catalogue")
    for name, group in GROUPS.items():
        counts = with_zeros(*group)
        curve = np.concatenate([[0], counts.cumsum() / counts.sum()])
        points = np.interp(np.linspace(0, 1, 11), np.linspace(0, 1, counts.size + 1), curve)
        rows = got.filter(pl.col("model") == name)
        np.testing.assert_allclose(rows["catalogue_share"], np.linspace(0, 1, 11))
        np.testing.assert_allclose(rows["exposure_share"], points, atol=1e-12)


def test_lorenz_is_sorted_by_any_keys_and_stays_lazy(groups):
    keyed = groups.lazy().with_columns(retrain=E % 2)
    got = lorenz(keyed, ["model", "retrain"], "exposures", "catalogue")
    assert isinstance(got, pl.LazyFrame)
    rows = got.collect()
    assert rows.columns == ["model", "retrain", "catalogue_share", "exposure_share"]
    assert rows.equals(rows.sort("model", "retrain", "catalogue_share"))


def test_no_exposures_no_answer():
    frame = pl.DataFrame({"exposures": [0, 0], "catalogue": [5, 5]})
    values = (
        gini(E, K),
        top_share(E, K),
        effective_number_shannon(E),
        effective_number_simpson(E),
        simpson_unbiased(E),
    )
    assert [frame.select(value).item() for value in values] == [None] * 5
