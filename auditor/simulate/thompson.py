"""How often each outcome is in the slate of a Thompson sampler: once a draw from what it believes of all of them.

Chapelle and Li (2011), "An empirical evaluation of Thompson sampling", NeurIPS 24.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from auditor.simulate.world import Flags, Floats

DRAWS, FEWER_DRAWS = 200, 50
"""Draws that a policy's probabilities are estimated from; fewer where outcomes are `MANY`."""

MANY = 200
"""Outcomes above which those of the same record share their draws, which makes up for fewer of them."""


def drawn(wins: Floats, losses: Floats, available: Flags, shown: int, rng: np.random.Generator) -> Floats:
    """In how many draws each outcome (G, K) is among the best `shown`; beliefs are Beta(wins, losses)."""
    chosen, many = np.zeros(wins.shape), available.sum() > MANY
    for _ in range(FEWER_DRAWS if many else DRAWS):
        draw = np.where(available, rng.beta(wins, losses), -1.0)
        best = np.argpartition(-draw, shown - 1, axis=1)[:, :shown]
        chosen[np.arange(len(chosen))[:, None], best] += 1.0
    if many:
        chosen[:, available] = _shared(chosen[:, available], (wins + 1j * losses)[:, available])
    return chosen


def _shared(counts: Floats, record: npt.NDArray[np.complex128]) -> Floats:
    """Counts (G, K), where outcomes of a group with the same record all get their mean: nothing tells them apart."""
    means = np.empty_like(counts)
    for group, (own, kind) in enumerate(zip(counts, record, strict=True)):
        _, which, alike = np.unique(kind, return_inverse=True, return_counts=True)
        means[group] = (np.bincount(which, weights=own) / alike)[which]
    return means
