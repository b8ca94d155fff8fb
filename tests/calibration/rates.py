"""Shares with their intervals, and the area under the curve of risk, out of counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from auditor.statistics import wilson
from tests.calibration.tally import ALARM, Cell

AT_RISK = ("starved", "at risk")


@dataclass(frozen=True)
class Share:
    """So many of so many, with the interval (95 %) that the audit itself would give it."""

    count: int
    of: int

    @property
    def value(self) -> float:
        return self.count / self.of

    @cached_property
    def interval(self) -> tuple[float, float]:
        return pl.select(low=wilson(pl.lit(self.count), pl.lit(self.of))[0],
                         high=wilson(pl.lit(self.count), pl.lit(self.of))[1]).row(0)  # fmt: skip

    @property
    def low(self) -> float:
        return self.interval[0]

    @property
    def high(self) -> float:
        return self.interval[1]

    def __str__(self) -> str:
        if not self.of:
            return "-"
        return f"{percent(self.value)} [{percent(self.low)}, {percent(self.high)}]"


def percent(share: float) -> str:
    """A share for people: 0 % and 100 % are only what is exactly that."""
    if 0 < share < 0.001:
        return "<0.1%"
    if 0.999 < share < 1:
        return ">99.9%"
    return f"{100 * share:.1f}%".replace(".0%", "%")


def verdict(cells: Iterable[Cell], *verdicts: str) -> Share:
    """How many models got one of these verdicts."""
    cells = list(cells)
    return Share(sum(each.verdicts[one] for each in cells for one in verdicts), sum(each.models for each in cells))


def alarmed(cells: Iterable[Cell]) -> Share:
    """How many models have a finding of medium or above that is wrong."""
    cells = list(cells)
    return Share(sum(each.alarmed for each in cells), sum(each.models for each in cells))


def heard(cells: Iterable[Cell], detector: str, severities: Iterable[str] = ALARM) -> Share:
    """Of how many models a detector said something of these severities."""
    cells, severities = list(cells), list(severities)
    return Share(
        sum(each.heard[detector][one] for each in cells if detector in each.heard for one in severities),
        sum(each.models for each in cells),
    )


def within_a_third(cells: Iterable[Cell]) -> Share:
    """In how many models, of those where exploration is told, it is told within a third of the truth."""
    cells = list(cells)
    return Share(sum(each.within for each in cells), sum(each.told for each in cells))


def risks(cells: Iterable[Cell]) -> Counter[float]:
    """How many models have which risk."""
    total: Counter[float] = Counter()
    for each in cells:
        total.update(each.risks)
    return total


def auroc(positives: Mapping[float, int], negatives: Mapping[float, int]) -> float:
    """Chance that a positive has the larger risk than a negative; ties count half. None of either: not a number.

    It is the statistic of Mann and Whitney (1947) over the number of pairs, here from counts by value.
    """
    pairs = sum(positives.values()) * sum(negatives.values())
    if not pairs:
        return float("nan")
    won = below = 0.0
    for value in sorted({*positives, *negatives}):
        won += positives.get(value, 0) * (below + negatives.get(value, 0) / 2)
        below += negatives.get(value, 0)
    return won / pairs
