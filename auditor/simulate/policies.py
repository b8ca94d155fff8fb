"""How a retrained model chooses: from what it has seen to a probability for every outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from auditor.simulate.item_based import similarity_scores
from auditor.simulate.linear_bandit import Ridge, estimates, ridge, upper_bounds
from auditor.simulate.probabilities import proportional, top_ranked
from auditor.simulate.seen import Seen
from auditor.simulate.spec import ModelSpec
from auditor.simulate.thompson import drawn
from auditor.simulate.world import CATEGORIES, Floats

PESSIMISM = 0.5
"""The prior rate of an outcome, as a share of the mean: unseen ones rank below all that do passably."""

BREAK_EVEN = 0.9
"""Repayment rate from which a segment of applicants is accepted, as a share of the mean."""

APPROVED_IF_GOOD = 0.95
"""Share of an accepted segment's applicants that are approved; the rest fail other rules."""

SKILL = 40.0
"""How much more likely than by the shares of its labels alone a classifier is to name the true class."""


def chosen(seen: Seen) -> Floats:
    """The probabilities (G, K) by which this retrain chooses: its policy's, with what it keeps for newcomers."""
    spec = seen.spec
    at_launch = seen.first and spec.launch == "popularity" and spec.policy in LAUNCHED
    policy = popularity(seen) if at_launch else POLICIES[spec.policy](seen)
    if not (spec.newcomer_boost and seen.newcomers.any()):
        return policy
    boosted: Floats = seen.newcomers / seen.newcomers.sum()
    return (1.0 - spec.newcomer_boost) * policy + spec.newcomer_boost * boosted


def predicted(seen: Seen, policy: Floats) -> Floats:
    """The score (G, K) that the model gives each outcome.

    A rate of feedback or repayment, a class's probability, or a similarity (item_knn).
    """
    match seen.spec.policy:
        case "classifier":
            return policy
        case "quality":
            return seen.rates
        case "approval":
            return np.broadcast_to(repaid(seen)[:, None], seen.rates.shape)
        case "item_knn":
            return similarity_scores(seen.clicks, seen.spec.smoothing)
        case "linucb":
            return np.clip(estimates(_regression(seen), _described(seen)), 0.0, 1.0)
        case _:
            return smoothed_rates(seen)


def uniform(seen: Seen) -> Floats:
    """Every available outcome alike."""
    return proportional(np.ones(seen.rates.shape), seen.available)


def popularity(seen: Seen) -> Floats:
    """Zipf weights set once: popular, but no loop."""
    return proportional(np.broadcast_to(seen.popularity, seen.rates.shape), seen.available)


def quality(seen: Seen) -> Floats:
    """In proportion to the true feedback rate, known from outside: follows quality, but no loop."""
    return proportional(seen.rates**seen.spec.exponent, seen.available)


def polya(seen: Seen) -> Floats:
    """In proportion to (own clicks + smoothing) ** exponent; exponent 1 is a Polya urn."""
    return proportional((seen.clicks + seen.spec.smoothing) ** seen.spec.exponent, seen.available)


def greedy(seen: Seen) -> Floats:
    """The top k by smoothed rate (or number) of own feedback, exposed by rank as 1 / log2(rank + 1)."""
    if not seen.exposures.any():
        return uniform(seen)
    merit = seen.clicks if seen.spec.ranks_by == "clicks" else smoothed_rates(seen)
    return top_ranked(merit, seen.available, seen.spec.top_k)


def item_knn(seen: Seen) -> Floats:
    """The top k by similarity to what the group clicked, exposed by rank; the most clicked where it clicked nothing."""
    if not seen.exposures.any():
        return uniform(seen)
    scores = similarity_scores(seen.clicks, seen.spec.smoothing)
    return top_ranked(scores, seen.available, seen.spec.top_k, ties=seen.clicks.sum(axis=0))


def linucb(seen: Seen) -> Floats:
    """The top k by upper bound of a linear regression of own feedback on features, exposed by rank."""
    if not seen.exposures.any():
        return uniform(seen)
    bounds = upper_bounds(_regression(seen), _described(seen), seen.spec.click_rate)
    return top_ranked(bounds, seen.available, seen.spec.top_k)


def thompson(seen: Seen) -> Floats:
    """Beta-Bernoulli Thompson sampling of one slate; the prior's mean is the mean rate."""
    spec, strength = seen.spec, max(seen.spec.smoothing, 1e-3)
    wins = seen.clicks + strength * spec.click_rate
    losses = seen.exposures - seen.clicks + strength * (1.0 - spec.click_rate)
    shown = min(spec.slate, int(seen.available.sum()))
    return proportional(drawn(wins, losses, seen.available, shown, seen.rng), seen.available)


def personal(seen: Seen) -> Floats:
    """Each group's categories in proportion to (own clicks in them + smoothing) ** exponent, alike within them."""
    member = np.eye(CATEGORIES)[seen.categories]
    appeal = (seen.clicks @ member + seen.spec.smoothing) ** seen.spec.exponent
    size = np.maximum(1.0, seen.available @ member)
    return proportional((appeal / size)[:, seen.categories], seen.available)


def classifier(seen: Seen) -> Floats:
    """Names a class by its share in the labels ** exponent, and the true one `SKILL` times as readily.

    Groups are the true classes. The first retrain knows their true shares; the later ones know the labels.
    """
    wrong = (seen.exposures - seen.clicks).sum(axis=1)
    labels = seen.clicks.sum(axis=0) + wrong + seen.spec.smoothing if seen.exposures.any() else seen.audience
    weights = labels**seen.spec.exponent * (1.0 + (SKILL - 1.0) * np.eye(len(labels)))
    return proportional(weights, seen.available)


def approval(seen: Seen) -> Floats:
    """Accepts the segments whose recorded repayment rate breaks even; denies or refers the others."""
    if not seen.exposures.any():
        return uniform(seen)
    good = repaid(seen) >= BREAK_EVEN * seen.spec.click_rate
    weights = np.repeat(np.where(good, 1.0 - APPROVED_IF_GOOD, 1.0)[:, None], seen.spec.items, axis=1)
    weights /= seen.spec.items - 1
    weights[:, 0] = np.where(good, APPROVED_IF_GOOD, 0.0)
    return weights


def repaid(seen: Seen) -> Floats:
    """Recorded repayment rate of each group (G,), whatever was decided."""
    return _smoothed(seen.spec, seen.clicks.sum(axis=1), seen.exposures.sum(axis=1))


def smoothed_rates(seen: Seen) -> Floats:
    """Feedback rates (G, K) with a pessimistic prior worth `smoothing` exposures an outcome."""
    return _smoothed(seen.spec, seen.clicks, seen.exposures)


def _described(seen: Seen) -> Floats:
    """What a regression knows of the outcomes (K, D): their category, and the latent features of the world."""
    return np.hstack([np.eye(CATEGORIES)[seen.categories], seen.features])


def _regression(seen: Seen) -> Ridge:
    return ridge(_described(seen), seen.exposures, seen.clicks, max(seen.spec.smoothing, 1e-6))


def _smoothed(spec: ModelSpec, clicks: Floats, exposures: Floats) -> Floats:
    strength = max(spec.smoothing, 1e-9)
    prior = strength * PESSIMISM * spec.click_rate
    return (clicks + prior) / (exposures + strength)


POLICIES: Mapping[str, Callable[[Seen], Floats]] = {
    "uniform": uniform,
    "popularity": popularity,
    "quality": quality,
    "polya": polya,
    "greedy": greedy,
    "thompson": thompson,
    "collaborative": greedy,
    "item_knn": item_knn,
    "linucb": linucb,
    "personal": personal,
    "approval": approval,
    "classifier": classifier,
}
"""The policies by name. Collaborative is greedy for each of several groups of users."""

LAUNCHED = frozenset({"polya", "greedy", "collaborative", "item_knn", "linucb"})
"""The policies whose first retrain can be launched by popularity."""
