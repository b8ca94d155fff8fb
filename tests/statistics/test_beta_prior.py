from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import optimize, stats

from auditor.statistics import beta_prior

# Efron and Morris (1975), JASA 70:311, table 1: hits in the first 45 at bats of 1970, and the average of the rest.
HITS = [18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]
REST = [
    0.346, 0.298, 0.276, 0.222, 0.273, 0.270, 0.263, 0.210, 0.269, 0.230, 0.264, 0.256, 0.303, 0.264, 0.226, 0.285,
    0.316, 0.200,
]  # fmt: skip


def prior(clicks, tries, outcomes=1) -> tuple[float, float]:
    frame = pl.DataFrame({"model": 0, "clicks": clicks, "tries": tries, "outcomes": outcomes})
    return beta_prior(frame, ["model"]).row(0)[1:]


def most_likely(clicks, tries) -> tuple[float, float]:
    """Mean and strength by maximum likelihood."""

    def loss(at):
        a, b = np.exp(at)
        return -stats.betabinom.logpmf(clicks, tries, a, b).sum()

    a, b = np.exp(optimize.minimize(loss, np.log([1.0, 10.0]), method="Nelder-Mead").x)
    return a / (a + b), a + b


def test_batting_averages_are_shrunk_as_published():
    mean, strength = prior(HITS, 45)
    shrunk = (np.array(HITS) + mean * strength) / (45 + strength)
    raw, rest = np.array(HITS) / 45, np.array(REST)

    assert mean == pytest.approx(0.265, abs=5e-4)
    # Theirs is 0.212, from 15 / 17 of the binomial variance: unbiased for the factor, where this is for the spread.
    assert 45 / (45 + strength) == pytest.approx(1 - 17 / 15 * (1 - 0.212), abs=0.005)
    assert ((raw - rest) ** 2).sum() / ((shrunk - rest) ** 2).sum() == pytest.approx(3.5, abs=0.1)


@pytest.mark.parametrize(("a", "b"), [(2.0, 30.0), (6.0, 100.0), (1.0, 60.0), (20.0, 15.0)])
def test_prior_is_about_the_most_likely_one(a, b):
    found = []
    for seed in range(6):
        rng = np.random.default_rng([seed, round(a * b)])
        tries = np.ceil(rng.gamma(0.6, 200, 2000)).astype(int)
        clicks = rng.binomial(tries, rng.beta(a, b, 2000))
        found.append((*prior(clicks, tries), *most_likely(clicks, tries)))
    mean, strength, likely_mean, likely_strength = np.mean(found, axis=0)

    assert mean == pytest.approx(likely_mean, rel=0.01)
    assert (strength, a + b) == pytest.approx((likely_strength, likely_strength), rel=0.1)


def test_a_row_of_several_outcomes_is_that_many_rows():
    clicks, tries, outcomes = np.array([0, 2, 7, 30]), np.array([11, 15, 40, 90]), np.array([5, 4, 3, 2])

    assert prior(clicks, tries, outcomes) == pytest.approx(
        prior(clicks.repeat(outcomes), tries.repeat(outcomes)), rel=1e-9
    )


def test_rates_that_differ_by_chance_alone_are_one():
    rng = np.random.default_rng(8)
    tries = rng.integers(20, 400, 2000)
    mean, strength = prior(rng.binomial(tries, 0.05), tries)

    assert mean == pytest.approx(0.05, rel=0.03)
    assert strength > 5000


def test_outcomes_hardly_tried_say_nothing_and_one_outcome_has_no_prior():
    frame = pl.DataFrame(
        {"model": [0, 0, 0, 1], "clicks": [3, 9, 5, 4], "tries": [40.0, 50.0, 0.4, 20.0], "outcomes": [1, 1, 9, 1]}
    )
    found = beta_prior(frame, ["model"])

    assert found["model"].to_list() == [0]
    assert found.row(0)[1:] == pytest.approx(prior([3, 9], [40.0, 50.0]))


@pytest.mark.parametrize(("clicks", "tries"), [([0, 0, 0], [10, 20, 30]), ([10, 20], [10, 20]), ([0, 50], [50, 50])])
def test_extremes_have_a_prior(clicks, tries):
    mean, strength = prior(clicks, tries)

    assert 0 <= mean <= 1
    assert strength > 0


def test_rates_near_one_are_as_exact_as_those_near_zero():
    rng = np.random.default_rng(206)
    tries = np.ceil(np.exp(rng.uniform(8, 16, 40)))
    misses = rng.binomial(tries.astype(int), rng.beta(3, 3e4, 40))
    mean, strength = prior(misses, tries)
    other, same = prior(tries - misses, tries)

    assert 1 - other == pytest.approx(mean, rel=1e-10)
    assert same == pytest.approx(strength, rel=1e-10)
