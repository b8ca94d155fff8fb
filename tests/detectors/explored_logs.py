"""Logs of one policy each, of which it is known how they explore, and what they claim of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

ITEMS = 120
Log = dict[str, np.ndarray]


@dataclass(frozen=True)
class Chosen:
    """Rows with the outcome that was chosen, its probability, and whether it was drawn for exploration."""

    item: np.ndarray
    chance: np.ndarray
    explored: np.ndarray
    more: Log = field(default_factory=dict)


Policy = Callable[[np.random.Generator, int], Chosen]


def uniform(rng, rows) -> Chosen:
    return Chosen(rng.integers(0, ITEMS, rows), np.full(rows, 1 / ITEMS), np.zeros(rows, bool))


def mixed(share: float, shown: int = 10) -> Policy:
    """The first outcomes alike, and a share drawn from all."""

    def policy(rng, rows) -> Chosen:
        explored = rng.random(rows) < share
        item = np.where(explored, rng.integers(0, ITEMS, rows), rng.integers(0, shown, rows))
        return Chosen(item, share / ITEMS + (1 - share) / shown * (item < shown), explored)

    return policy


def softmax(spread: float) -> Policy:
    """A policy that prefers some, and draws by itself."""

    def policy(rng, rows) -> Chosen:
        odds = np.exp(rng.normal(0, spread, ITEMS))
        item = rng.choice(ITEMS, rows, p=odds / odds.sum())
        return Chosen(item, odds[item] / odds.sum(), np.zeros(rows, bool))

    return policy


def by_position(rng, rows) -> Chosen:
    """Slates of three, each place with a policy of its own."""
    odds = np.exp(rng.normal(0, [[1.6], [0.8], [0.2]], (3, ITEMS)))
    chances = odds / odds.sum(axis=1, keepdims=True)
    place = np.arange(rows) % 3
    item = np.array([rng.choice(ITEMS, rows, p=each) for each in chances])[place, np.arange(rows)]
    more = {"position": place + 1, "request_id": np.arange(rows) // 3}
    return Chosen(item, chances[place, item], np.zeros(rows, bool), more)


def by_segment(rng, rows) -> Chosen:
    """An audience each that likes other things."""
    odds = np.exp(rng.normal(0, 1.0, (4, ITEMS)))
    chances = odds / odds.sum(axis=1, keepdims=True)
    segment = rng.integers(0, 4, rows)
    item = np.array([rng.choice(ITEMS, rows, p=each) for each in chances])[segment, np.arange(rows)]
    more = {"segment": np.array(["de", "fr", "it", "es"])[segment]}
    return Chosen(item, chances[segment, item], np.zeros(rows, bool), more)


def honest(chosen: Chosen) -> np.ndarray:
    return chosen.chance


def within_the_arm(chosen: Chosen) -> np.ndarray:
    """What many log: the probability given that the row explores, or that it does not."""
    return np.where(chosen.explored, 1 / ITEMS, 0.1)


def of_explore_rows_alone(chosen: Chosen) -> np.ndarray:
    return np.where(chosen.explored, chosen.chance, np.nan)


def log_of(policy: Policy, claim=honest, *, seed=1, rows=4000, name="m", marked=True) -> Log:
    """The columns of one model's log; `marked` says whether its rows tell what was explored."""
    rng = np.random.default_rng([seed, rows])
    chosen = policy(rng, rows)
    arm = np.where(chosen.explored, "explore", "exploit") if marked else np.full(rows, None)
    log = {"model_id": np.full(rows, name), "item_id": chosen.item, "user_id": rng.integers(0, rows // 8, rows),
           "policy": arm, "clicked": rng.binomial(1, 0.06, rows)}  # fmt: skip
    if claim is not None:
        log["propensity"] = np.asarray(claim(chosen), float)
    return {**log, **chosen.more}


def table(*logs: Log) -> pa.Table:
    """The logs one below the other; NaN is null."""
    made = [pa.table({name: pa.array(list(each) if each.dtype == object else each, from_pandas=True)
                      for name, each in log.items()}) for log in logs]  # fmt: skip
    return pa.concat_tables(made, promote_options="permissive")


CATALOGUE = {"item_id": np.arange(ITEMS)}
