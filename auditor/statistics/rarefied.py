"""How many outcomes a smaller volume would have shown: coverage that does not grow with traffic."""

from __future__ import annotations

import polars as pl

from auditor.statistics.weighted import multiplicity


def rarefied(exposures: pl.Expr, kept: pl.Expr, outcomes: pl.Expr | None = None) -> pl.Expr:
    """Outcomes shown at least once, were each exposure kept with probability `kept`: sum 1 - (1 - kept)^e.

    Rows are those of `concentration`.

    Source: Coleman (1981), Mathematical Biosciences 54:191 (random placement).
    """
    return (multiplicity(exposures, outcomes) * (1 - (1 - kept) ** exposures)).sum()


def log_rarefied_variance(exposures: pl.Expr, kept: pl.Expr, outcomes: pl.Expr | None = None) -> pl.Expr:
    """Variance of the log of `rarefied` by the delta method, an upper bound; null where nothing is shown.

    With Poisson counts of mean m, the variance of (1 - r)^e is exp(-2rm) (exp(r^2 m) - 1), which is at most
    r^2 m exp(-2rm + r^2 m): the mean of r^2 e (1 - r)^(2(e - 1)). At r = 1 that is the number shown exactly once.

    Source: Coleman (1981), Mathematical Biosciences 54:191; bound by 1 - exp(-x) <= x.
    """
    once = kept**2 * exposures * (1 - kept) ** (2 * (exposures - 1).clip(lower_bound=0))
    shown = rarefied(exposures, kept, outcomes)
    return (multiplicity(exposures, outcomes) * once).sum() / pl.when(shown > 0).then(shown) ** 2
