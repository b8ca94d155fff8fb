"""From counts to logs: exposures, feedback and catalogue of one model, in the data model's columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from auditor.simulate import clock, columns
from auditor.simulate.loop import Loop, exploration
from auditor.simulate.randomness import stream
from auditor.simulate.slates import Slates, deal
from auditor.simulate.spec import ModelSpec
from auditor.simulate.world import Counts, Floats

CATEGORIES = 12
"""Categories of a catalogue."""


@dataclass(frozen=True)
class ModelLog:
    """One model's part of the log; tables with the schemas of `auditor.simulate.columns`."""

    exposures: pa.Table
    feedback: pa.Table
    catalogue: pa.Table


@dataclass(frozen=True)
class _Retrain:
    """One retrain's rows and who, when: `user` (-1: nobody logged) and `second` are per request."""

    number: int
    slates: Slates
    user: Counts
    second: Counts
    first_request: int


def model_log(spec: ModelSpec, loop: Loop, seed: int) -> ModelLog:
    """The log of one model, in order of time. The same arguments give the same rows."""
    rng = stream(seed, spec.name, "rows")
    activity: Floats = np.arange(1.0, spec.users + 1.0) ** -0.8
    names = columns.item_names(spec, loop.available.shape[1])
    first = columns.first_request(spec)
    exposures, feedback = [], []
    for t in range(len(loop.available)):
        slates = deal(loop, t, spec.slate, rng)
        requests = len(slates.group)
        retrain = _Retrain(t, slates, _users(spec, activity, slates.group, rng), clock.moments(t, requests, rng), first)
        first += requests
        exposures.append(_exposures(spec, loop, retrain, names))
        feedback.append(_feedback(spec, retrain, names, rng))
        feedback.append(_organic(spec, loop, t, names, rng))
    events = pa.concat_tables(feedback).sort_by("timestamp")
    return ModelLog(pa.concat_tables(exposures), events, _catalogue(spec, loop, names, rng))


def _users(spec: ModelSpec, activity: Floats, group: Counts, rng: np.random.Generator) -> Counts:
    """A user for each request, from the request's group (user id modulo groups); few are very active."""
    users = np.full(len(group), -1, dtype=np.int64)
    if not spec.users:
        return users
    for g in range(spec.groups):
        mine = group == g
        share = np.cumsum(activity[g :: spec.groups])
        drawn = np.searchsorted(share, rng.random(int(mine.sum())) * share[-1], side="right")
        users[mine] = g + spec.groups * np.minimum(drawn, len(share) - 1)
    return users


def _exposures(spec: ModelSpec, loop: Loop, retrain: _Retrain, names: pa.Array) -> pa.Table:
    slates, rows = retrain.slates, len(retrain.slates.item)
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
        propensity=_propensity(spec, loop, retrain) if spec.log_propensity else None,
        clicked=pa.array(slates.clicked.astype(np.int8), mask=~slates.observed) if spec.log_clicked else None,
    )


def _propensity(spec: ModelSpec, loop: Loop, retrain: _Retrain) -> Floats:
    """Probability of each row's outcome under both arms together, for the row's group of users."""
    t, slates = retrain.number, retrain.slates
    randomised = exploration(spec, loop.available[t])
    chosen = (1.0 - spec.explore) * loop.policies[t] + spec.explore * randomised
    probabilities: Floats = chosen[slates.group[slates.request], slates.item]
    return probabilities


def _feedback(spec: ModelSpec, retrain: _Retrain, names: pa.Array, rng: np.random.Generator) -> pa.Table:
    """Clicks, or labels of 0 and 1 for an approval model."""
    slates, labels = retrain.slates, spec.policy == "approval"
    heard = np.flatnonzero(slates.observed if labels else slates.clicked)
    if spec.log_clicked:
        heard = heard[:0]
    request, rows = slates.request[heard], len(heard)
    delay = clock.label_delays(rows, rng) if labels else clock.click_delays(rows, rng)
    return columns.table(
        columns.FEEDBACK,
        rows,
        request_id=retrain.first_request + request,
        item_id=names.take(slates.item[heard]),
        timestamp=columns.times(retrain.second[request] + delay),
        user_id=columns.user_names(retrain.user[request]) if spec.users else None,
        event=columns.constant("label" if labels else "click", rows),
        value=slates.clicked[heard].astype(np.float64) if labels else None,
        label_source=columns.constant("human", rows) if labels else None,
        source=columns.constant("model", rows),
    )


def _organic(spec: ModelSpec, loop: Loop, t: int, names: pa.Array, rng: np.random.Generator) -> pa.Table:
    """Clicks that people found their own way to, by true quality: no request of this model is behind them."""
    clicks = int(loop.exploit_clicks[t].sum() + loop.explore_clicks[t].sum())
    rows = round(spec.organic * clicks)
    wanted = loop.rates[t].mean(axis=0) * loop.available[t]
    item = rng.choice(len(wanted), rows, p=wanted / wanted.sum())
    return columns.table(
        columns.FEEDBACK,
        rows,
        item_id=names.take(item),
        timestamp=columns.times(clock.moments(t, rows, rng)),
        user_id=columns.user_names(rng.integers(0, spec.users, rows)) if spec.users else None,
        event=columns.constant("click", rows),
        source=columns.constant("search", rows),
    )


def _catalogue(spec: ModelSpec, loop: Loop, names: pa.Array, rng: np.random.Generator) -> pa.Table:
    retrains, items = loop.available.shape
    first = loop.available.argmax(axis=0)
    end = retrains - loop.available[::-1].argmax(axis=0)
    kinds = rng.integers(0, CATEGORIES, items)
    labels = pa.array([f"{spec.prefix}_kind_{k:02d}" for k in range(CATEGORIES)])
    return columns.table(
        columns.CATALOGUE,
        items,
        model_id=columns.constant(spec.name, items),
        item_id=names,
        category=None if spec.policy == "approval" else labels.take(kinds),
        available_from=columns.times(np.array([clock.takeover(t) for t in first])),
        available_to=_retired(end, retrains),
    )


def _retired(end: Counts, retrains: int) -> pa.Array:
    seconds = np.array([clock.takeover(t) for t in end], dtype=np.int64)
    return pa.array(seconds * 1_000_000, mask=end == retrains).cast(columns.TIMESTAMP)
