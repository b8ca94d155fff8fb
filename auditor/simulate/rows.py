"""From counts to logs: exposures, feedback, catalogue and metrics of one model, in the data model's columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from auditor.simulate import clock, columns, events, faults
from auditor.simulate.catalogue import catalogue_of
from auditor.simulate.defaults import SEGMENTS
from auditor.simulate.loop import Loop
from auditor.simulate.metrics import metrics_of
from auditor.simulate.propensity import propensities
from auditor.simulate.randomness import stream
from auditor.simulate.retrain import Retrain, delays
from auditor.simulate.slates import deal
from auditor.simulate.spec import ModelSpec
from auditor.simulate.standing import in_order
from auditor.simulate.world import Counts, Floats


@dataclass(frozen=True)
class ModelLog:
    """One model's part of the log; tables with the schemas of `auditor.simulate.columns`."""

    exposures: pa.Table
    feedback: pa.Table
    catalogue: pa.Table
    metrics: pa.Table


def model_log(spec: ModelSpec, loop: Loop, seed: int) -> ModelLog:
    """The log of one model, in order of time. The same arguments give the same rows."""
    rng, streams = stream(seed, spec.name, "rows"), events.Streams.of(spec, seed)
    twice, lost = stream(seed, spec.name, "written twice"), stream(seed, spec.name, "lost")
    waiting, standing = stream(seed, spec.name, "waiting"), stream(seed, spec.name, "positions")
    activity: Floats = np.arange(1.0, spec.users + 1.0) ** -0.8
    names = columns.item_names(spec, loop.available.shape[1])
    follows = events.second_quality(spec, loop, seed)
    first = columns.first_request(spec)
    exposures: list[pa.Table] = []
    feedback: list[pa.Table] = []
    for t in range(len(loop.available)):
        slates = deal(loop, t, spec.slate, rng, mixed=spec.position_decay > 0.0)
        if spec.position_decay:
            slates = in_order(spec, loop.policies[t], slates, standing)
        requests = len(slates.group)
        users, second = _users(spec, activity, slates.group, rng), clock.moments(t, requests, rng)
        retrain = Retrain(t, slates, users, second, first, delays(spec, slates, t, second, waiting))
        first += requests
        shown = _exposures(spec, loop, retrain, names)
        exposures.append(faults.exposures_written(spec, shown, slates, twice, lost))
        feedback.extend(events.of_retrain(spec, loop, retrain, names, follows, rng, streams))
    catalogue = catalogue_of(spec, loop, names, rng)
    logged = pa.concat_tables(exposures)
    return ModelLog(
        _with_category(logged, catalogue) if spec.log_category else logged,
        faults.feedback_written(spec, pa.concat_tables(feedback).sort_by("timestamp"), lost),
        catalogue,
        metrics_of(spec, seed),
    )


def _users(spec: ModelSpec, activity: Floats, group: Counts, rng: np.random.Generator) -> Counts:
    """A user for each request, from the request's group (user id modulo groups); few are very active.

    The groups of a classifier are no audiences: anybody may send a case of any class.
    """
    users = np.full(len(group), -1, dtype=np.int64)
    if not spec.users:
        return users
    groups = 1 if spec.policy == "classifier" else spec.groups
    for g in range(groups):
        mine = group % groups == g
        share = np.cumsum(activity[g::groups])
        drawn = np.searchsorted(share, rng.random(int(mine.sum())) * share[-1], side="right")
        users[mine] = g + groups * np.minimum(drawn, len(share) - 1)
    return users


def _exposures(spec: ModelSpec, loop: Loop, retrain: Retrain, names: pa.Array) -> pa.Table:
    slates, rows = retrain.slates, len(retrain.slates.item)
    group = slates.group[slates.request]
    arms = pa.array(["exploit", "explore"])
    return columns.table(
        columns.EXPOSURES,
        rows,
        model_id=columns.constant(spec.name, rows),
        model_version=columns.constant(clock.version(retrain.number), rows) if spec.log_version else None,
        request_id=retrain.first_request + slates.request,
        user_id=columns.user_names(retrain.user[slates.request]) if spec.users else None,
        timestamp=columns.times(retrain.second[slates.request]),
        item_id=names.take(slates.item),
        position=slates.position,
        policy=arms.take(slates.explored.astype(np.int64)) if spec.log_policy else None,
        propensity=propensities(spec, loop, retrain.number)[group, slates.item] if spec.log_propensity else None,
        clicked=pa.array(slates.clicked.astype(np.int8), mask=~slates.observed) if spec.log_clicked else None,
        score=loop.scores[retrain.number][group, slates.item] if spec.log_score else None,
        segment=_segments(spec, retrain)[slates.request] if spec.segments else None,
    )


def _segments(spec: ModelSpec, retrain: Retrain) -> npt.NDArray[np.str_]:
    """The country of each request: its user's, or its audience's where no users are logged."""
    one = retrain.user if spec.users else retrain.slates.group
    return np.array(SEGMENTS)[one % spec.segments]


def _with_category(exposures: pa.Table, catalogue: pa.Table) -> pa.Table:
    place = pc.index_in(exposures["item_id"], value_set=catalogue["item_id"].combine_chunks())
    at = exposures.schema.get_field_index("category")
    return exposures.set_column(at, exposures.field(at), catalogue["category"].take(place))
