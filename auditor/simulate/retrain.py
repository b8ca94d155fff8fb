"""The rows of one retrain: what was shown in which request, to whom, and when."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.simulate.slates import Slates
from auditor.simulate.world import Counts


@dataclass(frozen=True)
class Retrain:
    """One retrain's rows and who, when: `user` (-1: nobody logged) and `second` are per request."""

    number: int
    slates: Slates
    user: Counts
    second: Counts
    first_request: int
