"""From weights or scores to the probabilities by which outcomes are shown."""

from __future__ import annotations

import numpy as np

from auditor.simulate.world import Flags, Floats


def proportional(weights: Floats, available: Flags) -> Floats:
    """Probabilities (G, K) in proportion to the weights of what is available; uniform where all are 0."""
    kept = np.where(available, weights, 0.0)
    total = kept.sum(axis=1, keepdims=True)
    kept = np.where(total > 0.0, kept, available)
    probabilities: Floats = kept / kept.sum(axis=1, keepdims=True)
    return probabilities


def top_ranked(scores: Floats, available: Flags, top_k: int, ties: Floats | None = None) -> Floats:
    """The best `top_k` outcomes of each group (G, K), exposed by rank as 1 / log2(rank + 1).

    Equal scores go by `ties` where it is given, then by number.
    """
    shown = min(top_k, int(available.sum()))
    keys = (-scores,) if ties is None else (-np.broadcast_to(ties, scores.shape), -scores)
    best = np.lexsort((*keys, np.broadcast_to(~available, scores.shape)))[:, :shown]
    weights = np.zeros(scores.shape)
    np.put_along_axis(weights, best, 1.0 / np.log2(np.arange(2, shown + 2))[None, :], axis=1)
    return proportional(weights, available)
