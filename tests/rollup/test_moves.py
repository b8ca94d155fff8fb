"""The sums of `moves.sql`, on pairs of retrains drawn to order."""

from __future__ import annotations

import math
from importlib.resources import files

import duckdb
import numpy as np
import polars as pl
import pytest
from scipy.spatial.distance import jensenshannon

SQL = files("auditor.rollup").joinpath("moves.sql").read_text(encoding="utf-8")
COUNTS = ("before", "before_a", "after", "after_a")


def moved(counts: pl.DataFrame) -> pl.DataFrame:
    """`counts` has [model, before, before_a, after, after_a], a row an outcome (or `outcomes`); a row a model comes."""
    pairs = counts.with_columns(retrain=1, earlier=0, fresh=False, retired=False)
    if "outcomes" not in pairs.columns:
        pairs = pairs.with_columns(outcomes=1)
    windows = pairs.select("model", listed=1).unique()
    with duckdb.connect() as connection:
        connection.register("pairs", pairs.to_arrow())
        connection.register("windows", windows.to_arrow())
        return connection.sql(SQL).pl().sort("model")


def table(cells: np.ndarray) -> pl.DataFrame:
    """Draws x 4 halves x outcomes to one row per draw and outcome."""
    draws, _, outcomes = cells.shape
    a, b, c, d = (cells[:, place].ravel() for place in range(4))
    model = np.repeat(np.arange(draws), outcomes)
    return pl.DataFrame({"model": model, "before": a + b, "before_a": a, "after": c + d, "after_a": c})


def estimates(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    got = moved(table(cells))
    return got["chi2"].to_numpy(), got["chi2_error"].to_numpy()


def same_policy(rng, outcomes: int, per_outcome: float, ratio: int, draws: int) -> np.ndarray:
    share = rng.dirichlet(np.full(outcomes, 1.0))
    first = int(outcomes * per_outcome / 2)
    return np.stack([rng.multinomial(n, share, size=draws) for n in (first, first, ratio * first, ratio * first)], 1)


def repeating_users(rng, outcomes: int, users: int, draws: int) -> np.ndarray:
    """Every user sits in one half and sees one outcome about ten times."""
    share = rng.dirichlet(np.full(outcomes, 1.0))
    chosen = rng.choice(outcomes, p=share, size=(draws * 4, users))
    weights = rng.geometric(0.1, size=chosen.shape)
    cells = np.zeros((draws * 4, outcomes), int)
    np.add.at(cells, (np.arange(draws * 4)[:, None], chosen), weights)
    return cells.reshape(draws, 4, outcomes)


def test_jsd_is_scipys():
    rng = np.random.default_rng(0)
    x, y = rng.poisson(rng.gamma(0.5, 4, 300)), rng.poisson(rng.gamma(0.5, 9, 300))
    cells = np.stack([x // 2, x - x // 2, y // 3, y - y // 3])[None]
    expected = jensenshannon(x / x.sum(), y / y.sum(), base=2) ** 2
    assert moved(table(cells))["jsd"].to_list() == [pytest.approx(expected)]


def test_jsd_ends_at_zero_and_one_bit():
    counts = pl.DataFrame(
        {
            "model": [0, 0, 1, 1, 2],
            "before": [3, 1, 5, 0, 0],
            "before_a": [1, 1, 2, 0, 0],
            "after": [30, 10, 0, 2, 4],
            "after_a": [15, 5, 0, 1, 2],
        }
    )
    got = dict(moved(counts).select("model", "jsd").rows())
    assert got == {0: pytest.approx(0, abs=1e-15), 1: pytest.approx(1)}, "an empty side has nothing to compare"


@pytest.mark.parametrize("ratio", [1, 3])
@pytest.mark.parametrize(
    ("outcomes", "per_outcome", "draws"),
    [(2000, 0.25, 700), (2000, 2.5, 500), (2000, 250, 400), (200, 2.5, 2000), (3, 250, 4000), (2, 500, 4000)],
)
def test_chi2_has_mean_zero_and_an_honest_error_at_any_volume(outcomes, per_outcome, draws, ratio):
    estimate, error = estimates(same_policy(np.random.default_rng(8), outcomes, per_outcome, ratio, draws))
    z = (estimate / error)[np.isfinite(error)]
    assert z.size > 0.9 * draws
    assert abs(estimate.mean()) < 4 * estimate.std() / draws**0.5
    assert (np.abs(z) > 2.576).mean() < 0.01 + 4 * (0.01 / draws) ** 0.5
    assert 0.9 < z.std() < 1.1


@pytest.mark.parametrize("share", [(0.5, 0.5), (0.9, 0.1), (0.5, 0.3, 0.2), (0.6, 0.1, 0.1, 0.1, 0.1)])
def test_with_few_outcomes_the_squared_error_is_the_variance(share):
    rng = np.random.default_rng(3)
    estimate, error = estimates(rng.multinomial(500, share, size=(8000, 4)))
    assert np.nanmean(error**2) == pytest.approx(estimate.var(), rel=0.15)
    assert np.nanmax(np.abs(estimate / error)) <= len(share) ** 0.5


@pytest.mark.parametrize(("outcomes", "users"), [(2, 300), (3, 300), (10, 300), (19, 300), (1000, 1500)])
def test_chi2_holds_for_users_who_repeat_themselves(outcomes, users):
    estimate, error = estimates(repeating_users(np.random.default_rng(2), outcomes, users, 600))
    assert abs(estimate.mean()) < 4 * estimate.std() / 600**0.5
    assert np.nanstd(estimate / error) < 1.1
    assert (np.abs(estimate / error) > 2.576).mean() < 0.01 + 4 * (0.01 / 600) ** 0.5


@pytest.mark.parametrize("outcomes", [100, 500])
def test_chi2_recovers_a_true_difference_and_sees_it(outcomes):
    rng = np.random.default_rng(4)
    p = rng.dirichlet(np.full(outcomes, 3.0))
    q = p * np.exp(rng.normal(0, 0.2, outcomes))
    q /= q.sum()
    n = 200_000
    cells = np.stack([rng.multinomial(n, share, size=100) for share in (p, p, q, q)], 1)
    estimate, error = estimates(cells)
    bits = estimate / (8 * math.log(2))
    assert bits.mean() == pytest.approx(jensenshannon(p, q, base=2) ** 2, rel=0.03)
    assert (estimate / error > 2.576).mean() > 0.9


def test_chi2_without_evidence_has_no_error():
    one_outcome = table(np.array([[[5], [4], [3], [9]]]))
    assert moved(one_outcome).select("chi2", "chi2_error").row(0) == (0.0, None)
    empty_half = table(np.array([[[5, 1], [0, 0], [3, 3], [9, 2]]]))
    assert moved(empty_half).select("chi2", "chi2_error").row(0) == (None, None)


def test_two_outcomes_never_stand_out():
    moved_apart = np.array([[[90, 10], [90, 10], [10, 90], [10, 90]]])
    estimate, error = estimates(moved_apart)
    assert estimate[0] > 1
    assert estimate[0] / error[0] == pytest.approx(1)


def test_narrow_integers_do_not_wrap():
    frame = table(np.array([[[95, 2], [94, 1], [83, 4], [90, 9]]]))
    narrow = moved(frame.with_columns(pl.col(COUNTS).cast(pl.UInt8)))
    assert narrow.row(0) == pytest.approx(moved(frame).row(0))


def test_a_row_of_several_outcomes_is_that_many_rows():
    rng = np.random.default_rng(7)
    frame = table(rng.poisson(1, (3, 4, 40))).with_columns(outcomes=pl.Series(rng.integers(1, 6, 120)))
    single = frame.select(pl.exclude("outcomes").repeat_by("outcomes").explode())
    for many, each in zip(moved(frame).rows(), moved(single).rows(), strict=True):
        assert many == pytest.approx(each)


def test_what_entered_and_what_left():
    frame = table(np.array([[[4, 0, 1], [4, 0, 1], [0, 3, 1], [0, 3, 2]]]))
    assert moved(frame).select("entering", "leaving").row(0) == pytest.approx((6 / 9, 8 / 10))
