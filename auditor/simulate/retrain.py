"""The rows of one retrain: what was shown in which request, to whom, and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auditor.simulate import clock
from auditor.simulate.slates import Slates
from auditor.simulate.spec import ModelSpec
from auditor.simulate.world import Counts


@dataclass(frozen=True)
class Retrain:
    """One retrain's rows and who, when: `user` (-1: nobody logged) and `second` are per request.

    `later` is per row: the seconds by which feedback on it is late.
    """

    number: int
    slates: Slates
    user: Counts
    second: Counts
    first_request: int
    later: Counts


def delays(spec: ModelSpec, slates: Slates, retrain: int, second: Counts, rng: np.random.Generator) -> Counts:
    """Seconds (n,) by which the feedback on each row is later than it would be: 0, or into the next retrain's week."""
    late: Counts = np.zeros(len(slates.request), np.int64)
    usual = clock.LABEL_DAYS[1] * 86_400 if spec.labelled else 2 * clock.LATEST_CLICK
    waited = rng.uniform(0.0, clock.WEEK - usual, int(slates.late.sum())).astype(np.int64)
    late[slates.late] = clock.takeover(retrain + 1) - second[slates.request[slates.late]] + waited
    return late
