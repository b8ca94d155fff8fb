"""What rows that were chosen with known probabilities are worth, by the weights 1 / p."""

from __future__ import annotations

import polars as pl

from auditor.statistics.proportions import Z_95


def effective_sample(weight: pl.Expr, squares: pl.Expr) -> pl.Expr:
    """How many evenly weighted rows are worth as much; from the sums of the weights and of their squares.

    Source: Kish (1965), Survey Sampling, 11.7.
    """
    return weight**2 / pl.when(squares > 0).then(squares)


def snips(
    weight: pl.Expr, squares: pl.Expr, rewarded: pl.Expr, rewarded_squares: pl.Expr
) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Click rate under the policy that the weights stand for (1 / p: a uniform one) with its 95 % interval.

    From the sums of the weights w, of w^2, and of both over clicked rows alone. It is the self-normalised mean
    sum w r / sum w; the interval by the delta method, cut at 0 and 1.

    Source: Swaminathan and Joachims (2015), NeurIPS 28; error as in Owen (2013), Monte Carlo Theory, 9.2.
    """
    total = pl.when(weight > 0).then(weight)
    value = rewarded / total
    variance = (rewarded_squares * (1 - 2 * value) + value**2 * squares) / total**2
    reach = Z_95 * variance.clip(lower_bound=0.0).sqrt()
    return value, (value - reach).clip(lower_bound=0.0), (value + reach).clip(upper_bound=1.0)
