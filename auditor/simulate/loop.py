"""The loop itself, at the level of counts: choose, collect feedback, retrain on it, choose again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.simulate.policies import POLICIES, Seen
from auditor.simulate.randomness import stream
from auditor.simulate.spec import LABEL_SHARE, ModelSpec
from auditor.simulate.world import Counts, Flags, Floats, World, build_world


@dataclass(frozen=True)
class Cells:
    """What one policy's choices brought: int64 counts of shape (T, G, K), or (G, K) for one retrain.

    `exposures` >= `observed` (outcome known to the next retrain) >= `clicks` (outcome positive).
    """

    exposures: Counts
    observed: Counts
    clicks: Counts


@dataclass(frozen=True)
class Loop:
    """One model's life: T logged retrains, G groups of users, K outcomes ever available.

    `exploited` and `explored` hold the counts of the two arms by group; `policies` (T, G, K) the exploit
    policy's probabilities; `rates` (T, G, K) the truth; `available` (T, K) the catalogue. The properties
    below are the same counts summed over groups, of shape (T, K).
    """

    exploited: Cells
    explored: Cells
    policies: Floats
    rates: Floats
    available: Flags

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
        """The exploit policy over all users, (T, K); groups are of equal size."""
        policy: Floats = self.policies.mean(axis=1)
        return policy


def run_loop(spec: ModelSpec, seed: int) -> Loop:
    """Runs one model for its warm-up and logged retrains; the same seed and spec give the same Loop."""
    rng = stream(seed, spec.name, "loop")
    world = build_world(spec, rng)
    seen_exposures = seen_clicks = np.zeros(world.rates.shape[1:])
    policies, exploited, explored = [], [], []
    for t in range(len(world.rates)):
        seen = _seen(spec, world, t, seen_exposures, seen_clicks, rng)
        policies.append(POLICIES[spec.policy](seen))
        exploit, explore = _play(seen, policies[-1], t)
        exploited.append(exploit)
        explored.append(explore)
        kept = 1.0 if spec.memory == "all" else 0.0
        seen_exposures = kept * seen_exposures + exploit.observed + explore.observed
        seen_clicks = kept * seen_clicks + exploit.clicks + explore.clicks
    return _logged(spec, world, np.stack(policies), exploited, explored)


def exploration(spec: ModelSpec, available: Flags) -> Floats:
    """What randomised exposures are drawn from, (K,): the catalogue alike, or approvals alone."""
    if spec.policy == "approval":
        return _approvals(len(available))
    share: Floats = available / available.sum()
    return share


def observable(spec: ModelSpec, items: int) -> Floats:
    """Probability that an exposure's outcome becomes known, (K,): silence is a 'no' except after a denial."""
    if spec.policy == "approval":
        return LABEL_SHARE * _approvals(items)
    return np.ones(items)


def _approvals(items: int) -> Floats:
    return np.eye(1, items, dtype=np.float64).ravel()


def _seen(spec: ModelSpec, world: World, t: int, exposures: Floats, clicks: Floats, rng: np.random.Generator) -> Seen:
    return Seen(spec, exposures, clicks, world.available[t], world.rates[t], world.popularity, rng)


def _play(seen: Seen, policy: Floats, t: int) -> tuple[Cells, Cells]:
    spec, rng = seen.spec, seen.rng
    total = max(1, round(spec.exposures * (1.0 + spec.growth) ** max(0, t - spec.warmup)))
    by_group = rng.multinomial(total, np.full(spec.groups, 1.0 / spec.groups))
    randomised = rng.binomial(by_group, spec.explore)
    exploit = _feedback(seen, rng.multinomial(by_group - randomised, policy))
    explore = _feedback(seen, rng.multinomial(randomised, exploration(spec, seen.available)))
    return exploit, explore


def _feedback(seen: Seen, exposures: Counts) -> Cells:
    observed = seen.rng.binomial(exposures, observable(seen.spec, exposures.shape[1]))
    return Cells(exposures, observed, seen.rng.binomial(observed, seen.rates))


def _logged(spec: ModelSpec, world: World, policies: Floats, exploited: list[Cells], explored: list[Cells]) -> Loop:
    """Drops the warm-up, and the outcomes that were retired before the log begins."""
    available = world.available[spec.warmup :]
    ever: Flags = np.any(available, axis=0)

    def kept(values: Floats) -> Floats:
        logged: Floats = values[spec.warmup :, :, ever]
        return logged

    return Loop(
        _stack(exploited[spec.warmup :], ever), _stack(explored[spec.warmup :], ever),
        kept(policies), kept(world.rates), available[:, ever],
    )  # fmt: skip


def _stack(retrains: list[Cells], ever: Flags) -> Cells:
    return Cells(
        np.stack([cells.exposures for cells in retrains])[:, :, ever],
        np.stack([cells.observed for cells in retrains])[:, :, ever],
        np.stack([cells.clicks for cells in retrains])[:, :, ever],
    )


def _over_groups(counts: Counts) -> Counts:
    total: Counts = counts.sum(axis=1)
    return total
