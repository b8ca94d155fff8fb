"""How far the best and the worst outcomes are from the rest: the law of the log-odds of their quality."""

from __future__ import annotations

from math import erf, sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from auditor.simulate.world import Floats

FREEDOM = 3
"""Degrees of freedom of the heavy tail: the fewest whole ones that leave a variance."""


def shaped(taste: Floats, tail: str, rng: np.random.Generator) -> Floats:
    """Standard normal numbers (G, K), at most stretched or squeezed so that mean 0 and deviation 1 stay.

    'heavy' is Student's t with 3 degrees of freedom: normal over the root of a chi-square, one an outcome, by
    which the groups still agree on it as much as before. 'light' is uniform, by the normal distribution function.
    """
    if tail == "heavy":
        heavy: Floats = taste * sqrt(FREEDOM - 2) / np.sqrt(rng.chisquare(FREEDOM, taste.shape[1]))
        return heavy
    if tail == "light":
        return sqrt(3.0) * np.array([[erf(each / sqrt(2.0)) for each in group] for group in taste])
    return taste
