"""How many exposures have to explore so that every outcome is fed. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import ceil, hypot

from auditor.statistics import poisson_mean

CONFIDENCE = 0.95
"""Probability that all of the unfed outcomes get what they need."""

WAYS = ("uniform", "targeted")
_HALVINGS = 50


@dataclass(frozen=True)
class Hunger:
    """The unfed outcomes: how many, what own choices bring them together, and the least fed of them.

    `target` is the mean count that each of them has to have, and `together` all of them, one way or the other.
    """

    outcomes: int = 0
    own: float = 0.0
    least: float = 0.0
    target: float = 0.0
    together: float = 0.0


@dataclass(frozen=True)
class Appetite:
    """What the outcomes of one model need, and what an exposure brings them.

    Each needs `need` exposures; where feedback is a label, labelled ones, of which an exposure that explores brings
    `yields`, else 1. `shares` are (what an exposure of the model's own choice brings one outcome, how many outcomes it
    brings that), over the K outcomes that can be fed. Of n exposures a share e explores. Those U outcomes are unfed for
    which n times their share is under the need. Counts are Poisson.

    uniform: exploration draws from all outcomes alike. An outcome of share s gets (1 - e) n s + e n yields / K on
    average. That has to be, for the least fed, the mean m with P(Poisson(m) < need) = 0.05 / U: then all have their
    need with 95 % probability (Bonferroni).

    targeted: exploration draws from the unfed outcomes that still lack exposures; each leaves the list when it has its
    need. Then all are fed as soon as own choices and exploration together have brought them U ceil(need), and what own
    choices bring beyond an outcome's need: on average at most (sqrt(s n + d^2) - d) / 2, d = ceil(need) - s n (Scarf
    1958). A Poisson count reaches that with 95 % probability. When none on the list lacks any more, exploration draws
    from the others that do: from those that own choices have dropped since.
    """

    need: float
    yields: float
    shares: Sequence[tuple[float, int]]

    @property
    def outcomes(self) -> int:
        """How many outcomes can be fed."""
        return self._counts[-1]

    @property
    def portion(self) -> int:
        """What an outcome needs, as a whole number."""
        return ceil(self.need)

    @cached_property
    def _sorted(self) -> list[tuple[float, int]]:
        return sorted(self.shares)

    @cached_property
    def _counts(self) -> list[int]:
        return list(accumulate((outcomes for _, outcomes in self._sorted), initial=0))

    def hunger(self, exposures: float) -> Hunger:
        """Who stays unfed within so many exposures, if nothing explores."""
        place = bisect_left(self._sorted, (self.need / exposures, 0))
        unfed = self._counts[place]
        if not unfed:
            return Hunger()
        means = [(exposures * share, outcomes) for share, outcomes in self._sorted[:place]]
        wasted = sum((hypot(mean**0.5, self.portion - mean) - (self.portion - mean)) / 2 * n for mean, n in means)
        return Hunger(
            outcomes=unfed,
            own=sum(mean * outcomes for mean, outcomes in means),
            least=means[0][0],
            target=poisson_mean(self.need, (1 - CONFIDENCE) / unfed),
            together=poisson_mean(unfed * self.portion + wasted, 1 - CONFIDENCE),
        )

    def reach(self, way: str, exposures: float) -> float | None:
        """The least share of so many exposures that has to explore; None where not even all of them would do."""
        hunger = self.hunger(exposures)
        if not hunger.outcomes:
            return 0.0
        if way == "uniform":
            lacking, bringing = hunger.target - hunger.least, exposures * self.yields / self.outcomes - hunger.least
        else:
            lacking, bringing = hunger.together - hunger.own, exposures * self.yields - hunger.own
        return lacking / bringing if lacking <= bringing else None

    def exposures_until_fed(self, way: str, share: float) -> float:
        """The exposures that it takes to feed every outcome where this share of them explores."""
        low, high = 0.0, self.outcomes * poisson_mean(self.need, (1 - CONFIDENCE) / self.outcomes) / self.yields / share
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            reach = self.reach(way, middle)
            low, high = (low, middle) if reach is not None and reach <= share else (middle, high)
        return high
