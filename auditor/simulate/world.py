"""What is true whatever the model does: the catalogue, and how much each audience likes each outcome."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from auditor.simulate.spec import ModelSpec

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SEASON = 4
"""Retrains a season: a month of weekly retrains."""


@dataclass(frozen=True)
class World:
    """T retrains (warm-up first), G groups of users, K outcomes ever available.

    `rates` (T, G, K): true probability of feedback. `available` (T, K): the catalogue of each retrain.
    `popularity` (K,): positive weights that never change and owe nothing to quality.
    """

    rates: Floats
    available: Flags
    popularity: Floats


def build_world(spec: ModelSpec, rng: np.random.Generator) -> World:
    """Draws the world of one model."""
    retrains = spec.warmup + spec.retrains
    replaced = round(spec.turnover * spec.items)
    items = spec.items + (retrains - 1) * replaced
    first = np.arange(retrains)[:, None] * replaced
    index = np.arange(items)
    weights: Floats = np.power(1.0 + rng.permutation(items), -spec.exponent, dtype=np.float64)
    return World(
        rates=_rates(spec, rng, retrains, items),
        available=(index >= first) & (index < first + spec.items),
        popularity=weights,
    )


def _rates(spec: ModelSpec, rng: np.random.Generator, retrains: int, items: int) -> Floats:
    taste = rng.standard_normal((spec.groups, items))
    if spec.groups > 1:  # half of an outcome's appeal is the same for everybody
        taste = (taste + rng.standard_normal(items)) / np.sqrt(2.0)
    steps = rng.standard_normal((retrains, spec.groups, items)) * spec.drift
    steps[0] = 0.0
    logits = taste * spec.quality_spread + np.cumsum(steps, axis=0)
    if spec.policy == "approval":  # whether an applicant would repay does not hang on what is decided
        logits = np.repeat(logits[:, :, :1], items, axis=2)
    season = 1.0 + spec.seasonality * np.sin(2.0 * np.pi * np.arange(retrains) / SEASON)
    means = spec.click_rate * season
    return np.stack([_with_mean(step, mean) for step, mean in zip(logits, means, strict=True)])


def _with_mean(logits: Floats, mean: float) -> Floats:
    """Shifts log-odds so that the mean probability is `mean` (at most 0.999), by bisection."""
    target, low, high = min(mean, 0.999), -40.0, 40.0
    for _ in range(60):
        middle = (low + high) / 2.0
        if (1.0 / (1.0 + np.exp(-(logits + middle)))).mean() < target:
            low = middle
        else:
            high = middle
    rates: Floats = 1.0 / (1.0 + np.exp(-(logits + low)))
    return rates
