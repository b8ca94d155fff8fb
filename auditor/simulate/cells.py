"""Counts of what was chosen and what came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from auditor.simulate.world import Counts, Flags


@dataclass(frozen=True)
class Cells:
    """What one policy's choices brought: int64 counts of shape (T, G, K), or (G, K) for one retrain.

    `exposures` >= `observed` (outcome ever known) >= `clicks` (outcome positive) >= `self_labelled` (positive
    because the model says so). `late` are those of `observed` that the next retrain does not know yet, and
    `late_clicks` the positive ones of them.
    """

    exposures: Counts
    observed: Counts
    clicks: Counts
    self_labelled: Counts
    late: Counts
    late_clicks: Counts

    def at(self, *index: int) -> Cells:
        """One retrain's, or one group's of one retrain."""
        return Cells(*(getattr(self, field.name)[index] for field in fields(self)))


def stacked(retrains: Sequence[Cells], ever: Flags) -> Cells:
    """The cells (G, K) of several retrains as one (T, G, K), of the outcomes `ever` available."""
    return Cells(*(np.stack([getattr(cells, field.name) for cells in retrains])[:, :, ever] for field in fields(Cells)))
