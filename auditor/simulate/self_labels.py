"""Labels that the model writes itself: they say that it was right, and the next retrain believes them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from auditor.simulate.cells import Cells
from auditor.simulate.spec import ModelSpec


def share_written(spec: ModelSpec, retrain: int) -> float:
    """Share of the labels that the model writes itself; `retrain` counts from 0 with the warm-up."""
    grown = spec.self_labels_growth * max(0, retrain - spec.warmup)
    return min(1.0, spec.self_labels + grown)


def written(cells: Cells, share: float, rng: np.random.Generator) -> Cells:
    """The same exposures, where the model labelled a random `share` of what was observed, in its own favour."""
    own = rng.binomial(cells.observed, share)
    refused = cells.observed - cells.clicks
    by_others = rng.hypergeometric(cells.clicks, refused, cells.observed - own)
    return replace(cells, clicks=by_others + own, self_labelled=own)
