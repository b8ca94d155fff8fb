from __future__ import annotations

import numpy as np
import pytest
from counted import Fleet, heard

ID = "retrain-drift"
BITS = 8 * np.log(2)


def drawn(*policies, volume=40_000, **columns):
    """What is found of one model whose retrains draw from these policies."""
    rng = np.random.default_rng(6)
    exposures = np.stack([rng.multinomial(volume, policy / policy.sum()) for policy in policies])
    outcome = Fleet().add_counts("m", exposures, rng.binomial(exposures, 0.05), **columns).audit()
    found, skipped = heard(outcome, ID)
    return found.get("m"), skipped.get("m"), outcome.measures[ID]["m"]


def tilted(by: float):
    """Every second of 200 outcomes is shown more by this share, the others less."""
    return 1 + by * np.tile([1, -1], 100)


def test_shift_between_the_same_outcomes_is_low():
    found, _, measures = drawn(tilted(0.3), tilted(-0.3))

    assert measures["jsd_excess"] == pytest.approx(4 * 0.3**2 / BITS, rel=0.1)
    assert found.severity == "low"
    assert f"by {measures['jsd_excess']:.3f} bits beyond chance" in found.title


def test_smaller_shift_is_nothing():
    found, skipped, measures = drawn(tilted(0.2), tilted(-0.2))

    assert measures["jsd_excess_low"] > 0
    assert measures["jsd_excess"] == pytest.approx(4 * 0.2**2 / BITS, rel=0.15)
    assert found is None
    assert skipped is None


def narrowed(to: int, of: int = 200):
    return (np.arange(of) < to).astype(float)


def test_strong_narrowing_is_medium_and_slight_narrowing_low():
    strong, _, measures = drawn(narrowed(200), narrowed(160), narrowed(120))
    slight, _, _ = drawn(narrowed(200), narrowed(185), narrowed(170))

    assert measures["narrowing"] == pytest.approx(0.6, abs=0.01)
    assert strong.severity == "medium"
    assert strong.title == (
        f"retrains narrow exposure from {measures['effective_first']:.1f} to {measures['effective_last']:.1f} "
        "effective outcomes"
    )
    assert slight.severity == "low"


def test_narrowing_by_a_twentieth_is_nothing():
    found, _, measures = drawn(narrowed(200), narrowed(195), narrowed(190))

    assert measures["narrowing_high"] < 1
    assert found is None


def test_widening_is_no_narrowing():
    found, _, measures = drawn(narrowed(120), narrowed(160), narrowed(200))

    assert measures["narrowing"] > 1.5
    assert found.severity == "low"
    assert "moves exposure" in found.title


def test_narrowing_within_retrains_as_well_is_demand_and_low():
    rng = np.random.default_rng(8)
    exposures = np.stack([rng.multinomial(20_000, narrowed(k) / k) for k in (200, 160, 120)])
    late = np.where(np.arange(200) < 60, exposures, 0)
    fleet = Fleet().add_counts("m", exposures, exposures // 20, halves=(rng.binomial(exposures, 0.5), late))
    outcome = fleet.audit()

    assert outcome.measures[ID]["m"]["placebo"] < outcome.measures[ID]["m"]["narrowing_a_retrain"]
    assert heard(outcome, ID)[0]["m"].severity == "low"


def test_catalogue_that_turns_over_is_no_drift_without_a_catalogue_log():
    base = np.tile([1.0, 0.0, 1.0], 100)
    found, _, measures = drawn(base, base[::-1] * np.tile([0.0, 1.0, 1.0], 100) + np.tile([0.0, 1.0, 0.0], 100),
                               catalogue=False)  # fmt: skip

    assert measures["entering"] > 0.4
    assert measures["jsd"] > 0.4
    assert abs(measures["jsd_excess"]) < 0.01
    assert found is None


def test_one_retrain_is_skipped():
    found, skipped, _ = drawn(tilted(0.3))

    assert found is None
    assert skipped.reason == "1 retrain, needs 2"
    assert "`model_version`" in skipped.unlock


def test_too_few_exposures_a_retrain_are_skipped():
    found, skipped, _ = drawn(tilted(0.9), tilted(-0.9), volume=199)

    assert found is None
    assert skipped.reason == "a retrain has 199 exposures, needs 200"


def test_narrowing_onto_new_outcomes_is_skipped_without_dates():
    found, skipped, measures = drawn(
        narrowed(200, 260), narrowed(120, 260), np.roll(narrowed(60, 260), 200), catalogue=False
    )

    assert measures["turnover"] > 0.1
    assert found is None
    assert "never shown before" in skipped.reason
    assert "`available_to`" in skipped.unlock
