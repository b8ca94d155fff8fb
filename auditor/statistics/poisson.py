"""How often a Poisson count stays under a threshold: what uniform exposure would leave unfed."""

from __future__ import annotations

import math

import polars as pl

from auditor.statistics.polynomial import polynomial

# Up to here the masses are summed; beyond, the expansion's own error is below 4e-7.
_SUMMED = 32
# P(X < 32) is zero in double precision from here on; keeps the powers of the mean finite.
_LARGE_MEAN = 1e4


def poisson_below(threshold: pl.Expr, mean: pl.Expr) -> pl.Expr:
    """P(X < threshold) for X ~ Poisson(mean), row by row; absolute error under 1e-6 for any mean >= 0.

    The threshold need not be whole: X < 2.5 is X <= 2, X < 3 is X <= 2 as well. Null where either is null.

    Source: P(X < k) = Q(k, mean), the regularised upper incomplete gamma function (DLMF 8.4.10); summed for
    small k, else Temme's uniform expansion (DLMF 8.12.4 and 8.12.7-8.12.10).
    """
    k = threshold.cast(pl.Float64).ceil()
    rate = mean.cast(pl.Float64)
    return (
        pl.when(k.is_null() | rate.is_null())
        .then(None)
        .when(k <= 0)
        .then(0.0)
        .when(k <= _SUMMED)
        .then(_summed(k, rate))
        .otherwise(_expansion(k, rate))
    )


def _summed(k: pl.Expr, rate: pl.Expr) -> pl.Expr:
    rate = rate.clip(upper_bound=_LARGE_MEAN)
    masses = [pl.when(k > j).then(rate**j / math.factorial(j)).otherwise(0.0) for j in range(_SUMMED)]
    return pl.sum_horizontal(masses) * (-rate).exp()


def _expansion(k: pl.Expr, rate: pl.Expr) -> pl.Expr:
    """DLMF 8.12.4 with the first two terms of its remainder; mu and eta are those of DLMF 8.12.1."""
    mu = rate / k - 1
    eta = mu.sign() * (2 * (mu - mu.log1p())).clip(lower_bound=0.0).sqrt()
    near = eta.abs() < 0.1
    first = pl.when(near).then(polynomial(eta, _FIRST)).otherwise(1 / mu - 1 / eta)
    exact = 1 / eta**3 - 1 / mu**3 - 1 / mu**2 - 1 / (12 * mu)
    second = pl.when(near).then(polynomial(eta, _SECOND)).otherwise(exact)
    remainder = (-k * eta**2 / 2).exp() / (2 * math.pi * k).sqrt() * (first + second / k)
    return (_erfc(eta * (k / 2).sqrt()) / 2 + remainder).clip(0.0, 1.0)


# Both remainder terms cancel badly at eta = 0; their Taylor series, Temme (1979), SIAM J. Math. Anal. 10:757.
_FIRST = (-1 / 3, 1 / 12, -2 / 135, 1 / 864, 1 / 2835)
_SECOND = (-1 / 540, -1 / 288, 1 / 378, -77 / 77760)


def _erfc(x: pl.Expr) -> pl.Expr:
    """Complementary error function; absolute error under 1.5e-7. Abramowitz and Stegun (1964) 7.1.26."""
    t = 1 / (1 + 0.3275911 * x.abs())
    falling = polynomial(t, (0.0, 0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429))
    upper = falling * (-(x**2)).exp()
    return pl.when(x >= 0).then(upper).otherwise(2 - upper)
