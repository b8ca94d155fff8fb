"""How far chance alone moves a measure of concentration, if every exposure is drawn independently.

The arguments are those of `concentration`; so are the aggregations, and what they give without exposures.
"""

from __future__ import annotations

import polars as pl

from auditor.statistics.concentration import gini, simpson_of
from auditor.statistics.ranked import Ranked, ranked
from auditor.statistics.weighted import total


def gini_error(exposures: pl.Expr, catalogue: pl.Expr, outcomes: pl.Expr | None = None) -> pl.Expr:
    """Standard error of `gini`, by the delta method at the ranks found.

    G = sum w_i p_i with w_i = (2i - K - 1)/K, so its variance is (sum w_i^2 p_i - G^2)/n; tied outcomes take the
    mean of their ranks. It takes the ranks for known, and is off where they are noise: 1.3 to 1.6 times too wide
    for equally likely outcomes with 10 to 100 exposures each; with under 10 an outcome too narrow, by up to a third.

    Source: delta method for a multinomial; Bishop, Fienberg, Holland (1975), Discrete Multivariate Analysis, 14.6.
    """
    blocks = ranked(exposures, catalogue, outcomes)
    n = total(exposures, outcomes)
    share = blocks.count * blocks.outcomes / n
    spread = (_tied_weight(blocks) ** 2 * share).sum() - gini(exposures, catalogue, outcomes) ** 2
    return (spread.clip(lower_bound=0.0) / n).sqrt()


def _tied_weight(blocks: Ranked) -> pl.Expr:
    """(2i - K - 1)/K at the mean rank of all outcomes with the same count."""
    first = blocks.count.ne_missing(blocks.count.shift(1))
    last = blocks.count.ne_missing(blocks.count.shift(-1))
    start = pl.when(first).then(blocks.before).forward_fill()
    end = pl.when(last).then(blocks.before + blocks.outcomes).backward_fill()
    return (start + end - blocks.size) / blocks.size


def log_simpson_variance(n: pl.Expr, twice: pl.Expr, thrice: pl.Expr) -> pl.Expr:
    """Variance of the log of `simpson_of`, by the delta method; null under three exposures or at 0.

    n = sum e, `twice` = sum e(e - 1) and `thrice` = sum e(e - 1)(e - 2) of the exposures e of all outcomes, row by row.
    With S = sum p^2 and C = sum p^3, both estimated without bias, that of S itself is
    [4(n-2)(C - S^2) + 2S(1 - S)] / (n(n-1)). C is never below S^2 (Cauchy-Schwarz), and is not taken to be: that
    keeps the variance above 0, and its root up to 1.5 times too wide for two or three equal outcomes.

    Source: Simpson (1949), Nature 163:688, which has the same sorted by powers of p.
    """
    s = simpson_of(n, twice)
    uneven = (thrice / (n * (n - 1) * (n - 2)) - s**2).clip(lower_bound=0.0)
    variance = (4 * (n - 2) * uneven + 2 * s * (1 - s)) / (n * (n - 1))
    return pl.when((n > 2) & (s > 0)).then(variance / s**2)
