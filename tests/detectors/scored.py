"""Models whose logs say what was predicted: fleets at count level, and a loop that learns from its own rows alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
from counted import Fleet

from auditor.config import Settings
from auditor.detectors import Outcome, run
from auditor.simulate import ModelSpec, run_loop


@dataclass(frozen=True)
class Arm:
    """Exposures and clicks of each retrain and outcome (T, K), and the sum of the scores of each retrain (T,)."""

    exposures: np.ndarray
    clicks: np.ndarray
    expected: np.ndarray


@dataclass
class ScoredFleet:
    """A counted fleet whose exposures all have a score, between `low` and `high`."""

    seed: int = 0
    low: float = 0.0
    high: float = 1.0
    fleet: Fleet = field(init=False)
    scores: list[dict[str, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.fleet = Fleet(self.seed)

    def simulated(self, spec: ModelSpec, *, biased: float = 1.0) -> ScoredFleet:
        """One simulated model, whose scores are `biased` times what it believes."""
        loop = run_loop(spec, self.seed * 1000 + len(self.fleet.catalogue))
        arms = (
            Arm(
                cells.exposures.sum(axis=1),
                cells.clicks.sum(axis=1),
                biased * (loop.scores * cells.exposures).sum(axis=(1, 2)),
            )
            for cells in (loop.exploited, loop.explored)
        )
        return self.add(spec.name, *arms)

    def add(self, name: str, own: Arm, random: Arm) -> ScoredFleet:
        """One model of which there are counts."""
        model = len(self.fleet.catalogue)
        self.fleet.add_counts(
            name, own.exposures + random.exposures, own.clicks + random.clicks, explore=random.exposures,
            clicks_outside=random.clicks,
        )  # fmt: skip
        for outside, arm in ((False, own), (True, random)):
            shown = arm.exposures.sum(axis=1)
            self.scores += [
                {
                    "model": model, "retrain": t, "outside": outside, "shown": n, "scored": n, "expected": expected,
                    "lowest": self.low, "highest": self.high, "graded": 0.0,
                }
                for t, (n, expected) in enumerate(zip(shown.tolist(), arm.expected.tolist(), strict=True))
                if n
            ]  # fmt: skip
        return self

    def audit(self) -> Outcome:
        """What evaluation-gap says of the fleet."""
        rollups = self.fleet.rollups()
        table = pa.Table.from_pylist(self.scores)
        rollups.connection.register("summed", table)
        rollups.connection.execute("CREATE TABLE scores AS FROM summed")
        rollups.built.append("scores")
        columns = {**rollups.intake.columns, "exposures": rollups.intake.columns["exposures"] | {"score"}}
        rollups.intake = replace(rollups.intake, columns=columns)
        return run(rollups, Settings(select=("evaluation-gap",)))


@dataclass(frozen=True)
class Greedy:
    """A model that shows its best 20, explores, and does not learn from what it explores.

    What it does not show is expected to be wanted by `unseen` times as much in each next retrain.
    """

    items: int = 200
    exposures: int = 50_000
    retrains: int = 6
    explore: float = 0.1
    unseen: float = 0.8
    market: float = 1.0

    def played(self, rng: np.random.Generator) -> tuple[np.ndarray, Arm, Arm]:
        """The scores (T, K), and what own and random rows brought."""
        scores, own, random = [], [], []
        rates = 1 / (1 + np.exp(3 - 0.5 * rng.standard_normal(self.items)))
        score = rates * np.exp(0.3 * rng.standard_normal(self.items))
        even = np.full(self.items, 1 / self.items)
        for _ in range(self.retrains):
            weights = np.zeros(self.items)
            weights[np.argsort(-score)[:20]] = 1 / np.log2(np.arange(2, 22))
            shown = rng.multinomial(round(self.exposures * (1 - self.explore)), weights / weights.sum())
            tried = rng.multinomial(round(self.exposures * self.explore), even)
            own.append((shown, rng.binomial(shown, rates)))
            random.append((tried, rng.binomial(tried, rates)))
            scores.append(np.clip(score, 0, 1))
            learned = (own[-1][1] + 20 * score) / (shown + 20)
            score = np.where(shown > 0, learned, self.unseen * score)
            rates = rates * self.market
        table = np.array(scores)
        return table, _arm(own, table), _arm(random, table)


def _arm(counts: list[tuple[np.ndarray, np.ndarray]], scores: np.ndarray) -> Arm:
    exposures, clicks = (np.array(each) for each in zip(*counts, strict=True))
    return Arm(exposures, clicks, (scores * exposures).sum(axis=1))
