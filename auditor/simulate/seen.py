"""What a retrain has before it when it decides how to choose."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from auditor.simulate.spec import ModelSpec
from auditor.simulate.world import Counts, Flags, Floats


@dataclass(frozen=True)
class Seen:
    """What one retrain may use. Arrays are (G, K): groups of users by outcomes.

    `exposures` and `clicks` are the model's own, those with observed outcome alone, within its memory.
    `rates` (the truth) and `popularity` are for the policies that are no loop, and for the launch (`first`).
    `newcomers` (K,) are new in this retrain; `categories` (K,), `audience` (G,) and `features` (K, F) are
    the world's.
    """

    spec: ModelSpec
    exposures: Floats
    clicks: Floats
    available: Flags
    rates: Floats
    popularity: Floats
    rng: np.random.Generator
    newcomers: Flags = field(default_factory=lambda: np.zeros(0, np.bool_))
    categories: Counts = field(default_factory=lambda: np.zeros(0, np.int64))
    audience: Floats = field(default_factory=lambda: np.ones(1))
    features: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    first: bool = False
