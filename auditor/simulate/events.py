"""What came back, one row an event: clicks or labels, what followed a click, and what came by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from auditor.simulate import clock, columns
from auditor.simulate.loop import Loop
from auditor.simulate.randomness import stream
from auditor.simulate.retrain import Retrain
from auditor.simulate.spec import ModelSpec
from auditor.simulate.world import Counts, Floats, centred, correlated, standard_quality

VALUE_SPREAD = 0.8
"""Standard deviation of the logarithm of a second event's value, within an outcome."""


@dataclass(frozen=True)
class Streams:
    """Random numbers of their own for each kind of event that a log may hold besides clicks."""

    second: np.random.Generator
    credited: np.random.Generator
    written: np.random.Generator
    direct: np.random.Generator

    @classmethod
    def of(cls, spec: ModelSpec, seed: int) -> Streams:
        """The streams of one model."""
        purposes = ("second events", "credited", "label sources", "direct")
        return cls(*(stream(seed, spec.name, purpose) for purpose in purposes))


@dataclass(frozen=True)
class Second:
    """What follows a click of each outcome (K,): with which probability, and of which value on average."""

    rate: Floats
    value: Floats


def second_quality(spec: ModelSpec, loop: Loop, seed: int) -> Second | None:
    """The truth about the second event; None where there is none."""
    if not spec.second_event:
        return None
    rng = stream(seed, spec.name, "second quality")
    quality = spec.second_spread * correlated(standard_quality(loop.rates[0]), spec.second_fit, rng)
    if spec.second_rate < 1.0:
        return Second(centred(quality, spec.second_rate), np.full(len(quality), spec.second_value))
    worth = np.exp(quality)
    return Second(np.ones(len(quality)), spec.second_value * worth / worth.mean())


def of_retrain(
    spec: ModelSpec,
    loop: Loop,
    retrain: Retrain,
    names: pa.Array,
    second: Second | None,
    rng: np.random.Generator,
    streams: Streams,
) -> Iterator[pa.Table]:
    """The feedback of one retrain; only what is asked for takes random numbers."""
    answers = _answers(spec, retrain, names, rng, streams.written)
    yield answers
    yield _organic(spec, loop, retrain.number, names, rng, streams.direct)
    if second:
        yield _followed(spec, retrain, names, second, streams.second)
    if spec.credited_to:
        taken = streams.credited.random(answers.num_rows) < spec.credited_share
        yield _named(answers.filter(pa.array(taken)), spec.credited_to)


def _answers(
    spec: ModelSpec, retrain: Retrain, names: pa.Array, rng: np.random.Generator, written: np.random.Generator
) -> pa.Table:
    """Clicks, or labels: 0 and 1 for an approval model, the number of the class for a classifier."""
    slates = retrain.slates
    heard = np.flatnonzero(slates.observed if spec.labelled else slates.clicked)
    if spec.log_clicked:
        heard = heard[:0]
    rows = len(heard)
    delay = clock.label_delays(rows, rng) if spec.labelled else clock.click_delays(rows, rng)
    return _on_requests(
        spec, retrain, names, heard, delay,
        event=columns.constant("label" if spec.labelled else "click", rows),
        value=_labels(spec, retrain, heard) if spec.labelled else None,
        label_source=_sources(spec, retrain, heard, written) if spec.labelled else None,
    )  # fmt: skip


def _labels(spec: ModelSpec, retrain: Retrain, heard: Counts) -> Floats:
    slates = retrain.slates
    clicked = slates.clicked[heard]
    if spec.policy == "approval":
        return clicked.astype(np.float64)
    truth = slates.group[slates.request[heard]]
    return 1.0 + np.where(clicked, slates.item[heard], truth)


def _sources(spec: ModelSpec, retrain: Retrain, heard: Counts, rng: np.random.Generator) -> pa.Array:
    ruled = rng.random(len(heard)) < spec.rule_labels
    source = np.where(retrain.slates.self_labelled[heard], 1, np.where(ruled, 2, 0))
    return pa.array(["human", "model", "rule"]).take(source)


def _followed(spec: ModelSpec, retrain: Retrain, names: pa.Array, second: Second, rng: np.random.Generator) -> pa.Table:
    """The purchases, or whatever else follows some of the clicks."""
    slates = retrain.slates
    clicked = np.flatnonzero(slates.clicked)
    heard = clicked[rng.random(len(clicked)) < second.rate[slates.item[clicked]]]
    mean = np.log(second.value[slates.item[heard]]) - VALUE_SPREAD**2 / 2.0
    return _on_requests(
        spec, retrain, names, heard, clock.LATEST_CLICK + clock.click_delays(len(heard), rng),
        event=columns.constant(spec.second_event, len(heard)),
        value=np.round(rng.lognormal(mean, VALUE_SPREAD), 2),
    )  # fmt: skip


def _on_requests(
    spec: ModelSpec, retrain: Retrain, names: pa.Array, heard: Counts, delay: Counts, **values: object
) -> pa.Table:
    """Events on the rows `heard` of a retrain, `delay` seconds after they were shown, or later."""
    request, rows = retrain.slates.request[heard], len(heard)
    return columns.table(
        columns.FEEDBACK,
        rows,
        request_id=retrain.first_request + request,
        item_id=names.take(retrain.slates.item[heard]),
        timestamp=columns.times(retrain.second[request] + retrain.later[heard] + delay),
        user_id=columns.user_names(retrain.user[request]) if spec.users else None,
        source=columns.constant("model", rows),
        model_id=columns.constant(spec.name, rows) if spec.log_feedback_model else None,
        **values,
    )


def _organic(
    spec: ModelSpec, loop: Loop, t: int, names: pa.Array, rng: np.random.Generator, direct: np.random.Generator
) -> pa.Table:
    """Clicks that people found their own way to, by true quality: no request of this model is behind them."""
    clicks = int(loop.exploit_clicks[t].sum() + loop.explore_clicks[t].sum())
    rows = round(spec.organic * clicks)
    wanted = loop.rates[t].mean(axis=0) * loop.available[t]
    item = rng.choice(len(wanted), rows, p=wanted / wanted.sum())
    came = direct.random(rows) < spec.direct
    return columns.table(
        columns.FEEDBACK,
        rows,
        item_id=names.take(item),
        timestamp=columns.times(clock.moments(t, rows, rng)),
        user_id=columns.user_names(rng.integers(0, spec.users, rows)) if spec.users else None,
        event=columns.constant("click", rows),
        source=pa.array(["search", "direct"]).take(came.astype(np.int64)),
    )


def _named(feedback: pa.Table, model: str) -> pa.Table:
    """The same events, as those of another model."""
    at = feedback.schema.get_field_index("model_id")
    return feedback.set_column(at, feedback.field(at), columns.constant(model, feedback.num_rows))
