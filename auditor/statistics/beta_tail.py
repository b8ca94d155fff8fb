"""How likely a rate is to lie above a value, given what was seen of it."""

from __future__ import annotations

import math

import polars as pl

from auditor.statistics.factorial import log_factorial
from auditor.statistics.poisson import _erfc
from auditor.statistics.polynomial import polynomial

# The approximation is good to 4e-3 for parameters of 1 and more; each is raised so often by its recurrence first, which
# `_passed` and `_steps` write out.
_RAISED = 3
_NEAR = 0.03
_DEVIANCE_NEAR = (0.0, 1 / 3, 1 / 6, 1 / 10, 1 / 15, 1 / 21)


def beta_above(rows: pl.LazyFrame, name: str, value: pl.Expr, a: pl.Expr, b: pl.Expr) -> pl.LazyFrame:
    """`rows` with a column `name`: P(X > value) for X ~ Beta(a, b); absolute error under 5e-4 for any a, b > 0.05.

    Null where one is. In steps, each a column: as one expression, to plan it would take longer than many rows do.

    Source: Peizer and Pratt (1968), JASA 63:1416, after the recurrences DLMF 8.17.20 and 8.17.21.
    """
    x, one, other, mass, deviate = (pl.col(f"{name} {part}") for part in ("x", "a", "b", "mass", "deviate"))
    known = value.cast(pl.Float64)
    parts = {"x": pl.when((known > 0) & (known < 1)).then(known), "a": a, "b": b}
    raised = {"mass": _mass(x, one, other), "deviate": _deviate(x, one + _RAISED, other + _RAISED)}
    tail = (_normal_below(deviate) - mass * _passed(x, one, other)).clip(0.0, 1.0)
    return (
        rows.with_columns(part.alias(f"{name} {called}") for called, part in parts.items())
        .with_columns(part.alias(f"{name} {called}") for called, part in raised.items())
        .with_columns(pl.when(known <= 0).then(1.0).when(known >= 1).then(0.0).otherwise(tail).alias(name))
        .drop(f"{name} {called}" for called in (*parts, *raised))
    )


def _passed(x: pl.Expr, a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """What raising a by three, and then b, takes away, over the mass: each step multiplies the one before."""
    both = a + b
    by_a = x**_RAISED * both * (both + 1) * (both + 2) / (a * (a + 1) * (a + 2))
    return _steps(x, a, both) - by_a * _steps(1 - x, b, both + _RAISED)


def _steps(x: pl.Expr, one: pl.Expr, both: pl.Expr) -> pl.Expr:
    """The sum over three steps k of x^k (both)_k / (one)_(k + 1), where (n)_k is n (n + 1) ... (n + k - 1)."""
    return (1 + x * both / (one + 1) * (1 + x * (both + 1) / (one + 2))) / one


def _mass(x: pl.Expr, a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """x^a (1 - x)^b / B(a, b); (a - 1)! is a! / a."""
    log_beta = log_factorial(a) + log_factorial(b) - log_factorial(a + b) + ((a + b) / (a * b)).log()
    return (a * x.log() + b * (-x).log1p() - log_beta).exp()


def _deviate(x: pl.Expr, a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """The normal deviate below which lies what the beta has above x."""
    n, y = a + b - 1, 1 - x
    distance = a - 1 / 3 - (n + 1 / 3) * x + 0.02 * (y / a - x / b + (0.5 - x) / (a + b))
    bent = 1 + y * _deviance((a - 0.5) / (n * x)) + x * _deviance((b - 0.5) / (n * y))
    return distance * (bent / ((n + 1 / 6) * x * y)).sqrt()


def _deviance(ratio: pl.Expr) -> pl.Expr:
    """(1 - t^2 + 2 t log t) / (1 - t)^2, by its series where that cancels."""
    away = 1 - ratio
    exact = (1 - ratio**2 + 2 * ratio * ratio.log()) / away**2
    return pl.when(away.abs() < _NEAR).then(polynomial(away, _DEVIANCE_NEAR)).otherwise(exact)


def _normal_below(z: pl.Expr) -> pl.Expr:
    return _erfc(-z / math.sqrt(2)) / 2
