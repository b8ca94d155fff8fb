"""Models whose two retrains are alike, differ by a known amount, or are the ends of a loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.spatial.distance import jensenshannon

from auditor.simulate import ModelSpec, run_loop

CLICK_RATE = 0.05


@dataclass(frozen=True)
class Drawn:
    """One model: exposures and clicks (T, K), and the distributions that its first and last retrain drew from."""

    exposures: np.ndarray
    clicks: np.ndarray
    first: np.ndarray
    last: np.ndarray

    @property
    def bits(self) -> float:
        """Jensen-Shannon divergence of the distributions themselves, in bits: 0 where nothing moved."""
        return float(jensenshannon(self.first, self.last, 2)) ** 2

    @property
    def gini(self) -> float:
        """Gini index of the last distribution itself, over the whole catalogue."""
        ascending, size = np.sort(self.last), len(self.last)
        return max(0.0, float(((2 * np.arange(1, size + 1) - size - 1) * ascending).sum() / size))


Draw = Callable[[int, int, int], Drawn]


@dataclass(frozen=True)
class Kind:
    """One kind of models, by how one is drawn from items, exposures a retrain and seed. `moved`: drift is right."""

    name: str
    moved: bool
    draw: Draw


def _alike(items: int, exposures: int, seed: int, *, exponent: float) -> Drawn:
    rng = np.random.default_rng([seed, items, exposures])
    shares = _zipf(items, exponent)
    return _sampled(rng, exposures, shares, shares)


def _reweighted(items: int, exposures: int, seed: int, *, spread: float) -> Drawn:
    """A popularity, and the same with every outcome's weight multiplied by a log-normal factor."""
    rng = np.random.default_rng([seed, items, exposures])
    first = _zipf(items, 0.7)
    later = first * np.exp(spread * rng.normal(size=items))
    return _sampled(rng, exposures, first, later / later.sum())


def _looped(items: int, exposures: int, seed: int, *, policy: str, exponent: float = 1.0) -> Drawn:
    """Four retrains of a loop."""
    spec = ModelSpec("loop", policy, exposures=exposures, items=items, retrains=4, exponent=exponent)
    loop = run_loop(spec, seed)
    return Drawn(loop.exploit, loop.exploit_clicks, loop.policy[0], loop.policy[-1])


def _zipf(items: int, exponent: float) -> np.ndarray:
    weights = np.arange(1.0, items + 1) ** -exponent
    return weights / weights.sum()


def _sampled(rng: np.random.Generator, exposures: int, first: np.ndarray, last: np.ndarray) -> Drawn:
    shown = np.stack([rng.multinomial(exposures, shares) for shares in (first, last)])
    return Drawn(shown, rng.binomial(shown, CLICK_RATE), first, last)


KINDS: tuple[Kind, ...] = (
    Kind("uniform, twice the same", moved=False, draw=partial(_alike, exponent=0.0)),
    Kind("popularity, twice the same", moved=False, draw=partial(_alike, exponent=1.0)),
    Kind("log weights moved by 0.3", moved=True, draw=partial(_reweighted, spread=0.3)),
    Kind("log weights moved by 0.7", moved=True, draw=partial(_reweighted, spread=0.7)),
    Kind("log weights moved by 1.5", moved=True, draw=partial(_reweighted, spread=1.5)),
    Kind("urn, exponent 1", moved=True, draw=partial(_looped, policy="polya")),
    Kind("urn, exponent 1.5", moved=True, draw=partial(_looped, policy="polya", exponent=1.5)),
    Kind("greedy top 20", moved=True, draw=partial(_looped, policy="greedy")),
)
