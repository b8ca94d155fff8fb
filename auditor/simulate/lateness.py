"""Feedback that comes too late for the next retrain, and what a retrain therefore learns from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from auditor.simulate.cells import Cells
from auditor.simulate.world import Counts


def held_back(cells: Cells, share: float, rng: np.random.Generator) -> Cells:
    """The same counts, where the answer to a random `share` of what was observed is late."""
    positive = rng.binomial(cells.clicks - cells.self_labelled, share)
    negative = rng.binomial(cells.observed - cells.clicks, share)
    return replace(cells, late=positive + negative, late_clicks=positive)


def arrived(now: Cells, before: Cells | None) -> tuple[Counts, Counts]:
    """Exposures with known outcome, and clicks, that came in the week of a retrain: on time, or late for the last."""
    exposures, clicks = now.observed - now.late, now.clicks - now.late_clicks
    if before is None:
        return exposures, clicks
    return exposures + before.late, clicks + before.late_clicks
