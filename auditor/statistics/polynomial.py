"""Polynomials of a column."""

from __future__ import annotations

import polars as pl


def polynomial(x: pl.Expr, coefficients: tuple[float, ...]) -> pl.Expr:
    """Value of c0 + c1 x + c2 x^2 + ... by Horner's rule."""
    total = pl.lit(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = total * x + coefficient
    return total
