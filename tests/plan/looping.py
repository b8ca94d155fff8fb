"""Closed loops of the simulator that can be stopped, planned for, and carried on from where they were."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from auditor.simulate import ModelSpec
from auditor.simulate.policies import POLICIES, Seen

START = datetime(2026, 1, 5)
WEEK = 7 * 86_400


@dataclass
class Loop:
    """One model, a retrain a week on its own last week. Outcomes are numbered, and counts (K,)."""

    spec: ModelSpec
    seed: int
    weeks: int = 0
    tables: list[pa.Table] = field(default_factory=list)
    brought: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        spec = self.spec
        self.rng = np.random.default_rng(self.seed)
        taste = self.rng.normal(0, 0.5, (spec.groups, spec.items))
        self.rates = spec.click_rate * np.exp(taste) / np.exp(taste).mean()
        self.seen_exposures = self.seen_clicks = np.zeros(taste.shape)
        self.brought = np.zeros(spec.items, np.int64)  # since whenever it was set to 0

    def run(self, weeks: int, share: float = 0.0, lacks: np.ndarray | None = None, *, logged: bool = False) -> Loop:
        """So many weeks more, a `share` of whose exposures explores: all outcomes alike, or those that lack some."""
        for _ in range(weeks):
            self._week(share, lacks, logged)
        return self

    def forget(self) -> Loop:
        """Takes what was before out of the log."""
        self.tables.clear()
        self.weeks = 0
        return self

    def _week(self, share: float, lacks: np.ndarray | None, logged: bool) -> None:
        spec, rng = self.spec, self.rng
        seen = Seen(
            spec, self.seen_exposures, self.seen_clicks, np.ones(spec.items, bool), self.rates,
            np.ones(spec.items), rng,
        )  # fmt: skip
        policy = POLICIES[spec.policy](seen)
        by_group = rng.multinomial(spec.exposures, np.full(spec.groups, 1 / spec.groups))
        aside = rng.binomial(by_group, share)
        own = rng.multinomial(by_group - aside, policy)
        self.brought += own.sum(axis=0)
        explore = np.stack([self._explored(number, lacks) for number in aside])
        clicks = rng.binomial(own, self.rates), rng.binomial(explore, self.rates)
        self.seen_exposures, self.seen_clicks = (own + explore).astype(float), sum(clicks).astype(float)
        for shown, clicked, policy_name in ((own, clicks[0], "exploit"), (explore, clicks[1], "explore")):
            self._write(shown.sum(axis=0), clicked.sum(axis=0), policy_name if logged else None)
        self.weeks += 1

    def _explored(self, number: int, lacks: np.ndarray | None) -> np.ndarray:
        """Of all outcomes alike; or of those listed that lack exposures, then of the others that do, then of all."""
        items = self.spec.items
        drawn = np.zeros(items, np.int64)
        if lacks is not None:
            for listed in (lacks > 0, lacks == 0):
                lacking = np.repeat(np.arange(items), np.where(listed, np.maximum(0, lacks.max() - self.brought), 0))
                some = self.rng.permutation(lacking)[: number - drawn.sum()]
                drawn += np.bincount(some, minlength=items)
        drawn += self.rng.multinomial(number - drawn.sum(), np.full(items, 1 / items))
        self.brought += drawn
        return drawn

    def _write(self, shown: np.ndarray, clicked: np.ndarray, policy: str | None) -> None:
        items = np.arange(self.spec.items)
        item = np.concatenate([np.repeat(items, clicked), np.repeat(items, shown - clicked)])
        rows, yes = len(item), int(clicked.sum())
        second = self.weeks * WEEK + self.rng.integers(0, WEEK, rows)
        self.tables.append(
            pa.table(
                {
                    "model_id": pa.repeat(self.spec.name, rows),
                    "model_version": pa.repeat(f"v{self.weeks:02}", rows),
                    "item_id": item,
                    "timestamp": pa.array(np.datetime64(START, "s") + second),
                    "policy": pa.repeat(pa.scalar(policy, pa.string()), rows),
                    "user_id": self.rng.integers(0, 5_000, rows),
                    "clicked": (np.arange(rows) < yes).astype(np.int8),
                }
            )
        )


def write(folder: Path, loops: list[Loop], since: int = 0) -> Path:
    """The logs of loops from a week on, and their catalogue. Where nobody logged a policy, there is no such column."""
    folder.mkdir()
    exposures = pa.concat_tables(table for loop in loops for table in loop.tables[2 * since :])
    if exposures["policy"].null_count == exposures.num_rows:
        exposures = exposures.drop_columns("policy")
    pq.write_table(exposures, folder / "exposures.parquet")
    names = [(loop.spec.name, item) for loop in loops for item in range(loop.spec.items)]
    catalogue = {"model_id": [name for name, _ in names], "item_id": [item for _, item in names]}
    pq.write_table(pa.table(catalogue), folder / "catalogue.parquet")
    return folder
