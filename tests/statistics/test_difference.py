from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from auditor.statistics import Interval, difference


def score(hits, trials) -> Interval:
    """Wilson's interval, as scipy has it."""
    bounds = stats.binomtest(hits, trials).proportion_ci(method="wilson")
    return Interval(hits / trials, bounds.low, bounds.high)


# Newcombe (1998), Stat. Med. 17:873, table II, method 10.
PUBLISHED = [
    ((56, 70), (48, 80), (0.0524, 0.3339)),
    ((9, 10), (3, 10), (0.1705, 0.8090)),
    ((6, 7), (2, 7), (0.0582, 0.8062)),
    ((5, 56), (0, 29), (-0.0381, 0.1926)),
    ((0, 10), (0, 20), (-0.1611, 0.2775)),
    ((10, 10), (0, 20), (0.6791, 1.0000)),
]


@pytest.mark.parametrize(("first", "second", "bounds"), PUBLISHED)
def test_of_two_proportions_it_is_newcombes_table(first, second, bounds):
    found = difference(score(*first), score(*second))

    assert found.value == first[0] / first[1] - second[0] / second[1]
    assert (found.low, found.high) == pytest.approx(bounds, abs=6e-5)


def test_it_covers():
    rng = np.random.default_rng(5)
    covered = []
    for hits, others in zip(rng.binomial(400, 0.12, 2000), rng.binomial(150, 0.07, 2000), strict=True):
        found = difference(score(int(hits), 400), score(int(others), 150))
        covered.append(found.low <= 0.05 <= found.high)

    assert np.mean(covered) == pytest.approx(0.95, abs=0.015)


def test_turned_round_it_is_the_same():
    one, two = Interval(0.3, 0.1, 0.4), Interval(0.2, 0.15, 0.5)
    there, back = difference(one, two), difference(two, one)

    assert there == pytest.approx((-back.value, -back.high, -back.low))
