"""Who looks at what: the lower an outcome stands, the fewer do, and what nobody looks at gets no feedback.

The examination model of Richardson, Dominowska and Ragno (2007), "Predicting clicks", WWW 16: feedback is the product
of a chance to be looked at, which the position decides, and of appeal, which the outcome does. The chance falls with
the position as position ** -decay (Joachims, Swaminathan and Schnabel 2017, "Unbiased learning-to-rank with biased
feedback", WSDM 10).
"""

from __future__ import annotations

from math import comb

import numpy as np

from auditor.simulate.spec import ModelSpec
from auditor.simulate.world import Floats

SUREST = 0.999
"""Feedback is never surer than this, however many look."""

SMALLEST = 1e-9
"""Shares of a policy below this are none."""


def looked_at(spec: ModelSpec, policy: Floats) -> Floats:
    """By how much more often than an average position each outcome's usual ones are looked at, (G, K).

    The usual positions are those of slates drawn by the policy (G, K) and ordered by it, likeliest first and equals
    by chance. Averaged over the exposures it is 1, as it is for an outcome that stands at random positions.
    """
    return np.stack([_of_group(spec, group) for group in policy])


def _of_group(spec: ModelSpec, policy: Floats) -> Floats:
    """An outcome stands at 1 + Binomial(length - 1, F), with F of the rest of the policy ranked above it.

    Among equals F is anything between the best and the worst place of one of them.
    """
    _, rank = np.unique(-policy, return_inverse=True)
    share = np.bincount(rank, weights=policy)
    rest = np.maximum(1.0 - policy, SMALLEST)
    above = np.clip((np.cumsum(share) - share)[rank] / rest, 0.0, 1.0)
    equal = np.clip((share[rank] - policy) / rest, 0.0, 1.0 - above)
    chance = np.arange(1.0, _length(spec, policy) + 1.0) ** -spec.position_decay
    alone = equal < SMALLEST
    among = (_up_to(above + equal, chance) - _up_to(above, chance)) / np.where(alone, 1.0, equal)
    looked = np.where(alone, _polynomial(above, chance), among)
    factor: Floats = looked / (looked @ policy)
    return factor


def _length(spec: ModelSpec, policy: Floats) -> int:
    """Outcomes a slate: they are distinct, and the likeliest must not be missing from too many."""
    return min(spec.slate, max(1, round(1.0 / float(policy.max()))))


def _up_to(above: Floats, chance: Floats) -> Floats:
    """Integral of the mean of chance[Binomial(length - 1, F)] over F, from 0 to `above`."""
    return _polynomial(above, np.concatenate([[0.0], np.cumsum(chance)])) / len(chance)


def _polynomial(place: Floats, weights: Floats) -> Floats:
    """The mean of weights[Binomial(n, place)]: a Bernstein polynomial of degree n, one less than the weights."""
    n, terms = len(weights) - 1, np.zeros_like(place)
    for j, weight in enumerate(weights):
        terms += weight * comb(n, j) * place**j * (1.0 - place) ** (n - j)
    return terms
