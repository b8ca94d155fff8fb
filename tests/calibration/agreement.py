"""Whether two runs of the same cells say the same, whatever the mix of the cells."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy import stats

Stratum = tuple[int, int, int, int]
"""Counted and models of one run, counted and models of the other, in one cell."""


def agreement(strata: Iterable[Stratum]) -> float:
    """Two-sided p-value that both runs have the same rate in every cell.

    Given all that was counted in a cell, the share of it that fell to the first run is hypergeometric (Fisher 1935);
    the sum over cells has the convolution of their distributions. Exact, however rare what is counted.
    """
    distribution, found, shift = np.ones(1), 0, 0
    for count, models, other, others in strata:
        low, high = max(0, count + other - others), min(models, count + other)
        chances = stats.hypergeom.pmf(np.arange(low, high + 1), models + others, count + other, models)
        distribution, found, shift = np.convolve(distribution, chances), found + count, shift + low
    place = found - shift
    return float(min(1.0, 2 * min(distribution[: place + 1].sum(), distribution[place:].sum())))
