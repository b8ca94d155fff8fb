from __future__ import annotations

import numpy as np
import pytest
from random_fleet import SHAPES, random_fleet
from scipy.stats import binomtest, poisson

ID = "outcome-starvation"


@pytest.fixture(scope="module")
def fleet():
    fleet, truth = random_fleet()
    return fleet.audit().measures[ID], truth


def needs(known):
    """What an outcome needs in each retrain: 3 / q, or half the even share."""
    shown, clicks = known.exposures.sum(axis=1), known.clicks.sum(axis=1)
    return np.minimum(3 * shown / clicks, shown / known.exposures.shape[1] / 2)


def steps(known):
    """Explored exposures, exposures, promoted, unfed and explorable share of each retrain but the first."""
    need, size = needs(known), known.exposures.shape[1]
    for t in range(1, len(known.exposures)):
        now, even = known.exposures[t], known.exposures[t].mean()
        unfed = known.exposures[t - 1] < need[t - 1]
        promoted = unfed & (now > even + 3 * np.sqrt(even) + 3)
        room = (unfed.sum() - promoted.sum()) / size
        yield t, now[unfed & ~promoted].sum(), now.sum(), promoted.sum(), unfed.sum(), room


@pytest.mark.parametrize("name", SHAPES)
def test_starved_share_and_its_poisson_null(fleet, name):
    measures, truth = fleet
    last, need = truth[name].exposures[-1], needs(truth[name])[-1]
    starved = (last < need).mean()
    null = poisson.cdf(np.ceil(need) - 1, last.mean())

    assert measures[name]["need"] == pytest.approx(need)
    assert measures[name]["starved"] == pytest.approx(starved)
    assert measures[name]["starved_null"] == pytest.approx(null, abs=1e-6)
    assert measures[name]["starved_excess"] == pytest.approx((starved - null) / (1 - null), abs=1e-5)


@pytest.mark.parametrize("name", SHAPES)
def test_implied_exploration_of_the_last_retrain(fleet, name):
    measures, truth = fleet
    *_, (_, explored, shown, _, unfed, room) = steps(truth[name])
    interval = binomtest(int(explored), int(shown)).proportion_ci(method="wilson")

    assert room > 0.05
    assert measures[name]["unfed"] == unfed
    assert measures[name]["implied"] == pytest.approx(explored / shown / room)
    assert measures[name]["implied_low"] == pytest.approx(interval.low / room)
    assert measures[name]["implied_high"] == pytest.approx(interval.high / room)


def test_the_fleet_has_promoted_outcomes_that_implied_exploration_leaves_out(fleet):
    _, truth = fleet

    assert sum(list(steps(known))[-1][3] > 0 for known in truth.values()) >= 2


@pytest.mark.parametrize("name", SHAPES)
def test_implied_exploration_pooled_over_three_retrains_without_the_launch(fleet, name):
    measures, truth = fleet
    recent = [step for step in steps(truth[name]) if step[0] > 1][-3:]
    explored, room = sum(step[1] for step in recent), sum(step[5] * step[2] for step in recent)

    assert measures[name]["implied_pooled"] == pytest.approx(explored / room)
    assert measures[name]["renewal"] == pytest.approx(sum(step[3] for step in recent) / sum(step[4] for step in recent))


@pytest.mark.parametrize("name", [name for name in SHAPES if name != "even"])
def test_fall_since_the_first_settled_retrain(fleet, name):
    measures, truth = fleet
    settled = [step for step in steps(truth[name]) if step[0] > 1]
    first, last = (explored / shown / room for _, explored, shown, _, _, room in (settled[0], settled[-1]))
    error = np.sqrt(1 / settled[0][1] + 1 / settled[-1][1])

    assert measures[name]["implied_first"] == pytest.approx(first)
    assert measures[name]["implied_fall"] == pytest.approx(last / first)
    assert measures[name]["implied_fall_high"] == pytest.approx(last / first * np.exp(1.96 * error))


@pytest.mark.parametrize("name", SHAPES)
def test_feedback_on_own_choices(fleet, name):
    measures, truth = fleet
    clicks, outside = truth[name].clicks.sum(), truth[name].outside.sum() if truth[name].explored else 0

    assert measures[name]["self_sourced"] == pytest.approx(1 - outside / clicks)


@pytest.mark.parametrize("name", SHAPES)
def test_logged_exploration_is_preferred_where_there_is_any(fleet, name):
    measures, truth = fleet
    known = truth[name]
    marked, shown = int(known.explore[-1].sum()), int(known.exposures[-1].sum())
    interval = binomtest(marked, shown).proportion_ci(0.999, method="wilson")

    logged = measures[name]["exploration_source"] == "policy column"
    assert logged == known.explored
    assert measures[name]["exploration"] == pytest.approx(marked / shown if logged else measures[name]["implied"])
    assert measures[name]["logged_exploration_most"] == (pytest.approx(interval.high) if logged else None)
