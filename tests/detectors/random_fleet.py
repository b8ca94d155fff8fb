"""A small fleet of random counts, kept as arrays beside the rollups, for figures worked out a second time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from counted import Fleet

# name: exposures a retrain, outcomes, retrains, share explored (None: no policy column), has a catalogue
SHAPES = {
    "even": (4000, 60, 3, None, True),
    "sparse": (900, 150, 4, None, True),
    "explored": (3000, 90, 5, 0.1, True),
    "unlisted": (1200, 120, 4, None, False),
    "long": (2500, 40, 7, 0.03, False),
}


@dataclass(frozen=True)
class Known:
    """What a model did: arrays (T, K) over the outcomes that the audit can know of."""

    exposures: np.ndarray
    explore: np.ndarray
    clicks: np.ndarray
    outside: np.ndarray
    half_a: np.ndarray
    late: np.ndarray
    explored: bool
    listed: bool

    @property
    def exploit(self) -> np.ndarray:
        return self.exposures - self.explore


def random_fleet(seed: int = 3) -> tuple[Fleet, dict[str, Known]]:
    """The fleet, and what is known of each model."""
    rng = np.random.default_rng(seed)
    fleet, truth = Fleet(seed), {name: _known(rng, *shape) for name, shape in SHAPES.items()}
    for name, known in truth.items():
        fleet.add_counts(
            name, known.exposures, known.clicks, explore=known.explore if known.explored else None,
            clicks_outside=known.outside, halves=(known.half_a, known.late), catalogue=known.listed,
        )  # fmt: skip
    return fleet, truth


def _known(rng, volume, items, retrains, explored, listed) -> Known:
    drift = np.cumsum(rng.standard_t(3, (retrains, items)), axis=0)
    weights = np.exp(1.2 * drift)
    exploit = np.stack([rng.multinomial(volume, each / each.sum()) for each in weights])
    explore = np.stack([rng.multinomial(round((explored or 0.0) * volume), np.full(items, 1 / items))] * retrains)
    clicks, outside = rng.binomial(exploit, 0.06), rng.binomial(explore, 0.06)
    known = Known(
        exploit + explore, explore, clicks + outside, outside, rng.binomial(exploit, 0.5), rng.binomial(exploit, 0.4),
        explored is not None, listed,
    )  # fmt: skip
    return known if listed else _of_outcomes(known, known.exposures.any(axis=0))


def _of_outcomes(known: Known, kept: np.ndarray) -> Known:
    arrays = {name: value[:, kept] for name, value in vars(known).items() if isinstance(value, np.ndarray)}
    return Known(**{**vars(known), **arrays})
