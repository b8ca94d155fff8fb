"""Factorials of a column."""

from __future__ import annotations

import math

import polars as pl

from auditor.statistics.polynomial import polynomial

_SHIFT = 4
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680)


def log_factorial(count: pl.Expr) -> pl.Expr:
    """Natural log of count!, for count >= 0, whole or not; absolute error under 1e-8 for counts up to 1e6.

    Stirling's series (DLMF 5.11.1) at count + 4, brought back by the recurrence.
    """
    shifted = count + _SHIFT
    series = polynomial(1 / shifted**2, _STIRLING) / shifted
    stirling = (shifted + 0.5) * shifted.log() - shifted + math.log(2 * math.pi) / 2 + series
    passed = (count + 1) * (count + 2) * (count + 3) * (count + 4)
    return stirling - passed.log()
