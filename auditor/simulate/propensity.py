"""The propensities that a log claims: true ones, and three ways to be wrong."""

from __future__ import annotations

import numpy as np

from auditor.simulate import exploration
from auditor.simulate.loop import Loop
from auditor.simulate.spec import ModelSpec
from auditor.simulate.world import Floats

SMALLEST = 1e-4
"""What a log says of an outcome that its (wrong) propensities give no chance at all."""


def propensities(spec: ModelSpec, loop: Loop, retrain: int) -> Floats:
    """What one retrain's log says is the probability of each outcome (G, K), under both arms together."""
    if spec.propensities == "ones":
        return np.ones(loop.policies.shape[1:])
    t = max(0, retrain - 1) if spec.propensities == "stale" else retrain
    served = 1.0 if spec.propensities == "configured" else spec.explore_served
    share = (exploration.shares(spec) * served)[:, None]
    claimed: Floats = (1.0 - share) * loop.policies[t] + share * loop.randomised[t]
    return claimed if spec.propensities == "honest" else np.maximum(claimed, SMALLEST)
