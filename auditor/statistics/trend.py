"""Trend of a handful of equally spaced values, one a retrain."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from statistics import NormalDist, median

from auditor.statistics.proportions import normal_tail

_EXACT_UP_TO = 10


def theil_sen(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float, float]:
    """Median slope per step between equally spaced values, with its confidence interval: (slope, low, high).

    Raises ValueError under two values.
    Source: Sen (1968), JASA 63:1379; interval from the normal approximation of Kendall's S.
    """
    if len(values) < 2:
        raise ValueError("a slope needs two values")
    slopes = sorted((b - a) / (j - i) for (i, a), (j, b) in combinations(enumerate(values), 2))
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * math.sqrt(_variance(values))
    low = max(round((len(slopes) - reach) / 2) - 1, 0)
    high = min(round((len(slopes) + reach) / 2), len(slopes) - 1)
    return median(slopes), slopes[low], slopes[high]


def mann_kendall(values: Sequence[float]) -> float:
    """Two-sided p-value of no trend; 1 where nothing varies.

    Exact up to 10 values, ties included; beyond, normal with ties and continuity corrected.
    Source: Mann (1945), Econometrica 13:245; Kendall (1975), Rank Correlation Methods.
    """
    score = abs(sum(_sign(b - a) for a, b in combinations(values, 2)))
    if score == 0:
        return 1.0
    if len(values) <= _EXACT_UP_TO:
        return _exact(score, values)
    return 2 * normal_tail((score - 1) / math.sqrt(_variance(values)))


def _sign(difference: float) -> int:
    return int(difference > 0) - int(difference < 0)


def _variance(values: Sequence[float]) -> float:
    """Variance of Kendall's S with tied values."""
    groups = [len(values), *(-size for size in Counter(values).values())]
    return sum(math.copysign(1, size) * _untied(abs(size)) for size in groups) / 18


def _untied(n: int) -> int:
    return n * (n - 1) * (2 * n + 5)


def _exact(score: int, values: Sequence[float]) -> float:
    """Share of the distinct orders of these values whose |S| is at least `score`."""
    orders = _inversions(values)
    pairs = len(orders) - 1
    extreme = sum(count for inversions, count in enumerate(orders) if abs(pairs - 2 * inversions) >= score)
    return extreme / sum(orders)


def _inversions(values: Sequence[float]) -> list[int]:
    """Number of orders with 0, 1, 2, ... inversions: the Gaussian multinomial coefficient.

    [n]! / prod [t]! over tied groups of t values, where [n]! = prod_i (1 + q + ... + q^(i-1)).
    Source: MacMahon (1916), Combinatory Analysis; Stanley, Enumerative Combinatorics I, 1.7.1.
    """
    orders = [1]
    for size in range(2, len(values) + 1):
        orders = _times(orders, size)
    for tied in Counter(values).values():
        for size in range(2, tied + 1):
            orders = _over(orders, size)
    return orders


def _times(polynomial: list[int], size: int) -> list[int]:
    """Product with 1 + q + ... + q^(size-1)."""
    return [sum(polynomial[max(0, k - size + 1) : k + 1]) for k in range(len(polynomial) + size - 1)]


def _over(polynomial: list[int], size: int) -> list[int]:
    """Exact quotient by 1 + q + ... + q^(size-1)."""
    quotient: list[int] = []
    for k in range(len(polynomial) - size + 1):
        quotient.append(polynomial[k] - sum(quotient[max(0, k - size + 1) : k]))
    return quotient
