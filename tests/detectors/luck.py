"""How much retrains chase luck, worked out a second time with plain arrays."""

from __future__ import annotations

import numpy as np
from scipy import stats


def gain(exploit, n, hits, exposures=None, standing=None):
    """Slope, error, low, high and outcomes, of the growth of the model's own choices on luck in `hits` of `n` rows.

    All are (T, K). With `exposures` of any kind, the `n` are randomised rows among them. `standing` says which
    outcomes could be shown in a retrain and in the next, (T - 1, K).
    """
    parts = [_of_retrain(t, exploit, n, hits, exposures, standing) for t in range(len(exploit) - 1)]
    luck, growth = (np.stack(each) for each in zip(*parts, strict=True))
    slope = (luck * growth).sum() / (luck**2).sum()
    scores = (luck * (growth - slope * luck)).sum(axis=0)[(luck != 0).any(axis=0)]
    error = np.sqrt(len(scores) / (len(scores) - 1) * (scores**2).sum()) / (luck**2).sum()
    reach = stats.t.ppf(0.975, len(scores) - 1) * error
    return slope, error, slope - reach, slope + reach, len(scores)


def _of_retrain(t, exploit, n, hits, exposures, standing):
    """Luck and growth of every outcome in one retrain; both 0 for those that do not count."""
    kept = exploit[t] >= 10 if exposures is None else (exposures[t] >= 10) & (n[t] > 0)
    if standing is not None:
        kept &= standing[t]
    size = np.log(exploit[t] + 0.5)
    growth = np.log(exploit[t + 1] + 0.5) - size
    a, b = np.polyfit(size[kept], growth[kept], 1)
    luck = np.array([_luck(hits[:, i], n[:, i], t) if kept[i] else 0.0 for i in range(len(kept))])
    if exposures is not None:
        luck = luck * np.sqrt(n[t] / np.maximum(exposures[t], 1))
    return luck, np.where(kept, growth - a * size - b, 0.0)


def _luck(hits, n, t):
    """In standard deviations of a binomial at the outcome's rate over all its retrains."""
    if n[t] == 0 or n[t] == n.sum() or hits.sum() in {0, n.sum()}:
        return 0.0
    rate = hits.sum() / n.sum()
    return (hits[t] - n[t] * rate) / np.sqrt(n[t] * rate * (1 - rate))
