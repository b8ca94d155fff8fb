"""The row-level runs are the same twice, and damage does to a log what its name says."""

from __future__ import annotations

from collections import Counter

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from auditor.simulate import write_logs
from tests.calibration import row_damage
from tests.calibration.row_grid import DAMAGES, Cell, Damage, Fleet, Size, damaged, faults, healthy, is_known
from tests.calibration.row_runs import DETECTORS, models_of, scanned, sliced, whole
from tests.calibration.row_worlds import DAMAGED, FAULTS, HEALTHY, NEAR_MISSES, OPEN

SMALL = Size(800, 40, 4)
SEED = 71
NAMED = {damage.name: damage for damage in DAMAGES}
UNTOUCHED = Damage()


def cells(*names: str, size: Size = SMALL) -> list[Cell]:
    return [cell for cell in damaged(size, 1, UNTOUCHED).cells if cell.world.name in names]


@pytest.fixture
def logs(tmp_path):
    """Writes the logs of a closed, an explored and an approval model under a damage: {role: table}."""

    def written(damage: Damage):
        specs = models_of(Fleet(cells("greedy", "greedy, 10 %", "approval"), damage))
        folder = tmp_path / (damage.name or "whole")
        write_logs(folder, list(specs), SEED)
        if damage.edit:
            row_damage.edit(folder, damage.edit, SEED)
        return {path.stem: pq.read_table(path) for path in folder.iterdir()}

    return written


def test_the_same_fleet_is_said_the_same_of_twice():
    fleet = Fleet(cells("greedy", "approval"), NAMED["10 % of rows twice, a second apart"])
    once, again = list(scanned(fleet, SEED)), list(scanned(fleet, SEED))

    assert once == again
    assert [each.world for each in once] == [cell.world for cell in fleet.cells]
    assert all(set(each.heard) == set(DETECTORS) for each in once)


def test_records_tell_what_is_planted_and_what_is_told():
    explored, greedy = scanned(Fleet(cells("greedy, 10 %", "greedy", size=Size(3_000, 60, 4))), SEED)[::-1]

    assert (explored.truth, greedy.truth) == ({"explored": 0.1}, {"explored": 0.0})
    assert explored.told["explored"] == pytest.approx(0.1, rel=0.15)
    assert greedy.verdict == "starved"
    assert greedy.heard["outcome-starvation"] == "high"


def test_every_world_can_be_made():
    specs = [*HEALTHY.values(), *OPEN.values(), *(spec for _, spec in NEAR_MISSES.values())]
    specs += [spec for *_, spec in DAMAGED.values()]
    specs += [{**fault.spec, **each} for fault in FAULTS.values() for each in fault.strengths.values()]

    assert [spec for spec in specs if not is_known(spec)] == []


def test_every_detector_has_a_world_that_it_is_right_to_report():
    expected = {name for fault in FAULTS.values() for name in fault.expects}
    whole_logs = {"log-integrity", "auditability"}  # of damaged logs, and of single retrains

    assert expected | whole_logs == set(DETECTORS)


def test_fleets_of_both_grids_are_no_more_than_a_user_has():
    assert max(len(fleet.cells) for fleet in whole()) == 120
    assert {fleet.damage.name for fleet in whole()} == {*NAMED}
    assert len(list(sliced())) < 0.1 * len(list(whole()))


def test_a_healthy_fleet_has_every_kind_and_every_optional_column():
    fleet = healthy(SMALL, 120)
    kinds = Counter(cell.world.kind for cell in fleet.cells)
    columns = ("log_policy", "log_propensity", "log_score", "log_category", "segments", "users", "metrics")

    assert kinds["null"] > kinds["explored"] > 30
    assert {cell.world.name for cell in fleet.cells} == {*HEALTHY, *OPEN}
    assert all(cell.spec[column] for cell in fleet.cells for column in columns)


def test_faults_are_dealt_out_whole():
    named = Counter((cell.world.name, cell.world.strength) for fleet in faults(SMALL) for cell in fleet.cells)

    assert set(named.values()) == {1}
    assert {name for name, _ in named} == {*FAULTS, *NEAR_MISSES}


@pytest.mark.parametrize(
    ("name", "column"), [("no policy column", "policy"), ("no versions", "model_version"), ("no users", "user_id")]
)
def test_columns_that_are_missing(logs, name, column):
    assert column in logs(UNTOUCHED)["exposures"].column_names
    assert column not in logs(NAMED[name])["exposures"].column_names


@pytest.mark.parametrize(("name", "role"), [("no catalogue", "catalogue"), ("no feedback log", "clicks")])
def test_files_that_are_missing(logs, name, role):
    assert logs(NAMED[name]).keys() == logs(UNTOUCHED).keys() - {role}


@pytest.mark.parametrize(("name", "share"), [("10 % of clicks lost", 0.1), ("50 % of clicks lost", 0.5)])
def test_clicks_are_lost(logs, name, share):
    before, after = logs(UNTOUCHED), logs(NAMED[name])

    assert after["exposures"].equals(before["exposures"])
    assert after["clicks"].num_rows == pytest.approx((1 - share) * before["clicks"].num_rows, rel=0.05)


@pytest.mark.parametrize("name", ["10 % of rows twice", "10 % of rows twice, a second apart"])
def test_rows_are_written_twice(logs, name):
    before, after = (logs(each)["exposures"] for each in (UNTOUCHED, NAMED[name]))
    copies = after.num_rows - after.group_by(["request_id", "item_id", "timestamp"]).aggregate([]).num_rows

    assert after.num_rows == pytest.approx(1.1 * before.num_rows, rel=0.02)
    assert copies == (0 if "apart" in name else after.num_rows - before.num_rows)


def test_exposures_are_logged_only_where_feedback_came(logs):
    after = logs(NAMED["exposures logged only on click"])

    assert after["exposures"].num_rows == after["clicks"].num_rows


def test_feedback_comes_before_its_exposure(logs):
    before, after = (logs(each)["clicks"]["timestamp"] for each in (UNTOUCHED, NAMED["feedback an hour early"]))

    assert pc.unique(pc.subtract(before, after).cast("int64")).to_pylist() == [3_600_000_000]


def test_a_fifth_of_the_days_has_no_feedback(logs):
    before, after = (logs(each)["clicks"] for each in (UNTOUCHED, NAMED["no feedback for a fifth of the days"]))
    days = [len(pc.unique(pc.floor_temporal(each["timestamp"], unit="day"))) for each in (before, after)]

    assert days[1] / days[0] == pytest.approx(0.8, abs=0.05)


def test_no_log_has_times_where_they_are_missing(logs):
    after = logs(NAMED["no timestamps"])

    assert "timestamp" not in {*after["exposures"].column_names, *after["clicks"].column_names}


def test_a_tilt_parts_own_rates_from_random_ones(tmp_path):
    (tilted,) = (cell for fleet in faults(Size(20_000, 40, 4)) for cell in fleet.cells if cell.tilt == 0.6)
    write_logs(tmp_path, list(models_of(Fleet([tilted]))), SEED)
    before = rates(tmp_path)
    (name,) = (spec.name for spec in models_of(Fleet([tilted])))
    row_damage.tilt(tmp_path, {name: tilted.tilt}, SEED)
    after = rates(tmp_path)
    kept = {key: after[key] / before[key] for key in before}

    assert kept["exploit", 0] == pytest.approx(0.4, rel=0.1)
    assert kept["explore", 0] == pytest.approx(1.0)
    assert kept["exploit", 3] == pytest.approx(1.0)
    assert kept["explore", 3] == pytest.approx(0.4, rel=0.25)


def rates(folder):
    """Clicks by (policy, retrain)."""
    exposures, clicks = (pq.read_table(folder / f"{role}.parquet") for role in ("exposures", "clicks"))
    heard = exposures.join(clicks.select(["request_id", "item_id"]), ["request_id", "item_id"], join_type="inner")
    versions = sorted(set(heard["model_version"].to_pylist()))
    return Counter(
        (policy, versions.index(version))
        for policy, version in zip(heard["policy"].to_pylist(), heard["model_version"].to_pylist(), strict=True)
    )
