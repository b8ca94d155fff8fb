from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from auditor.statistics import mann_kendall, theil_sen


@pytest.mark.parametrize("length", [2, 3, 4, 6, 9, 15, 40])
@pytest.mark.parametrize("rounded", [False, True])
def test_theil_sen_is_scipys(length, rounded):
    values = np.random.default_rng(length).normal(size=length).cumsum()
    values = values.round() if rounded else values
    expected = stats.theilslopes(values)
    assert theil_sen(values.tolist()) == pytest.approx((expected.slope, expected.low_slope, expected.high_slope))


def test_theil_sen_of_a_line_is_its_slope():
    assert theil_sen([1.0, 3.0, 5.0, 7.0, 9.0]) == (2.0, 2.0, 2.0)


def test_theil_sen_needs_two_values():
    with pytest.raises(ValueError, match="two values"):
        theil_sen([1.0])


@pytest.mark.parametrize("length", range(2, 11))
def test_mann_kendall_is_exact_on_few_values(length):
    for seed in range(5):
        values = np.random.default_rng(seed).permutation(length).tolist()
        expected = stats.kendalltau(range(length), values, method="exact").pvalue
        assert mann_kendall(values) == pytest.approx(expected)


@pytest.mark.parametrize("values", [[1, 1, 2, 3, 3, 5], [0, 0, 0, 1], [2, 1, 1, 2, 3, 3], [5, 4, 4, 4, 1]])
def test_mann_kendall_is_exact_with_ties(values):
    def score(order) -> int:
        return sum(np.sign(later - order[i]) for i in range(len(order)) for later in order[i + 1 :])

    scores = np.array([score(order) for order in permutations(values)])
    assert mann_kendall(values) == pytest.approx((abs(scores) >= abs(score(values))).mean())


@pytest.mark.parametrize("length", [11, 14, 20, 30])
def test_mann_kendall_is_nearly_exact_beyond(length):
    for seed in range(5):
        values = (np.random.default_rng(seed).normal(size=length) + seed / 20 * np.arange(length)).tolist()
        expected = stats.kendalltau(range(length), values, method="exact").pvalue
        assert mann_kendall(values) == pytest.approx(expected, abs=0.01)


def test_mann_kendall_beyond_corrects_for_ties():
    values = [0, 0, 0, 0, 1, 0, 1, 1, 0, 1, 1, 1, 2, 2]
    rng = np.random.default_rng(0)
    signs = np.triu(np.ones((14, 14)), 1)

    def score(order: np.ndarray) -> float:
        return (np.sign(order[None, :] - order[:, None]) * signs).sum()

    shuffles = np.array([score(rng.permutation(values)) for _ in range(4000)])
    assert mann_kendall(values) == pytest.approx((abs(shuffles) >= abs(score(np.array(values)))).mean(), abs=0.005)


def test_mann_kendall_of_nothing_is_one():
    assert mann_kendall([3, 3, 3]) == mann_kendall([1]) == mann_kendall([]) == 1.0
    assert mann_kendall([4] * 12) == 1.0
    assert mann_kendall(list(range(12))) == mann_kendall(list(range(12))[::-1]) < 1e-4
