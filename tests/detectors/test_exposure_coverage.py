from __future__ import annotations

import numpy as np
import pytest
from counted import Fleet, heard
from random_fleet import SHAPES, random_fleet
from scipy.stats import binomtest
from written import audited, finding, skip, write

ID = "exposure-coverage"


@pytest.fixture(scope="module")
def fleet():
    fleet, truth = random_fleet()
    return fleet.audit().measures[ID], truth


@pytest.mark.parametrize("name", SHAPES)
def test_coverage_beside_what_uniform_exposure_reaches(fleet, name):
    measures, truth = fleet
    last = truth[name].exposures[-1]
    shown, size = int((last > 0).sum()), len(last)
    reached = 1 - np.exp(-last.sum() / size)
    interval = binomtest(shown, size).proportion_ci(method="wilson")

    assert measures[name]["coverage"] == pytest.approx(shown / size)
    assert measures[name]["coverage_null"] == pytest.approx(reached)
    assert measures[name]["coverage_ratio"] == pytest.approx(shown / size / reached)
    assert measures[name]["coverage_high"] == pytest.approx(interval.high)
    assert measures[name]["coverage_low"] == pytest.approx(interval.low)


@pytest.mark.parametrize("name", SHAPES)
def test_share_with_enough_exposures_to_be_learned_about(fleet, name):
    measures, truth = fleet
    last, clicks = truth[name].exposures[-1], truth[name].clicks[-1].sum()
    need = min(3 * last.sum() / clicks, last.mean() / 2)

    assert measures[name]["coverage_fed"] == pytest.approx((last >= need).mean())


@pytest.mark.parametrize("name", SHAPES)
def test_gone_and_returning_outcomes(fleet, name):
    measures, truth = fleet
    lives = [np.flatnonzero(column) for column in truth[name].exposures.T if column.any()]
    end = len(truth[name].exposures) - 1
    gone = [life for life in lives if life[-1] <= end - 2]
    back = [life for life in lives if life[-1] - life[0] + 1 > len(life)]
    missed = [life for life in lives if life[-1] <= end - 2 or life[-1] - life[0] + 1 > len(life)]

    assert measures[name]["ever"] == len(lives)
    assert measures[name]["gone"] == pytest.approx(len(gone) / sum(life[0] <= end - 2 for life in lives))
    assert measures[name]["missed"] == len(missed)
    assert measures[name]["returning"] == (pytest.approx(len(back) / len(missed)) if missed else None)


def shown_in_turn(*sets: range | np.ndarray) -> Fleet:
    """Ten thousand exposures a retrain, spread alike over the given ones of 1,000 outcomes."""
    exposures = np.zeros((len(sets), 1000), np.int64)
    for retrain, outcomes in enumerate(sets):
        exposures[retrain, outcomes] = 10_000 // len(outcomes)
    return Fleet().add_counts("m", exposures, exposures // 5)


def test_a_fifth_of_the_catalogue_shown_all_along_is_low():
    found, _ = heard(shown_in_turn(*[range(200)] * 4).audit(), ID)

    assert found["m"].severity == "low"
    assert found["m"].title == "200 of 1,000 outcomes are shown; uniform exposure would reach 1,000"
    assert found["m"].evidence[0].value == pytest.approx(0.2)
    assert found["m"].evidence[0].null == pytest.approx(1 - np.exp(-10))


def test_what_was_shown_and_never_returns_makes_it_medium():
    found, _ = heard(shown_in_turn(range(1000), range(1000), *[range(200)] * 3).audit(), ID)

    assert found["m"].severity == "medium"
    assert "80% of those once shown are gone" in found["m"].title


def test_outcomes_that_take_turns_are_low_though_most_are_missing_at_the_end():
    thirds = np.array_split(np.arange(1000), 4)
    outcome = shown_in_turn(*thirds, *thirds, *thirds).audit()
    found, _ = heard(outcome, ID)

    assert outcome.measures[ID]["m"]["gone"] == pytest.approx(0.5)
    assert outcome.measures[ID]["m"]["returning"] == pytest.approx(1.0)
    assert found["m"].severity == "low"


def test_just_over_half_of_the_reach_is_nothing():
    found, skipped = heard(shown_in_turn(*[range(550)] * 4).audit(), ID)

    assert not found
    assert not skipped


def test_few_exposures_over_a_large_catalogue_are_no_fault():
    rng = np.random.default_rng(1)
    exposures = rng.multinomial(500, np.full(5000, 1 / 5000), 3)
    outcome = Fleet().add_counts("m", exposures, rng.binomial(exposures, 0.1)).audit()
    found, _ = heard(outcome, ID)

    assert outcome.measures[ID]["m"]["coverage"] < 0.1
    assert outcome.measures[ID]["m"]["coverage_ratio"] == pytest.approx(1.0, abs=0.05)
    assert not found


def test_where_exploration_could_bring_nothing_back_what_is_gone_is_low():
    """A quarter of an exposure an outcome: 2 % of it shows an outcome again in one retrain of two hundred."""
    rng = np.random.default_rng(6)
    exposures = np.zeros((4, 20_000), np.int64)
    exposures[0] = rng.multinomial(5_000, np.full(20_000, 1 / 20_000))
    exposures[:, :20] += 238
    exposures[1:] += rng.multinomial(250, np.full(20_000, 1 / 20_000), 3)
    outcome = Fleet().add_counts("m", exposures, rng.binomial(exposures, 0.05)).audit()
    found, _ = heard(outcome, ID)

    assert outcome.measures[ID]["m"]["gone"] > 0.5
    assert outcome.measures[ID]["m"]["returning"] < 0.1
    assert found["m"].severity == "low"


def test_log_of_clicked_exposures_alone_is_skipped_with_the_reason(tmp_path):
    log = {"model_id": ["m"] * 400, "item_id": np.arange(400) % 3, "clicked": [1] * 400}
    report = audited(write(tmp_path / "log", exposures=log, catalogue={"item_id": np.arange(100)}))

    assert finding(report, ID) is None
    assert "exposures were kept only where something came back" in skip(report, ID).reason
