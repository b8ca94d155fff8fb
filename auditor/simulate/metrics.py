"""What a model's team reports of it, retrain by retrain: made up, with a known direction in every slice."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from auditor.simulate import clock, columns
from auditor.simulate.randomness import stream
from auditor.simulate.spec import ModelSpec


class Reported(NamedTuple):
    """One metric in the slices that it is compared across; `step` is what one retrain gains, whichever way is up."""

    metric: str
    slices: tuple[str, str]
    begin: float
    step: float


SOUND = (
    Reported("ndcg", ("offline", "online"), 0.32, 0.012),
    Reported("auc", ("loop", "authentic"), 0.71, 0.008),
    Reported("log_loss", ("loop", "authentic"), 0.44, -0.010),
)
"""Metrics that improve in both of their slices; a negative step is of one where less is better."""

GETS_WORSE = {"sound": "", "offline": "online", "loop": "authentic"}
"""The slice that gets worse while the others improve, by what the spec's `metrics` says."""


def metrics_of(spec: ModelSpec, seed: int) -> pa.Table:
    """Every metric in every slice and retrain; no rows where the team reports none."""
    rng = stream(seed, spec.name, "metrics")
    parts = [
        _series(spec, each, name, rng)
        for each in (SOUND if spec.metrics else ())
        for name in each.slices
    ]  # fmt: skip
    return pa.concat_tables([columns.METRICS.empty_table(), *parts])


def _series(spec: ModelSpec, reported: Reported, name: str, rng: np.random.Generator) -> pa.Table:
    rows = spec.retrains
    direction = -1.0 if name == GETS_WORSE[spec.metrics] else 1.0
    gained = direction * np.arange(rows) + spec.metrics_noise * rng.standard_normal(rows)
    return columns.table(
        columns.METRICS,
        rows,
        model_id=columns.constant(spec.name, rows),
        model_version=pa.array([clock.version(t) for t in range(rows)]),
        metric=columns.constant(reported.metric, rows),
        slice=columns.constant(name, rows),
        value=np.round(reported.begin + reported.step * gained, 4),
        higher_is_better=pa.repeat(pa.scalar(reported.step > 0.0), rows),
    )
