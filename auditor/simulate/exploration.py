"""Randomised exposures: how many each group gets, and what they are drawn from."""

from __future__ import annotations

import numpy as np

from auditor.simulate.spec import ModelSpec
from auditor.simulate.world import Counts, Flags, Floats


def shares(spec: ModelSpec) -> Floats:
    """Share of each group's exposures (G,) that is to be randomised: none in the closed segments."""
    closed = segment_of(spec) < spec.closed_segments
    return np.where(closed, 0.0, spec.explore)


def segment_of(spec: ModelSpec) -> Counts:
    """The segment of each group (G,)."""
    return np.arange(spec.groups) % max(1, spec.segments)


def drawn_from(spec: ModelSpec, available: Flags, popularity: Floats) -> Floats:
    """Probabilities (K,) of a randomised exposure: the catalogue alike, its better-known half, approvals alone."""
    if spec.policy == "approval":
        return approvals(len(available))
    pool = _better_known(available, popularity) if spec.explore_from == "popular" else available
    share: Floats = pool / pool.sum()
    return share


def approvals(items: int) -> Floats:
    """1 for the first action, 0 for the others."""
    return np.eye(1, items, dtype=np.float64).ravel()


def _better_known(available: Flags, popularity: Floats) -> Flags:
    known = np.where(available, popularity, -1.0)
    half: Flags = np.zeros_like(available)
    half[np.argsort(-known, kind="stable")[: max(1, int(available.sum()) // 2)]] = True
    return half
