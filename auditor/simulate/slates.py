"""From counts to the rows of one retrain: which outcome stood where in which request, and what came back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.simulate.cells import Cells
from auditor.simulate.loop import Loop
from auditor.simulate.world import Counts, Flags

_Rows = tuple[Counts, Counts, Flags, Flags, Flags, Flags]


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
    group: Counts


def deal(loop: Loop, retrain: int, slate: int, rng: np.random.Generator) -> Slates:
    """Deals one retrain's exposures into requests of at most `slate` distinct outcomes."""
    parts: list[_Rows] = []
    group: list[Counts] = []
    for g in range(loop.policies.shape[1]):
        rows, requests = _deal_group(loop, retrain, g, slate, rng)
        before = sum(len(part) for part in group)
        parts.append((rows[0] + before, *rows[1:]))
        group.append(np.full(requests, g, dtype=np.int64))
    request, item, explored, observed, clicked, self_labelled = (np.concatenate(c) for c in zip(*parts, strict=True))
    owner = np.concatenate(group)
    in_time = rng.permutation(len(owner))
    request = in_time[request]
    by_time = np.empty_like(owner)
    by_time[in_time] = owner
    order = np.lexsort((rng.random(len(request)), request))
    request = request[order]
    return Slates(
        request, _position(request), item[order], explored[order], observed[order], clicked[order],
        self_labelled[order], by_time,
    )  # fmt: skip


def _deal_group(loop: Loop, retrain: int, group: int, slate: int, rng: np.random.Generator) -> tuple[_Rows, int]:
    """Rows of one group, and how many requests they make.

    With rows sorted by outcome, row i goes to request i modulo R: distinct within a request as long as no
    outcome has more than R rows.
    """
    item, *flags = _spread(loop.exploited.at(retrain, group), loop.explored.at(retrain, group))
    place = rng.permutation(loop.available.shape[1])
    order = np.lexsort((rng.random(len(item)), place[item]))
    commonest = int(np.bincount(item).max()) if len(item) else 0
    requests = max(-(-len(item) // slate), commonest)
    request = np.arange(len(item)) % max(1, requests)
    explored, observed, clicked, self_labelled = (flag[order] for flag in flags)
    return (request, item[order], explored, observed, clicked, self_labelled), requests


def _spread(exploit: Cells, explore: Cells) -> tuple[Counts, Flags, Flags, Flags, Flags]:
    """One row an exposure, from eight counts an outcome: two arms by (own label, clicked, seen to be no, unknown)."""
    arms = [
        (a.self_labelled, a.clicks - a.self_labelled, a.observed - a.clicks, a.exposures - a.observed)
        for a in (exploit, explore)
    ]
    counts = np.array(arms).transpose(2, 0, 1)
    item, arm, came_back = np.unravel_index(np.repeat(np.arange(counts.size), counts.ravel()), counts.shape)
    return item.astype(np.int64), arm == 1, came_back < 3, came_back < 2, came_back == 0


def _position(request: Counts) -> Counts:
    """Rank from 1 within runs of equal requests."""
    index = np.arange(len(request))
    first = np.flatnonzero(np.r_[True, request[1:] != request[:-1]]) if len(request) else index
    return index - np.repeat(first, np.diff(np.r_[first, len(request)])) + 1
