"""The grid leaves no cell out, and its fleets are what they are said to be."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tests.calibration.counted_runs import DatedFleet, scanned
from tests.calibration.grid import EXPLORED, FIRST_SEED, FLEET, HEALTHY, LOOPS, SLOTS, VOLUMES, Kind, Plan, fleets
from tests.calibration.tally import is_healthy


def test_a_hundred_healthy_fleets_and_all_seeds_apart():
    plans = fleets()
    healthy = [plan for plan in plans if all(is_healthy(kind.world(1, (2, 2))) for kind in plan.kinds)]

    assert len(healthy) >= 100
    assert {plan.volume for plan in healthy} == set(VOLUMES)
    assert len({plan.seed for plan in plans}) == len(plans)
    assert min(plan.seed for plan in plans) == FIRST_SEED
    assert {plan.models for plan in plans} == {FLEET}


def test_every_kind_meets_every_size_at_every_volume():
    met = {(kind.name, kind.strength, plan.volume, size) for plan in fleets() for kind, size in plan.cells()}
    kinds = (*LOOPS, *EXPLORED, *HEALTHY)

    assert met == {(kind.name, kind.strength, volume, size) for kind in kinds for volume in VOLUMES for size in SLOTS}


def test_kinds_differ_in_name_or_strength():
    named = Counter((kind.name, kind.strength) for kind in (*LOOPS, *EXPLORED, *HEALTHY))

    assert set(named.values()) == {1}


@pytest.mark.parametrize("kinds", [LOOPS, EXPLORED, HEALTHY])
def test_specs_are_what_the_simulator_takes(kinds):
    assert all(kind.model("m", 5_000, (100, 4)).retrains == 4 for kind in kinds)


def test_a_plan_gives_the_same_records_again():
    plan = Plan(3, 1_000, HEALTHY[:3] + LOOPS[:2], 11, models=10, slots=((60, 3), (40, 4)))
    records = scanned(plan)

    assert records == scanned(plan)
    assert records != scanned(Plan(3, 1_000, plan.kinds, 12, models=10, slots=plan.slots))
    assert Counter(each.world.items for each in records).keys() == {60, 40}
    assert {each.world.exposures for each in records} == {1_000}


def test_only_a_dated_catalogue_has_dates():
    fleet = DatedFleet(5)
    for name, dated, listed in (("dated", True, True), ("undated", False, True), ("unlisted", False, False)):
        kind = Kind(name, "null", {"policy": "uniform", "turnover": 0.25}, dated=dated, listed=listed)
        fleet.add_kind(kind, name, 400, (20, 3))
    rows = fleet.rollups().connection.execute("FROM catalogue").fetchall()
    came = Counter((row[0], row[2] is not None, row[3] is not None) for row in rows)

    assert came == {("dated", True, True): 10, ("dated", True, False): 20, ("undated", False, False): 30}


def test_logged_exploration_is_in_the_counts_and_hidden_exploration_is_not():
    kinds = [Kind("m", "explored", {"policy": "greedy", "explore": 0.2}, logged=logged) for logged in (True, False)]
    fleet = DatedFleet(5)
    for place, kind in enumerate(kinds):
        fleet.add_kind(kind, f"m{place}", 5_000, (50, 3))
    found = fleet.rollups().connection.execute(
        "SELECT sum(explore) / sum(exposures) FROM outcomes GROUP BY model ORDER BY model"
    )

    assert np.ravel(found.fetchall()) == pytest.approx([0.2, 0.0], abs=0.02)
