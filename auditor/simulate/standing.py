"""The positions of the rows of one retrain, where it matters to the feedback who stands above whom."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from auditor.simulate.slates import Slates
from auditor.simulate.spec import ModelSpec
from auditor.simulate.world import Counts, Floats


def in_order(spec: ModelSpec, policy: Floats, slates: Slates, rng: np.random.Generator) -> Slates:
    """The same requests, outcomes and numbers of clicks, in the order of a policy (G, K), likeliest first.

    Randomised rows keep the position that chance gave them. An outcome's clicks go to those of its rows that are
    looked at, each as likely as its position says.
    """
    return _looked_at(spec, _ranked(policy, slates, rng), rng)


def _ranked(policy: Floats, slates: Slates, rng: np.random.Generator) -> Slates:
    own = np.flatnonzero(~slates.explored)
    request = slates.request[own]
    likely = policy[slates.group[request], slates.item[own]]
    order = np.arange(len(slates.item))
    order[own] = own[np.lexsort((rng.random(len(own)), -likely, request))]
    return _answered(replace(slates, item=slates.item[order]), slates, order)


def _looked_at(spec: ModelSpec, slates: Slates, rng: np.random.Generator) -> Slates:
    """Sampling by weight without replacement: the clicks go to the smallest exponential times over weights."""
    outcome = slates.group[slates.request] * (int(slates.item.max(initial=0)) + 1) + slates.item
    wait = rng.exponential(size=len(outcome)) * slates.position**spec.position_decay
    first = np.lexsort((wait, slates.explored, outcome))
    order = np.empty_like(first)
    order[first] = np.lexsort((~slates.clicked, slates.explored, outcome))
    return _answered(slates, slates, order)


def _answered(slates: Slates, before: Slates, order: Counts) -> Slates:
    """What came back on the rows `before`, in another order."""
    return replace(
        slates,
        observed=before.observed[order],
        clicked=before.clicked[order],
        self_labelled=before.self_labelled[order],
        late=before.late[order],
    )
