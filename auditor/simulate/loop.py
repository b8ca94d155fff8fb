"""The loop itself, at the level of counts: choose, collect feedback, retrain on it, choose again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.simulate import exploration, lateness, self_labels
from auditor.simulate.cells import Cells, stacked
from auditor.simulate.defaults import CHECKED_SHARE, LABEL_SHARE
from auditor.simulate.examination import SUREST, looked_at
from auditor.simulate.policies import chosen, predicted
from auditor.simulate.randomness import stream
from auditor.simulate.seen import Seen
from auditor.simulate.spec import ModelSpec
from auditor.simulate.world import Counts, Flags, Floats, World, build_world


@dataclass(frozen=True)
class Loop:
    """One model's life: T logged retrains, G groups of users, K outcomes ever available.

    `exploited` and `explored` hold the counts of the two arms by group; `policies` (T, G, K) the exploit
    policy's probabilities; `randomised` (T, K) those of the other arm; `scores` (T, G, K) what the model
    predicts; `rates` (T, G, K) the truth; `available` (T, K) the catalogue; `categories` (K,) and
    `audience` (G,) are the world's. The properties below are the same counts summed over groups, of shape (T, K).
    """

    exploited: Cells
    explored: Cells
    policies: Floats
    randomised: Floats
    scores: Floats
    rates: Floats
    available: Flags
    categories: Counts
    audience: Floats

    @property
    def exploit(self) -> Counts:
        """Exposures that the model's own policy chose, (T, K)."""
        return _over_groups(self.exploited.exposures)

    @property
    def explore(self) -> Counts:
        """Randomised exposures, (T, K)."""
        return _over_groups(self.explored.exposures)

    @property
    def exploit_observed(self) -> Counts:
        """Exposures of the own policy whose outcome is known, (T, K)."""
        return _over_groups(self.exploited.observed)

    @property
    def explore_observed(self) -> Counts:
        """Randomised exposures whose outcome is known, (T, K)."""
        return _over_groups(self.explored.observed)

    @property
    def exploit_clicks(self) -> Counts:
        """Positive feedback on the own policy's exposures, (T, K)."""
        return _over_groups(self.exploited.clicks)

    @property
    def explore_clicks(self) -> Counts:
        """Positive feedback on randomised exposures, (T, K)."""
        return _over_groups(self.explored.clicks)

    @property
    def policy(self) -> Floats:
        """The exploit policy over all users, (T, K)."""
        policy: Floats = np.average(self.policies, axis=1, weights=self.audience)
        return policy


@dataclass(frozen=True)
class _Retrain:
    """One retrain: what it chose by and from, what it predicts, and what its two arms brought."""

    policy: Floats
    randomised: Floats
    scores: Floats
    exploit: Cells
    explore: Cells


def run_loop(spec: ModelSpec, seed: int) -> Loop:
    """Runs one model for its warm-up and logged retrains; the same seed and spec give the same Loop."""
    rng = stream(seed, spec.name, "loop")
    writing, waiting = stream(seed, spec.name, "self labels"), stream(seed, spec.name, "late")
    world = build_world(spec, seed, rng)
    seen_exposures = seen_clicks = np.zeros(world.rates.shape[1:])
    retrains: list[_Retrain] = []
    for t in range(len(world.rates)):
        seen = _seen(spec, world, t, seen_exposures, seen_clicks, rng)
        played = _play(seen, world, t, writing, waiting)
        exposures, clicks = _learned(played, retrains[-1] if retrains else None)
        retrains.append(played)
        kept = 1.0 if spec.memory == "all" else 0.0
        seen_exposures, seen_clicks = kept * seen_exposures + exposures, kept * seen_clicks + clicks
    return _logged(spec, world, retrains[spec.warmup :])


def observable(spec: ModelSpec, items: int) -> Floats:
    """Probability that an exposure's outcome becomes known, (K,): silence is a 'no' except after a denial."""
    if spec.policy == "approval":
        approved = exploration.approvals(items)
        return LABEL_SHARE * approved + spec.followed_up * (1.0 - approved)
    return np.full(items, CHECKED_SHARE if spec.policy == "classifier" else 1.0)


def _seen(spec: ModelSpec, world: World, t: int, exposures: Floats, clicks: Floats, rng: np.random.Generator) -> Seen:
    if spec.pooling:
        given = min(1.0, spec.pooling * max(0, t - spec.warmup))
        exposures, clicks = (
            (1.0 - given) * own + given * own.mean(axis=0, keepdims=True) for own in (exposures, clicks)
        )
    available = world.available[t]
    newcomers = available & ~world.available[max(0, t - 1)]
    return Seen(
        spec, exposures, clicks, available, world.rates[t], world.popularity, rng,
        newcomers, world.categories, world.audience, world.features, first=t == 0,
    )  # fmt: skip


def _learned(played: _Retrain, before: _Retrain | None) -> tuple[Counts, Counts]:
    """What both arms brought by the end of a retrain's week: exposures with known outcome, and clicks."""
    own, own_clicks = lateness.arrived(played.exploit, before.exploit if before else None)
    randomised, randomised_clicks = lateness.arrived(played.explore, before.explore if before else None)
    return own + randomised, own_clicks + randomised_clicks


def _play(seen: Seen, world: World, t: int, writing: np.random.Generator, waiting: np.random.Generator) -> _Retrain:
    spec, rng = seen.spec, seen.rng
    policy = chosen(seen)
    randomised = exploration.drawn_from(spec, seen.available, world.popularity)
    total = max(1, round(spec.exposures * (1.0 + spec.growth) ** max(0, t - spec.warmup)))
    by_group = rng.multinomial(total, world.audience)
    aside = rng.binomial(by_group, exploration.shares(spec) * spec.explore_served)
    exploit = _feedback(seen, rng.multinomial(by_group - aside, policy), _rates_in_order(seen, policy))
    explore = _feedback(seen, rng.multinomial(aside, randomised), seen.rates)
    if spec.labels_itself:
        share = self_labels.share_written(spec, t)
        exploit, explore = (self_labels.written(cells, share, writing) for cells in (exploit, explore))
    if spec.late:
        exploit, explore = (lateness.held_back(cells, spec.late, waiting) for cells in (exploit, explore))
    return _Retrain(policy, randomised, predicted(seen, policy), exploit, explore)


def _rates_in_order(seen: Seen, policy: Floats) -> Floats:
    """Feedback rates (G, K) of what stands in the order of the policy."""
    if not seen.spec.position_decay:
        return seen.rates
    return np.minimum(SUREST, seen.rates * looked_at(seen.spec, policy))


def _feedback(seen: Seen, exposures: Counts, rates: Floats) -> Cells:
    observed = seen.rng.binomial(exposures, observable(seen.spec, exposures.shape[1]))
    clicks = seen.rng.binomial(observed, rates)
    none = np.zeros_like(clicks)
    return Cells(exposures, observed, clicks, none, none, none)


def _logged(spec: ModelSpec, world: World, retrains: Sequence[_Retrain]) -> Loop:
    """Without the outcomes that were retired before the log begins."""
    available = world.available[spec.warmup :]
    ever: Flags = np.any(available, axis=0)
    return Loop(
        stacked([each.exploit for each in retrains], ever),
        stacked([each.explore for each in retrains], ever),
        np.stack([each.policy for each in retrains])[:, :, ever],
        np.stack([each.randomised for each in retrains])[:, ever],
        np.stack([each.scores for each in retrains])[:, :, ever],
        world.rates[spec.warmup :, :, ever],
        available[:, ever],
        world.categories[ever],
        world.audience,
    )


def _over_groups(counts: Counts) -> Counts:
    total: Counts = counts.sum(axis=1)
    return total
