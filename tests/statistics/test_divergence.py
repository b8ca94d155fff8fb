from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from scipy.spatial.distance import jensenshannon

from auditor.statistics import cross_validated_chi2, jsd, simpson_cross

HALVES = [pl.col(name) for name in ("a", "b", "c", "d", "na", "nb", "mc", "md")]


def table(cells: np.ndarray) -> pl.DataFrame:
    """Draws x 4 halves x outcomes to one row per draw and outcome."""
    draws, _, outcomes = cells.shape
    columns = {"draw": np.repeat(np.arange(draws), outcomes)}
    for place, (name, total) in enumerate([("a", "na"), ("b", "nb"), ("c", "mc"), ("d", "md")]):
        columns[name] = cells[:, place].ravel()
        columns[total] = np.repeat(cells[:, place].sum(1), outcomes)
    return pl.DataFrame(columns)


def estimates(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    estimate, error = cross_validated_chi2(*HALVES)
    got = table(cells).group_by("draw").agg(estimate=estimate, error=error)
    return got["estimate"].to_numpy(), got["error"].to_numpy()


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
    frame = pl.DataFrame({"x": x, "y": y, "n": [x.sum()] * 300, "m": [y.sum()] * 300})
    expected = jensenshannon(x / x.sum(), y / y.sum(), base=2) ** 2
    assert frame.select(jsd(*map(pl.col, "xynm"))).item() == pytest.approx(expected)


def test_jsd_ends_at_zero_and_one_bit():
    frame = pl.DataFrame(
        {
            "pair": ["same", "same", "apart", "apart", "empty"],
            "x": [3, 1, 5, 0, 0],
            "y": [30, 10, 0, 2, 4],
            "n": [4, 4, 5, 5, 0],
            "m": [40, 40, 2, 2, 4],
        }
    )
    got = dict(frame.group_by("pair").agg(jsd(*map(pl.col, "xynm")).alias("jsd")).rows())
    assert got == {"same": pytest.approx(0, abs=1e-15), "apart": pytest.approx(1), "empty": None}


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
    estimate, error = cross_validated_chi2(*HALVES)
    one_outcome = table(np.array([[[5], [4], [3], [9]]]))
    assert one_outcome.select(e=estimate, s=error).row(0) == (0.0, None)
    empty_half = table(np.array([[[5, 1], [0, 0], [3, 3], [9, 2]]]))
    assert empty_half.select(e=estimate, s=error).row(0) == (None, None)


def test_two_outcomes_never_stand_out():
    moved = np.array([[[90, 10], [90, 10], [10, 90], [10, 90]]])
    estimate, error = estimates(moved)
    assert estimate[0] > 1
    assert estimate[0] / error[0] == pytest.approx(1)


def test_chi2_does_not_wrap_narrow_integers():
    frame = table(np.array([[[5, 2], [4, 1], [3, 4], [9, 9]]]))
    narrow = frame.with_columns(pl.all().cast(pl.UInt8))
    expressions = dict(zip(("e", "s"), cross_validated_chi2(*HALVES), strict=True))
    assert narrow.select(**expressions).row(0) == pytest.approx(frame.select(**expressions).row(0))


def test_simpson_cross_is_unbiased():
    rng = np.random.default_rng(6)
    share = rng.dirichlet(np.full(50, 0.5))
    cells = np.stack([rng.multinomial(n, share, size=8000) for n in (6, 9, 1, 1)], 1)
    names = [pl.col(name) for name in ("a", "b", "na", "nb")]
    got = table(cells).group_by("draw").agg(simpson_cross(*names).alias("s"))["s"].to_numpy()
    assert got.mean() == pytest.approx((share**2).sum(), abs=4 * got.std() / 8000**0.5)
