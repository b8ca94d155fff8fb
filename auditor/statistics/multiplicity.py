"""Many tests at once."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan


def benjamini_hochberg(p_values: Sequence[float | None]) -> list[float | None]:
    """p-values adjusted for the false discovery rate, in the order given.

    A test that was not done (None, or not a number) stays None and is not counted.
    Source: Benjamini and Hochberg (1995), JRSS B 57:289.
    """
    tested = {index: p for index, p in enumerate(p_values) if p is not None and not isnan(p)}
    adjusted: list[float | None] = [None] * len(p_values)
    ascending = sorted(tested, key=tested.__getitem__)
    lowest = 1.0
    for rank, index in reversed(list(enumerate(ascending, start=1))):
        lowest = min(lowest, tested[index] * len(tested) / rank)
        adjusted[index] = lowest
    return adjusted
