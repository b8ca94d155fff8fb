"""The arithmetic from records to cells, scans and back, on records made by hand."""

from __future__ import annotations

import json

import pytest

from tests.calibration.encoding import decoded, encoded
from tests.calibration.grid import SAMPLERS
from tests.calibration.records import Record, World
from tests.calibration.tally import Tally, alarms, by_fleet, is_healthy

NULL = World("uniform", "null", 5_000, 100, 4)
LOOP = World("greedy, top 20", "closed", 5_000, 100, 4)
SHORT = World("greedy, top 20", "closed", 5_000, 100, 2)
SAMPLER = World("Thompson sampling", "narrowing", 5_000, 100, 4, SAMPLERS)
OPENED = World("greedy, top 20", "explored", 5_000, 100, 4, "explores 5%, no policy column")
PLANTED = World("clickbait", "null", 5_000, 100, 4, "strong", expects=("proxy-divergence",))


def record(world, verdict="healthy", risk=0.0, fleet=0, explored=None, truth=0.0, **heard):
    said = {name.replace("_", "-"): severity for name, severity in heard.items()}
    return Record(world, fleet, "m", verdict, risk, said, {"explored": truth}, {"explored": explored})


def tallied(*records, part="counts"):
    tally = Tally()
    tally.add(part, records)
    return tally


@pytest.mark.parametrize(
    ("world", "healthy"), [(NULL, True), (OPENED, True), (LOOP, False), (SAMPLER, False), (PLANTED, False)]
)
def test_whatever_is_no_loop_and_expects_nothing_is_healthy(world, healthy):
    assert is_healthy(world) is healthy


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (record(NULL, retrain_drift="low"), []),
        (record(NULL, retrain_drift="medium", impression_gini="high"), ["retrain-drift", "impression-gini"]),
        (record(NULL, retrain_drift="skipped", impression_gini="silent"), []),
        (record(PLANTED, proxy_divergence="high"), []),
        (record(PLANTED, proxy_divergence="high", cold_start="medium"), ["cold-start"]),
        (record(LOOP, outcome_starvation="high"), []),
    ],
)
def test_alarms_are_false_only_where_nobody_expects_them(given, expected):
    assert alarms(given) == expected


def test_models_of_one_world_are_counted_together():
    (cell,) = tallied(
        record(NULL, "healthy", 0.0),
        record(NULL, "healthy", 10.0, retrain_drift="low"),
        record(NULL, "at risk", 46.0, retrain_drift="medium", impression_gini="low"),
    ).cells.values()

    assert (cell.models, cell.alarmed, cell.mixed) == (3, 1, False)
    assert cell.verdicts == {"healthy": 2, "at risk": 1}
    assert cell.risks == {0.0: 1, 10.0: 1, 46.0: 1}
    assert cell.heard == {"retrain-drift": {"low": 1, "medium": 1}, "impression-gini": {"low": 1}}


def test_exploration_counts_where_there_is_some_and_a_number_is_told():
    (cell,) = tallied(
        record(OPENED, truth=0.06, explored=0.0799),
        record(OPENED, truth=0.06, explored=0.0401),
        record(OPENED, truth=0.06, explored=0.0801),
        record(OPENED, truth=0.06, explored=0.0399),
        record(OPENED, truth=0.06, explored=None),
        record(OPENED, truth=0.0, explored=0.0),
    ).cells.values()

    assert (cell.told, cell.within) == (4, 2)


def test_a_fleet_is_healthy_if_all_its_models_are():
    (pure,) = tallied(record(NULL), record(OPENED, "at risk", 40.0, retrain_drift="medium")).fleets
    (mixed,) = tallied(record(NULL), record(LOOP, "starved", 80.0, outcome_starvation="high")).fleets

    assert (pure.is_healthy, pure.alarmed) == (True, 1)
    assert (mixed.is_healthy, mixed.alarmed) == (False, 0)


def test_loops_rank_above_by_verdict_then_risk():
    (fleet,) = tallied(
        record(NULL, "at risk", 46.0),
        record(NULL, "healthy", 10.0),
        record(LOOP, "starved", 80.0),
        record(LOOP, "at risk", 64.0),
        record(LOOP, "at risk", 46.0),
        record(LOOP, "at risk", 40.0),
        record(LOOP, "healthy", 99.0),
        record(SHORT, "starved", 80.0),
        record(SAMPLER, "starved", 80.0),
    ).fleets

    assert (fleet.loops, fleet.above) == (5, 2)


def test_records_come_by_fleet():
    records = [record(NULL, fleet=number) for number in (3, 3, 1, 3, 1)]

    assert [[each.fleet for each in fleet] for fleet in by_fleet(records)] == [[3, 3, 3], [1, 1]]


def test_a_tally_survives_its_file():
    tally = tallied(
        record(LOOP, "starved", 88.0, outcome_starvation="high", feedback_gain="medium"),
        record(LOOP, "starved", 80.0, outcome_starvation="high"),
        record(NULL, "not auditable", 0.0, outcome_starvation="skipped"),
        record(OPENED, "healthy", 19.0, truth=0.05, explored=0.05, retrain_drift="low"),
        record(PLANTED, "at risk", 40.0, proxy_divergence="medium"),
    )

    again = decoded(json.loads(json.dumps(encoded(tally))))
    assert again == tally
    assert again.cells != decoded(encoded(tallied(record(LOOP)))).cells


def test_cells_are_picked_by_what_their_world_is():
    tally = tallied(record(LOOP), record(SHORT), record(NULL))
    tally.add("rows", [record(LOOP)])

    assert [cell.world for cell in tally.pick(kind="closed")] == [LOOP, SHORT]
    assert [cell.world for cell in tally.pick(retrains=(4, 6))] == [LOOP, NULL]
    assert [cell.world for cell in tally.pick("rows")] == [LOOP]
