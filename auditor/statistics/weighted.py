"""Rows that stand for several outcomes with the same counts."""

from __future__ import annotations

import polars as pl


def multiplicity(exposures: pl.Expr, outcomes: pl.Expr | None) -> pl.Expr:
    """How many outcomes each row of `exposures` stands for, as a float column: one where `outcomes` is None."""
    if outcomes is None:
        return exposures.cast(pl.Float64) * 0 + 1
    return outcomes.cast(pl.Float64)


def total(exposures: pl.Expr, outcomes: pl.Expr | None) -> pl.Expr:
    """Exposures of all outcomes together; null where there are none."""
    everything = (exposures * multiplicity(exposures, outcomes)).sum()
    return pl.when(everything > 0).then(everything)
