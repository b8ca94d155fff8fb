"""What other tools compute of two windows of exposures, or of one: plain formulae, with their usual thresholds.

`before` and `after` are exposures of the same outcomes, counts of shape (K,); those that neither side shows are no
category of anybody's and are left out, as all of these see rows rather than a catalogue.

Sources, as read in the tools' repositories:
    Evidently   evidently/legacy/calculations/stattests/{jensenshannon,psi,utils}.py and
                legacy/metrics/recsys/popularity_bias.py: for a categorical column of more than 1,000 rows a
                Jensen-Shannon distance in nats, drift from 0.1 on; PSI, drift from 0.1 on.
    NannyML     nannyml/drift/univariate/methods.py: the distance to base 2, alert above 0.1; chi-square of the two-row
                table, alert at p < 0.05.
    Deepchecks  deepchecks/utils/distribution/drift.py: PSI too, but with no share taken for less than 0.01 and all
                categories but the most frequent as one: of thousands of outcomes it sees a few.
    PSI's usual reading (under 0.1 stable, over 0.25 shifted): Siddiqi (2006), Credit Risk Scorecards.
No tool sets a threshold for the Gini of what is shown; 0.5 is taken here as in impression-gini.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency

Counts = np.ndarray
FILLED, SCALED = 1e-4, 1e-6
GINI = 0.5


def js_distance(before: Counts, after: Counts, base: float | None = None) -> float:
    """Square root of the Jensen-Shannon divergence, in nats or to a base."""
    return float(jensenshannon(before / before.sum(), after / after.sum(), base))


def psi(before: Counts, after: Counts) -> float:
    """Population stability index: sum (p - q) log(p / q), empty categories filled as Evidently does it."""
    p, q = _filled(before / before.sum()), _filled(after / after.sum())
    return float(((p - q) * np.log(p / q)).sum())


def _filled(shares: np.ndarray) -> np.ndarray:
    """0.0001 for nothing; a millionth of the smallest share where that is no more than 0.0001 itself."""
    least = shares[shares > 0].min()
    return np.where(shares > 0, shares, least * SCALED if least <= FILLED else FILLED)


def chi_square_p(before: Counts, after: Counts) -> float:
    """p-value of Pearson's chi-square over the table of two rows."""
    return float(chi2_contingency(np.stack([before, after])).pvalue)


def shown_gini(exposures: Counts) -> float:
    """Gini index over what is shown at all: sum (2i - n - 1) x_(i) / ((n - 1) sum x), 0 for a single outcome."""
    shown = np.sort(exposures[exposures > 0])
    if len(shown) < 2:
        return 0.0
    places = 2 * np.arange(1, len(shown) + 1) - len(shown) - 1
    return float((places * shown).sum() / ((len(shown) - 1) * shown.sum()))


DRIFT: Mapping[str, Callable[[Counts, Counts], bool]] = {
    "js_nats": lambda before, after: js_distance(before, after) >= 0.1,
    "js_bits": lambda before, after: js_distance(before, after, 2) > 0.1,
    "psi_10": lambda before, after: psi(before, after) >= 0.1,
    "psi_25": lambda before, after: psi(before, after) >= 0.25,
    "chi_square": lambda before, after: chi_square_p(before, after) < 0.05,
}


def drifted(before: Counts, after: Counts) -> dict[str, bool]:
    """What each of them says of the same two windows."""
    shown = before + after > 0
    return {name: says(before[shown], after[shown]) for name, says in DRIFT.items()}
