"""A linear contextual bandit: feedback regressed on features of outcomes, and chosen by what it may be at best.

Li, Chu, Langford and Schapire (2010), "A contextual-bandit approach to personalized news article recommendation",
WWW 19 (LinUCB), in the form where one vector of weights serves all outcomes (Chu, Li, Reyzin and Schapire 2011,
"Contextual bandits with linear payoff functions", AISTATS 14). Each group of users has a regression of its own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from auditor.simulate.world import Floats

CONFIDENCE = 0.95
"""Share of outcomes whose feedback rate lies below its upper bound."""

OPTIMISM = 1.0 + float(np.sqrt(np.log(2.0 / (1.0 - CONFIDENCE)) / 2.0))
"""Standard deviations between estimate and upper bound (alpha of Li et al. 2010, section 3.1)."""


class Ridge(NamedTuple):
    """One regression a group: `weights` (G, D), and `inverse` (G, D, D) of the penalised Gram matrix."""

    weights: Floats
    inverse: Floats


def ridge(features: Floats, exposures: Floats, clicks: Floats, penalty: float) -> Ridge:
    """Regression of feedback, 0 or 1 an exposure, on the features (K, D); exposures and clicks are (G, K)."""
    gram = (features.T * exposures[:, None, :]) @ features
    inverse = np.asarray(np.linalg.inv(gram + penalty * np.eye(features.shape[1])), np.float64)
    weights: Floats = (inverse @ (clicks @ features)[:, :, None])[:, :, 0]
    return Ridge(weights, inverse)


def estimates(fitted: Ridge, features: Floats) -> Floats:
    """Estimated feedback rates (G, K)."""
    rates: Floats = fitted.weights @ features.T
    return rates


def upper_bounds(fitted: Ridge, features: Floats, rate: float) -> Floats:
    """Estimates plus `OPTIMISM` standard deviations, those of feedback that comes at `rate`."""
    leverage = ((features @ fitted.inverse) * features).sum(axis=2)
    bounds: Floats = estimates(fitted, features) + OPTIMISM * np.sqrt(rate * (1.0 - rate) * leverage)
    return bounds
