from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from random_fleet import SHAPES, random_fleet
from scipy.spatial.distance import jensenshannon
from scipy.stats import hypergeom

ID = "retrain-drift"
BITS = 8 * np.log(2)


@pytest.fixture(scope="module")
def fleet():
    fleet, truth = random_fleet()
    return fleet.audit().measures[ID], truth


def divergence(before, after):
    return jensenshannon(before, after, 2) ** 2


def excess(known, t):
    """Cross-validated over halves; without a catalogue, of the outcomes that both retrains show."""
    exploit, half = known.exploit[t - 1 : t + 1], known.half_a[t - 1 : t + 1]
    kept = np.ones(exploit.shape[1], bool) if known.listed else exploit.all(axis=0)
    (a, c), (b, d) = half[:, kept], (exploit - half)[:, kept]
    share = exploit[:, kept].sum(axis=0) / exploit[:, kept].sum()
    seen = share > 0
    product = (a / a.sum() - c / c.sum()) * (b / b.sum() - d / d.sum())
    return (product[seen] / share[seen]).sum() / BITS


def expected_divergence(before, after):
    """Mean over all ways to deal the exposures of each outcome to the two retrains."""
    n, m = before.sum(), after.sum()
    total = 0.0
    for count in before + after:
        x = np.arange(max(0, count - m), min(count, n) + 1)
        p, q = x / n, (count - x) / m
        middle = (p + q) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = np.nan_to_num(p * np.log2(p / middle)) + np.nan_to_num(q * np.log2(q / middle))
        total += (hypergeom.pmf(x, n + m, count, n) * terms / 2).sum()
    return total


def simpson(counts):
    return (counts * (counts - 1)).sum() / (counts.sum() * (counts.sum() - 1))


@pytest.mark.parametrize("name", SHAPES)
def test_divergence_of_neighbours_and_of_last_from_first(fleet, name):
    measures, truth = fleet
    exploit = truth[name].exploit
    pairs = list(pairwise(exploit))

    assert measures[name]["jsd"] == pytest.approx(np.mean([divergence(*pair) for pair in pairs]))
    assert measures[name]["jsd_first"] == pytest.approx(divergence(exploit[0], exploit[-1]))


@pytest.mark.parametrize("name", ["sparse", "unlisted"])
def test_null_is_the_mean_over_shuffled_labels(fleet, name):
    measures, truth = fleet
    exploit = truth[name].exploit
    expected = np.mean([expected_divergence(*pair) for pair in pairwise(exploit)])

    assert measures[name]["jsd_null"] == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("name", SHAPES)
def test_exposures_on_outcomes_that_one_side_alone_shows(fleet, name):
    measures, truth = fleet
    exploit = truth[name].exploit
    pairs = list(pairwise(exploit))

    assert measures[name]["entering"] == pytest.approx(np.mean([b[a == 0].sum() / b.sum() for a, b in pairs]))
    assert measures[name]["leaving"] == pytest.approx(np.mean([a[b == 0].sum() / a.sum() for a, b in pairs]))


@pytest.mark.parametrize("name", SHAPES)
def test_excess_is_cross_validated_over_halves_of_the_users(fleet, name):
    measures, truth = fleet
    known = truth[name]

    assert measures[name]["jsd_excess"] == pytest.approx(np.mean([excess(known, t) for t in range(1, len(known.late))]))


@pytest.mark.parametrize("name", SHAPES)
def test_narrowing_by_simpson_beside_the_halves_of_each_window(fleet, name):
    measures, truth = fleet
    known = truth[name]
    launch = 1 if len(known.late) > 3 else 0
    first, last = (simpson(known.exploit[t]) for t in (launch, -1))
    within = [np.log(simpson(a - b) / simpson(b)) for a, b in zip(known.exploit, known.late, strict=True)]
    steps = len(known.late) - 1 - launch

    assert measures[name]["effective_first"] == pytest.approx(1 / first)
    assert measures[name]["effective_last"] == pytest.approx(1 / last)
    assert measures[name]["narrowing"] == pytest.approx(first / last)
    assert measures[name]["narrowing_a_retrain"] == pytest.approx((first / last) ** (1 / steps))
    assert measures[name]["placebo"] == pytest.approx(np.exp(np.mean(within)))
