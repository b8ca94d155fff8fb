"""From counts to the rows of one retrain: which outcome stood where in which request, and what came back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.simulate.cells import Cells
from auditor.simulate.loop import Loop
from auditor.simulate.world import Counts, Flags

REQUESTS = 50
"""Requests that mixed slates are dealt into at a time, each time with other neighbours."""

_Rows = tuple[Counts, Counts, Flags, Flags, Flags, Flags, Flags]


@dataclass(frozen=True)
class Slates:
    """Rows of one retrain, ordered by request and position: arrays of shape (n,), `group` (requests,).

    `request` counts from 0 in order of time, `position` from 1; the outcomes of a request are distinct.
    """

    request: Counts
    position: Counts
    item: Counts
    explored: Flags
    observed: Flags
    clicked: Flags
    self_labelled: Flags
    late: Flags
    group: Counts


def deal(loop: Loop, retrain: int, slate: int, rng: np.random.Generator, *, mixed: bool = False) -> Slates:
    """Deals one retrain's exposures into requests of at most `slate` distinct outcomes.

    An outcome has few different neighbours, but for slates that are `mixed`.
    """
    parts: list[_Rows] = []
    group: list[Counts] = []
    for g in range(loop.policies.shape[1]):
        rows, requests = _deal_group(loop, retrain, g, slate, rng, mixed)
        before = sum(len(part) for part in group)
        parts.append((rows[0] + before, *rows[1:]))
        group.append(np.full(requests, g, dtype=np.int64))
    columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    request, item, explored, observed, clicked, self_labelled, late = columns
    owner = np.concatenate(group)
    in_time = rng.permutation(len(owner))
    request = in_time[request]
    by_time = np.empty_like(owner)
    by_time[in_time] = owner
    order = np.lexsort((rng.random(len(request)), request))
    request = request[order]
    return Slates(
        request, _position(request), item[order], explored[order], observed[order], clicked[order],
        self_labelled[order], late[order], by_time,
    )  # fmt: skip


def _deal_group(
    loop: Loop, retrain: int, group: int, slate: int, rng: np.random.Generator, mixed: bool
) -> tuple[_Rows, int]:
    """Rows of one group, and how many requests they make."""
    item, *flags = _spread(loop.exploited.at(retrain, group), loop.explored.at(retrain, group))
    blocks = max(1, len(item) // (slate * REQUESTS)) if mixed else 1
    part = rng.permutation(len(item)) % blocks if mixed else np.zeros(len(item), np.int64)
    orders, requests, before = [], [], 0
    for block in range(blocks):
        rows = np.flatnonzero(part == block)
        order, request, made = _dealt(item[rows], loop.available.shape[1], slate, rng)
        orders.append(rows[order])
        requests.append(request + before)
        before += made
    order = np.concatenate(orders)
    explored, observed, clicked, self_labelled, late = (flag[order] for flag in flags)
    dealt = (np.concatenate(requests), item[order], explored, observed, clicked, self_labelled, late)
    return dealt, before


def _dealt(item: Counts, items: int, slate: int, rng: np.random.Generator) -> tuple[Counts, Counts, int]:
    """An order of rows, the request of each in that order, and how many requests there are.

    With rows sorted by outcome, row i goes to request i modulo R: distinct within a request as long as no
    outcome has more than R rows.
    """
    place = rng.permutation(items)
    order = np.lexsort((rng.random(len(item)), place[item]))
    commonest = int(np.bincount(item).max()) if len(item) else 0
    requests = max(-(-len(item) // slate), commonest)
    return order, np.arange(len(item)) % max(1, requests), requests


def _spread(exploit: Cells, explore: Cells) -> tuple[Counts, Flags, Flags, Flags, Flags, Flags]:
    """One row an exposure, from twelve counts an outcome: two arms by what came back, in the order of `_answers`."""
    arms = [_answers(cells) for cells in (exploit, explore)]
    counts = np.array(arms).transpose(2, 0, 1)
    item, arm, came_back = np.unravel_index(np.repeat(np.arange(counts.size), counts.ravel()), counts.shape)
    late = (came_back == 1) | (came_back == 3)
    return item.astype(np.int64), arm == 1, came_back < 5, came_back < 3, came_back == 0, late


def _answers(cells: Cells) -> tuple[Counts, ...]:
    """Counts (K,) of: own label, late click, click, seen late to be no, seen to be no, unknown."""
    clicks, refused = cells.clicks - cells.self_labelled, cells.observed - cells.clicks
    late_refused = cells.late - cells.late_clicks
    return (
        cells.self_labelled, cells.late_clicks, clicks - cells.late_clicks, late_refused, refused - late_refused,
        cells.exposures - cells.observed,
    )  # fmt: skip


def _position(request: Counts) -> Counts:
    """Rank from 1 within runs of equal requests."""
    index = np.arange(len(request))
    first = np.flatnonzero(np.r_[True, request[1:] != request[:-1]]) if len(request) else index
    return index - np.repeat(first, np.diff(np.r_[first, len(request)])) + 1
