"""The catalogue of one model, with the dates between which each outcome was to be had."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from auditor.simulate import clock, columns
from auditor.simulate.loop import Loop
from auditor.simulate.spec import ModelSpec
from auditor.simulate.world import CATEGORIES, Counts


def catalogue_of(spec: ModelSpec, loop: Loop, names: pa.Array, rng: np.random.Generator) -> pa.Table:
    """One row an outcome. Categories mean something where the model or its audiences mind them."""
    retrains, items = loop.available.shape
    first = loop.available.argmax(axis=0)
    end = retrains - loop.available[::-1].argmax(axis=0)
    kinds = loop.categories if spec.minds_categories else rng.integers(0, CATEGORIES, items)
    labels = pa.array([f"{spec.prefix}_kind_{k:02d}" for k in range(CATEGORIES)])
    return columns.table(
        columns.CATALOGUE,
        items,
        model_id=columns.constant(spec.name, items),
        item_id=names,
        category=None if spec.labelled else labels.take(kinds),
        available_from=columns.times(np.array([clock.takeover(t) for t in first])),
        available_to=_retired(end, retrains),
    )


def _retired(end: Counts, retrains: int) -> pa.Array:
    seconds = np.array([clock.takeover(t) for t in end], dtype=np.int64)
    return pa.array(seconds * 1_000_000, mask=end == retrains).cast(columns.TIMESTAMP)
