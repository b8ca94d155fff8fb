"""What goes wrong between what happened and what is written: the loop itself knows nothing of it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from auditor.simulate.slates import Slates
from auditor.simulate.spec import ModelSpec
from auditor.simulate.world import Counts, Flags


def exposures_written(
    spec: ModelSpec, exposures: pa.Table, slates: Slates, twice: np.random.Generator, lost: np.random.Generator
) -> pa.Table:
    """The exposures of one retrain as they reach the log: some of them not at all, some of them twice in a row."""
    heard = slates.observed if spec.labelled else slates.clicked
    if spec.log_clicked and spec.log_lost:
        exposures = _silenced(exposures, heard & (lost.random(len(heard)) < spec.log_lost), spec.labelled)
    times: Counts = np.ones(len(heard), np.int64)
    if spec.log_duplicates:
        times += twice.random(len(heard)) < spec.log_duplicates
    if spec.log_only_clicked:
        times *= heard
    return exposures if (times == 1).all() else exposures.take(np.repeat(np.arange(len(times)), times))


def feedback_written(spec: ModelSpec, feedback: pa.Table, lost: np.random.Generator) -> pa.Table:
    """The events of one model as they reach the log."""
    if not spec.log_lost:
        return feedback
    return feedback.filter(pa.array(lost.random(feedback.num_rows) >= spec.log_lost))


def _silenced(exposures: pa.Table, lost: Flags, labelled: bool) -> pa.Table:
    """A joined log: what was lost stands there as no click, or as no label."""
    at = exposures.schema.get_field_index("clicked")
    clicked = exposures["clicked"].combine_chunks()
    kept = pc.if_else(pa.array(lost), pa.scalar(None if labelled else 0, clicked.type), clicked)
    return exposures.set_column(at, exposures.field(at), kept)
