"""The measures of others against their definitions by hand, and the draws that they are shown."""

from __future__ import annotations

import json
from math import log, sqrt

import numpy as np
import pytest
from scipy.stats import chi2

from tests.calibration.peer_measures import chi_square_p, drifted, js_distance, psi, shown_gini
from tests.calibration.peer_worlds import KINDS
from tests.calibration.peers import compute, row, table

BEFORE, AFTER = np.array([50, 30, 20, 0]), np.array([20, 30, 40, 10])
BY_NAME = {kind.name: kind for kind in KINDS}
SEED = 2_500_000


def entropy(shares):
    return -sum(share * log(share) for share in shares if share > 0)


def test_js_distance_is_the_root_of_the_entropy_gained_by_mixing():
    p, q = BEFORE / 100, AFTER / 100
    expected = entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2

    assert js_distance(BEFORE, AFTER) == pytest.approx(sqrt(expected))
    assert js_distance(BEFORE, AFTER, 2) == pytest.approx(sqrt(expected / log(2)))


def test_psi_by_hand():
    expected = 0.3 * log(0.5 / 0.2) - 0.2 * log(0.2 / 0.4) - (0.1 - 1e-4) * log(1e-4 / 0.1)

    assert psi(BEFORE, AFTER) == pytest.approx(expected)


def test_psi_fills_what_is_empty_by_less_where_shares_are_small():
    before, after = np.array([99_999, 1, 0]), np.array([99_998, 1, 1])
    filled = 1e-5 * 1e-6
    expected = 1e-5 * log(99_999 / 99_998) + (filled - 1e-5) * log(filled / 1e-5)

    assert psi(before, after) == pytest.approx(expected)


def test_chi_square_is_pearsons_over_the_table_of_two_rows():
    table = np.array([BEFORE, AFTER])
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()

    assert chi_square_p(BEFORE, AFTER) == pytest.approx(chi2.sf(((table - expected) ** 2 / expected).sum(), 3))


@pytest.mark.parametrize(("exposures", "gini"), [([7, 7, 7], 0), ([0, 0, 9, 9], 0), ([1, 3], 0.5), ([0, 8], 0)])
def test_gini_of_what_is_shown_forgets_the_rest(exposures, gini):
    assert shown_gini(np.array(exposures)) == pytest.approx(gini)


def test_outcomes_that_neither_side_shows_change_nothing():
    padded = [np.concatenate([side, np.zeros(50, int)]) for side in (BEFORE, AFTER)]

    assert drifted(*padded) == drifted(BEFORE, AFTER)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_truth_of_a_draw(kind):
    drawn = kind.draw(200, 20_000, SEED)

    assert (drawn.bits > 0.005) is kind.moved
    assert (drawn.bits == 0) is not kind.moved
    assert drawn.first.sum() == pytest.approx(1)
    assert set(drawn.exposures.sum(axis=1)) == {20_000}
    assert 0 <= drawn.gini < 1


def test_chance_alone_is_a_js_distance_over_its_threshold():
    """(K - 1) / (4 n) nats at 1,000 outcomes and 20,000 exposures a side."""
    kind = BY_NAME["uniform, twice the same"]
    drawn = [kind.draw(1_000, 20_000, SEED + number) for number in range(20)]

    assert np.mean([js_distance(*each.exposures) ** 2 for each in drawn]) == pytest.approx(999 / 80_000, rel=0.05)
    assert all(drifted(*each.exposures)["js_nats"] for each in drawn)


def test_what_is_the_same_twice_is_drift_to_others():
    told = row(BY_NAME["uniform, twice the same"], 1_000, 5_000, 20, SEED)

    assert [told[name] for name in ("drift", "drift_medium", "concentration")] == [0, 0, 0]
    assert [told[name] for name in ("js_nats", "js_bits", "psi_10", "psi_25")] == [20] * 4


def test_a_loop_that_shows_twenty_alike_is_concentrated_over_its_catalogue_alone():
    told = row(BY_NAME["greedy top 20"], 1_000, 5_000, 10, SEED)

    assert (told["concentration"], told["shown_gini"]) == (10, 0)
    assert told["drift"] == 10


def test_a_row_is_plain_and_the_same_again():
    told = row(BY_NAME["urn, exponent 1"], 100, 5_000, 3, SEED)

    assert row(BY_NAME["urn, exponent 1"], 100, 5_000, 3, SEED) == told
    assert json.loads(json.dumps(told)) == told


NOTHING = dict.fromkeys(
    ("drift", "drift_medium", "drift_skipped", "js_nats", "js_bits", "psi_10", "psi_25", "chi_square", "concentration",
     "concentration_medium", "shown_gini"), 0,
)  # fmt: skip
CELL = {"items": 100, "exposures": 5_000, "models": 10, "bits": 0.0, "gini": 0.25, **NOTHING}


def test_table_sums_up_what_is_alike_and_what_moved():
    rows = [
        {**CELL, "kind": "a", "moved": False, "psi_10": 1},
        {**CELL, "kind": "b", "moved": False, "psi_10": 4, "items": 20_000},
        {**CELL, "kind": "c", "moved": True, "drift": 9, "bits": 0.1234},
    ]
    told = table(rows).splitlines()

    assert "| PSI 0.1 | 25% | 40% | 0% |" in told
    assert "| retrain-drift | 0% | 0% | 90% |" in told
    assert "| b | 20,000 | 5,000 | 0.000 | 0% | 0% | 0% | 0% | 0% | 40% | 0% | 0% |" in told
    assert "| c | 100 | 5,000 | 0.123 | 90% | 0% | 0% | 0% | 0% | 0% | 0% | 0% |" in told
    assert "| c | 100 | 5,000 | 0.250 | 0% | 0% | 0% |" in told


def test_slice_holds_every_kind(monkeypatch):
    monkeypatch.setattr("tests.calibration.peers.row", lambda kind, *size: (kind.name, *size[:3]))
    cells = compute(slice=True)

    assert len(cells) == len(set(cells)) == 4 * len(KINDS)
    assert len(set(compute(slice=False))) == 12 * len(KINDS)
