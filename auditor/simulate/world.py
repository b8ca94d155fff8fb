"""What is true whatever the model does: the catalogue, and how much each audience likes each outcome."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from auditor.simulate.randomness import stream
from auditor.simulate.spec import ModelSpec
from auditor.simulate.tails import shaped

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SEASON = 4
"""Retrains a season: a month of weekly retrains."""

CATEGORIES = 12
"""Categories of a catalogue."""

FEATURES, FEATURE_FIT = 4, 0.4
"""Latent features of an outcome, and the correlation of each with its quality: together they explain 43 % of it."""


@dataclass(frozen=True)
class World:
    """T retrains (warm-up first), G groups of users, K outcomes ever available.

    `rates` (T, G, K): true probability of feedback. `available` (T, K): the catalogue of each retrain.
    `popularity` (K,): positive weights that never change, and owe to quality what `popularity_fit` says.
    `categories` (K,): the category of each outcome. `audience` (G,): the share of each group in the traffic.
    `features` (K, F): what else than its category can be known of an outcome beforehand; none but for linucb.
    """

    rates: Floats
    available: Flags
    popularity: Floats
    categories: Counts
    audience: Floats
    features: Floats


def build_world(spec: ModelSpec, seed: int, rng: np.random.Generator) -> World:
    """Draws the world of one model."""
    retrains = spec.warmup + spec.retrains
    replaced = round(spec.turnover * spec.items)
    items = spec.items + (retrains - 1) * replaced
    first = np.arange(retrains)[:, None] * replaced
    index = np.arange(items)
    weights: Floats = np.power(1.0 + rng.permutation(items), -spec.exponent, dtype=np.float64)
    categories = stream(seed, spec.name, "categories").integers(0, CATEGORIES, items)
    if spec.policy == "classifier":
        rates: Floats = np.broadcast_to(np.eye(items), (retrains, items, items)).copy()
    else:
        rates = _rates(spec, seed, rng, categories, retrains)
    return World(
        rates=rates,
        available=(index >= first) & (index < first + spec.items),
        popularity=_popularity(spec, seed, weights, rates[0]) if spec.popularity_fit else weights,
        categories=categories,
        audience=_audience(spec),
        features=_features(spec, seed, rates[0]),
    )


def standard_quality(rates: Floats) -> Floats:
    """Log-odds of the rates (G, K) over all groups, at mean 0 and standard deviation 1; 0 where all are alike."""
    rate = np.clip(rates.mean(axis=0), 1e-12, 1.0 - 1e-12)
    logits = np.log(rate / (1.0 - rate))
    spread = logits.std()
    standard: Floats = (logits - logits.mean()) / spread if spread > 1e-9 else np.zeros_like(logits)
    return standard


def correlated(quality: Floats, correlation: float, rng: np.random.Generator) -> Floats:
    """A standard normal number an outcome that correlates with `quality`."""
    own = rng.standard_normal(len(quality)) * np.sqrt(1.0 - correlation**2)
    both: Floats = correlation * quality + own
    return both


def centred(logits: Floats, mean: float) -> Floats:
    """Probabilities of log-odds shifted so that their mean is `mean` (at most 0.999), by bisection."""
    target, low, high = min(mean, 0.999), -40.0, 40.0
    for _ in range(60):
        middle = (low + high) / 2.0
        if (1.0 / (1.0 + np.exp(-(logits + middle)))).mean() < target:
            low = middle
        else:
            high = middle
    rates: Floats = 1.0 / (1.0 + np.exp(-(logits + low)))
    return rates


def _rates(spec: ModelSpec, seed: int, rng: np.random.Generator, categories: Counts, retrains: int) -> Floats:
    items = len(categories)
    taste = rng.standard_normal((spec.groups, items))
    if spec.groups > 1:  # half of an outcome's appeal is the same for everybody
        taste = (taste + rng.standard_normal(items)) / np.sqrt(2.0)
    taste = shaped(taste, spec.quality_tail, stream(seed, spec.name, "quality tail"))
    steps = rng.standard_normal((retrains, spec.groups, items)) * spec.drift
    steps[0] = 0.0
    logits = taste * spec.quality_spread + np.cumsum(steps, axis=0)
    if spec.category_taste:
        liking = stream(seed, spec.name, "category taste").standard_normal((spec.groups, CATEGORIES))
        logits += spec.category_taste * liking[:, categories]
    if spec.policy == "approval":  # whether an applicant would repay does not hang on what is decided
        logits = np.repeat(logits[:, :, :1], items, axis=2)
    return _of_each_retrain(logits, _means(spec, retrains), changing=spec.drift > 0.0)


def _of_each_retrain(logits: Floats, means: Floats, *, changing: bool) -> Floats:
    """The rates (T, G, K); where tastes do not change, those of equal means are worked out once."""
    if changing:
        return np.stack([centred(step, mean) for step, mean in zip(logits, means, strict=True)])
    different, which = np.unique(means, return_inverse=True)
    return np.stack([centred(logits[0], mean) for mean in different])[which]


def _means(spec: ModelSpec, retrains: int) -> Floats:
    retrain = np.arange(retrains)
    season = 1.0 + spec.seasonality * np.sin(2.0 * np.pi * retrain / SEASON)
    means: Floats = spec.click_rate * season * (1.0 + spec.uplift) ** np.maximum(0, retrain - spec.warmup)
    return means


def _popularity(spec: ModelSpec, seed: int, weights: Floats, rates: Floats) -> Floats:
    """The same weights, handed out so that they follow quality, or run against it."""
    rng = stream(seed, spec.name, "popularity")
    liked = correlated(standard_quality(rates), spec.popularity_fit, rng)
    handed: Floats = np.empty_like(weights)
    handed[np.argsort(-liked)] = np.sort(weights)[::-1]
    return handed


def _features(spec: ModelSpec, seed: int, rates: Floats) -> Floats:
    """Numbers that each know a little of the quality, as it is in the first retrain."""
    if spec.policy != "linucb":
        return np.zeros((rates.shape[1], 0))
    rng, quality = stream(seed, spec.name, "features"), standard_quality(rates)
    return np.stack([correlated(quality, FEATURE_FIT, rng) for _ in range(FEATURES)], axis=1)


def _audience(spec: ModelSpec) -> Floats:
    """Groups of equal size, or classes of which few are common and most are rare (Zipf)."""
    if spec.policy == "classifier":
        weights = 1.0 / np.arange(1.0, spec.groups + 1.0)
        return np.asarray(weights / weights.sum(), np.float64)
    return np.full(spec.groups, 1.0 / spec.groups)
