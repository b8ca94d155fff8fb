"""Logs of models whose exposures are labelled, by whom they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

START = np.datetime64("2026-01-05T00:00:00", "us")
DAY = 86_400


def zipf(classes: int, exponent: float = 1.2) -> np.ndarray:
    """Shares of classes, the first the commonest."""
    share = np.arange(1, classes + 1) ** -exponent
    return share / share.sum()


def drawn(classes: int, exponent: float = 1.2) -> Callable:
    """Values of labels drawn alike in every retrain, whoever writes them."""
    return lambda rng, _, own: 1 + rng.choice(classes, len(own), p=zipf(classes, exponent))


def collapsing(classes: int, by: float) -> Callable:
    """The model's own labels lean towards the common classes, more so every retrain."""

    def values(rng, retrain, own):
        theirs = rng.choice(classes, len(own), p=zipf(classes))
        mine = rng.choice(classes, len(own), p=zipf(classes, 1.2 + by * retrain))
        return 1 + np.where(own, mine, theirs)

    return values


def confirming(rate: float) -> Callable:
    """Labels of 1 and 0; the model's own are all 1."""
    return lambda rng, _, own: np.where(own, 1, rng.random(len(own)) < rate)


@dataclass
class Labelled:
    """Several models in one log; two thirds of the exposures have one label."""

    items: int = 5
    exposures: list[dict] = field(default_factory=list)
    feedback: list[dict] = field(default_factory=list)

    def add(
        self, name: str, seed: int, written: tuple[float, float], values: Callable, *, volume=(600, 0), retrains=6
    ) -> Labelled:
        """`written` is the share of labels that the model writes at first, and what is added every retrain.

        `volume` is the number of labels in the same way.
        """
        rng = np.random.default_rng([seed, len(self.exposures)])
        for t in range(retrains):
            labels = volume[0] + t * volume[1]
            n = labels * 3 // 2
            shown = START + (rng.integers(0, 7 * DAY, n) + 7 * DAY * t).astype("timedelta64[s]")
            request, item = np.array([f"{name}-{t}-{i}" for i in range(n)]), rng.integers(0, self.items, n)
            own = rng.random(labels) < min(1.0, written[0] + t * written[1])
            self.exposures.append(
                {
                    "model_id": np.full(n, name), "model_version": np.full(n, t), "timestamp": shown,
                    "request_id": request, "item_id": item,
                }
            )  # fmt: skip
            self.feedback.append(
                {
                    "request_id": request[:labels], "item_id": item[:labels], "event": np.full(labels, "label"),
                    "timestamp": shown[:labels] + np.timedelta64(60, "s"), "value": values(rng, t, own).astype(float),
                    "label_source": np.where(own, "model", "human"),
                }
            )  # fmt: skip
        return self

    def tables(self) -> tuple[pa.Table, pa.Table]:
        """Exposures and labels."""
        return (
            pa.concat_tables([pa.table(part) for part in self.exposures]),
            pa.concat_tables([pa.table(part) for part in self.feedback]),
        )
