"""Item-based collaborative filtering: who clicked this also clicked that.

Sarwar, Karypis, Konstan and Riedl (2001), "Item-based collaborative filtering recommendation algorithms", WWW 10:
the cosine between the columns of the matrix of users by items. Deshpande and Karypis (2004), "Item-based top-N
recommendation algorithms", ACM TOIS 22(1): an item's score is the sum of its similarities to what the user has, of
which an item's similarity to itself is no part. Here a user is a group of users, and has each outcome as often as
it clicked on it.
"""

from __future__ import annotations

import numpy as np

from auditor.simulate.world import Floats

NOTHING = 1e-9
"""Scores below this share of the best are what rounding left of 0."""


def similarity_scores(clicks: Floats, shrinkage: float) -> Floats:
    """Scores (G, K) from own clicks (G, K): similarity of each outcome to all others that the group clicked on.

    With unit columns U the similarities are U'U, and the scores clicks (U'U) less the diagonal: as (clicks U') U no
    matrix of outcomes by outcomes is needed. `shrinkage`, in clicks, is added to the length of every column, so that
    one click in common makes no twins.
    """
    length = np.sqrt((clicks**2).sum(axis=0))
    unit = clicks / np.maximum(length + shrinkage, NOTHING)
    scores = (clicks @ unit.T) @ unit - clicks * (unit**2).sum(axis=0)
    kept: Floats = np.where(scores > NOTHING * scores.max(), scores, 0.0)
    return kept
