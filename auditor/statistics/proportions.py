"""Intervals and tail probabilities of proportions."""

from __future__ import annotations

import math

import polars as pl

Z_95 = 1.959964
_CONVERGED = 1e-15
_TINY = 1e-300
_MOST_STEPS = 100_000


def wilson(successes: pl.Expr, trials: pl.Expr, z: float = Z_95) -> tuple[pl.Expr, pl.Expr]:
    """Score interval of a proportion: (low, high), shares in [0, 1], one per row.

    `trials` may be an effective sample size, so neither argument has to be whole. Null where there are no
    trials. `z` is the normal quantile (1.959964: 95 %).

    Source: Wilson (1927), JASA 22:209; recommended by Brown, Cai, DasGupta (2001), Stat. Sci. 16:101.
    """
    n = pl.when(trials > 0).then(trials.cast(pl.Float64))
    share = successes / n
    shrunk = 1 + z**2 / n
    centre = (share + z**2 / (2 * n)) / shrunk
    half_width = z * (share * (1 - share) / n + z**2 / (4 * n**2)).sqrt() / shrunk
    low = pl.when(successes > 0).then((centre - half_width).clip(lower_bound=0.0)).otherwise(0.0 * n)
    high = pl.when(successes < n).then((centre + half_width).clip(upper_bound=1.0)).otherwise(1.0 + 0.0 * n)
    return low, high


def normal_tail(z: float) -> float:
    """P(Z >= z) of the standard normal: a one-sided p-value."""
    return math.erfc(z / math.sqrt(2)) / 2


def binomial_tail_below(successes: int, trials: int, share: float) -> float:
    """P(X <= successes) for X ~ Binomial(trials, share); relative error under 1e-6 up to 1e8 trials.

    Source: the regularised incomplete beta function, DLMF 8.17.5.
    """
    return _tail(trials - successes, trials, 1 - share, share)


def binomial_tail_above(successes: int, trials: int, share: float) -> float:
    """P(X >= successes) for X ~ Binomial(trials, share); relative error under 1e-6 up to 1e8 trials.

    Source: the regularised incomplete beta function, DLMF 8.17.5; its continued fraction, DLMF 8.17.22.
    """
    return _tail(successes, trials, share, 1 - share)


def _tail(k: int, n: int, p: float, q: float) -> float:
    """P(X >= k); p and q = 1 - p both, so that the smaller of them keeps its digits."""
    if not 0 <= p <= 1:
        raise ValueError(f"a share must lie in [0, 1], not {p}")
    if k <= 0 or k > n:
        return float(k <= 0)
    if min(p, q) == 0:
        return p
    if p * (n + 3) < k + 1:
        return _upper_tail(k, n, p, q)
    return 1 - _upper_tail(n - k + 1, n, q, p)


def _upper_tail(k: int, n: int, p: float, q: float) -> float:
    """P(X >= k) on the side of the mean, p < (k + 1)/(n + 3), where the continued fraction is fast."""
    return _binomial_mass(k, n, p, q) * q * _beta_fraction(p, k, n - k + 1)


def _beta_fraction(x: float, a: float, b: float) -> float:
    """1/(1+ d1/(1+ d2/(1+ ...))) of DLMF 8.17.22, by Lentz (1976), Applied Optics 15:668."""
    value = c = 1.0
    d = 0.0
    for step in range(_MOST_STEPS):
        coefficient = _beta_coefficient(step, x, a, b)
        d = 1 / (1 + coefficient * d or _TINY)
        c = 1 + coefficient / c or _TINY
        value *= c * d
        if step and abs(c * d - 1) < _CONVERGED:
            break
    return 1 / value


def _beta_coefficient(step: int, x: float, a: float, b: float) -> float:
    m = (step + 1) // 2
    if step % 2:
        return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))


def _binomial_mass(k: int, n: int, p: float, q: float) -> float:
    """P(X = k) by deviances, which keeps its digits where log-gamma loses them (Loader 2000)."""
    if k == n:
        return math.exp(n * math.log(p))
    exponent = _stirling_error(n) - _stirling_error(k) - _stirling_error(n - k)
    exponent -= _deviance(k, n * p) + _deviance(n - k, n * q)
    return math.exp(exponent) * math.sqrt(n / (2 * math.pi * k * (n - k)))


def _stirling_error(n: int) -> float:
    """What Stirling's leading terms leave of log n!."""
    if n < 16:
        return math.lgamma(n + 1) - (n + 0.5) * math.log(n) + n - math.log(2 * math.pi) / 2
    return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / n**2) / n**2) / n**2) / n


def _deviance(count: int, mean: float) -> float:
    """Half the Poisson deviance: count log(count/mean) - (count - mean)."""
    excess = count - mean
    return count * math.log1p(excess / mean) - excess
