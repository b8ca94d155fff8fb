"""How much has to explore, held against scipy's Poisson distribution and against draws."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import optimize, stats

from auditor.plan.appetite import CONFIDENCE, WAYS, Appetite

N = 40_000
CLOSED = Appetite(14.4, 1.0, ((0.0, 180), (0.05, 20)))
TAIL = Appetite(30.0, 1.0, ((0.0, 50), (0.0002, 60), (0.0005, 70), (0.001, 20), (0.0464, 20)))
LABELS = Appetite(3.4, 0.25, ((0.0, 40), (0.02, 10)))
LOOPS = {"closed": CLOSED, "tail": TAIL, "labels": LABELS}


def counts(appetite, share, *, drawn=True):
    """Mean counts of the unfed outcomes, one a value, if this share of N exposures explores uniformly."""
    own = np.repeat(*(np.array(column) for column in zip(*appetite.shares, strict=True)))
    unfed = own * N < appetite.need
    explored = share * N * appetite.yields / len(own) if drawn else 0.0
    return (1 - share) * N * own[unfed] + explored


def chance_that_all_are_fed(appetite, share):
    return np.prod(stats.poisson.sf(np.ceil(appetite.need) - 1, counts(appetite, share)))


@pytest.mark.parametrize("loop", LOOPS)
def test_uniform_exploration_feeds_all_with_the_promised_probability(loop):
    share = LOOPS[loop].reach("uniform", N)

    assert chance_that_all_are_fed(LOOPS[loop], share) >= CONFIDENCE


@pytest.mark.parametrize("loop", ["closed", "labels"])
def test_uniform_exploration_is_no_more_than_it_takes(loop):
    """Where all unfed outcomes get nothing: Bonferroni's bound is then hardly above the exact probability."""
    appetite = LOOPS[loop]
    exact = optimize.brentq(lambda share: chance_that_all_are_fed(appetite, share) - CONFIDENCE, 1e-6, 1)

    assert appetite.reach("uniform", N) == pytest.approx(exact, rel=5e-3)


def test_uniform_exploration_brings_the_least_fed_to_the_quantile():
    hunger = TAIL.hunger(N)
    share = TAIL.reach("uniform", N)
    tail = stats.poisson.cdf(29, counts(TAIL, share))

    assert hunger.outcomes == 180
    assert tail.max() == pytest.approx(0.05 / 180, rel=1e-6)
    assert hunger.own == pytest.approx(60 * 8 + 70 * 20)


def chance_that_targeted_feeds_all(appetite, share, draws=4000):
    """Own choices bring Poisson counts, exploration fills up what each lacks: all are fed if there is enough of it."""
    rng = np.random.default_rng(7)
    own = rng.poisson(counts(appetite, share, drawn=False), (draws, appetite.hunger(N).outcomes))
    lacking = np.maximum(0, np.ceil(appetite.need) - own).sum(axis=1)
    return np.mean(rng.poisson(share * N * appetite.yields, draws) >= lacking)


@pytest.mark.parametrize("loop", LOOPS)
def test_targeted_exploration_feeds_all_with_the_promised_probability(loop):
    share = LOOPS[loop].reach("targeted", N)

    assert chance_that_targeted_feeds_all(LOOPS[loop], share) >= CONFIDENCE - 0.01
    assert chance_that_targeted_feeds_all(LOOPS[loop], 0.8 * share) < 0.5
    assert share < LOOPS[loop].reach("uniform", N)


def test_targeted_exploration_of_what_gets_nothing_is_exactly_a_poisson_count():
    share = CLOSED.reach("targeted", N)

    assert share * N == pytest.approx(stats.gamma.isf(0.05, 180 * 15), rel=1e-9)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("share", [0.05, 0.1, 0.7])
def test_the_time_at_a_share_is_the_first_at_which_it_reaches(loop, way, share):
    appetite = LOOPS[loop]
    until = appetite.exposures_until_fed(way, share)
    around = [appetite.reach(way, until * factor) for factor in (0.9, 0.999, 1.001, 1.1)]

    assert [reach is not None and reach <= share for reach in around] == [False, False, True, True]


@pytest.mark.parametrize("way", WAYS)
def test_more_time_takes_a_smaller_share(way):
    shares = [TAIL.reach(way, exposures) for exposures in np.geomspace(2e4, 2e6, 40)]
    known = [share for share in shares if share is not None]

    assert all(later <= sooner + 1e-9 for sooner, later in pairwise(known))
    assert known[-1] < 0.01


def test_what_is_out_of_reach_is_not_made_up():
    assert CLOSED.reach("uniform", 5_000) is None
    assert CLOSED.reach("targeted", 2_000) is None


@pytest.mark.parametrize("way", WAYS)
def test_what_is_fed_needs_nothing(way):
    even = Appetite(20.0, 1.0, ((0.01, 100),))

    assert even.reach(way, 10_000) == 0
    assert even.hunger(10_000).outcomes == 0
    assert even.exposures_until_fed(way, 0.05) == pytest.approx(2_000, rel=1e-6)


def test_a_label_that_comes_for_a_quarter_takes_four_times_as_much():
    all_labelled = Appetite(LABELS.need, 1.0, LABELS.shares)

    for way in WAYS:
        assert LABELS.reach(way, N) == pytest.approx(4 * all_labelled.reach(way, N), rel=1e-12)
