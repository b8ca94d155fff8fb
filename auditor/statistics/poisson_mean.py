"""How large a Poisson mean has to be for the count to reach a threshold almost surely."""

from __future__ import annotations

import math
from functools import lru_cache

_CONVERGED = 1e-14
_MOST_STEPS = 1_000_000
_MOST_ROUNDS = 200


@lru_cache(maxsize=4096)
def poisson_mean(threshold: float, tail: float) -> float:
    """The least mean with P(X < threshold) <= tail, for X ~ Poisson(mean); relative error under 1e-9.

    `tail` lies in (0, 0.5]. The threshold need not be whole: X < 2.5 is X <= 2. A threshold of 0 needs no mean.

    Source: P(X < k) = Q(k, mean), the regularised upper incomplete gamma function (DLMF 8.4.10). Its logarithm falls
    and is concave in the mean, so that each of Newton's steps ends above the root, and they close in on it.
    """
    if not 0 < tail <= 0.5:
        raise ValueError(f"a tail must lie in (0, 0.5], not {tail}")
    k = math.ceil(threshold)
    if k <= 0:
        return 0.0
    mean, wanted = float(k), math.log(tail)
    for _ in range(_MOST_ROUNDS):
        log_below, slope = _log_below(k, mean)
        step = (wanted - log_below) / slope
        mean = max(mean + step, k - 0.5)
        if abs(step) <= 1e-12 * mean:
            break
    return mean


def _log_below(k: int, mean: float) -> tuple[float, float]:
    """The logarithm of P(X < k) and its derivative by the mean: minus P(X = k - 1) over P(X < k)."""
    total = _over_last_mass(k, mean)
    log_mass = (k - 1) * math.log(mean) - mean - math.lgamma(k)
    return log_mass + math.log(total), -1 / total


def _over_last_mass(k: int, mean: float) -> float:
    """P(X < k) over P(X = k - 1): 1 + (k-1)/mean + (k-1)(k-2)/mean^2 + ..., whose terms fall for mean > k - 1."""
    total = term = 1.0
    for step in range(1, min(k, _MOST_STEPS)):
        term *= (k - step) / mean
        total += term
        if term < _CONVERGED * total:
            break
    return total
