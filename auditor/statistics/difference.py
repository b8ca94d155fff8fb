"""The interval of a difference, from the intervals of its two sides."""

from __future__ import annotations

import math
from typing import NamedTuple


class Interval(NamedTuple):
    """An estimate with its lower and its upper bound."""

    value: float
    low: float
    high: float


def difference(first: Interval, second: Interval) -> Interval:
    """`first` minus `second`, which are independent: squares of the distances to the bounds add up.

    With Wilson's score intervals of two proportions this is Newcombe's interval of their difference.

    Source: Newcombe (1998), Stat. Med. 17:873, method 10; for any intervals Zou and Donner (2008), Stat. Med. 27:1693.
    """
    value = first.value - second.value
    return Interval(
        value,
        value - math.hypot(first.value - first.low, second.high - second.value),
        value + math.hypot(first.high - first.value, second.value - second.low),
    )
