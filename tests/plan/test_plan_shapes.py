"""Logs that lack something, and models of which nothing, or little, can be planned."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from planned import only, planned, scanned, way, written

from auditor.errors import AuditError
from auditor.simulate import ModelSpec, write_logs

START = datetime(2026, 1, 5)
ROWS = 4_000
NAMES = [f"i{number:02}" for number in range(40)]


def log(weeks=2, model="m", seed=0, rows=ROWS, shown=8, rate=0.1, **columns):
    """So many weeks of own choices among `shown` outcomes; a column that is None is left out."""
    rng = np.random.default_rng(seed)
    total = rows * weeks
    second = np.sort(rng.integers(0, weeks * 604_800, total))
    made = {
        "model_id": [model] * total,
        "model_version": [f"v{number}" for number in second // 604_800],
        "item_id": [NAMES[number] for number in rng.integers(0, shown, total)],
        "timestamp": [START + timedelta(seconds=int(number)) for number in second],
        "clicked": (rng.random(total) < rate).astype(int),
        **columns,
    }
    return {name: values for name, values in made.items() if values is not None}


def catalogue(names=NAMES):
    return {"item_id": list(names)}


def logs(folder, *, listed=True, **columns):
    given = {"catalogue": catalogue()} if listed else {}
    return written(folder / "logs", exposures=log(**columns), **given)


def test_a_closed_log_is_planned_and_told_what_to_log(tmp_path):
    model = only(planned(logs(tmp_path), every=False))

    assert (model.outcomes, model.unfed, model.never_shown) == (40, 32, 32)
    assert [addition.column for addition in model.additions] == [
        "policy", "propensity", "user_id", "request_id", "available_from, available_to (catalogue)",
    ]  # fmt: skip
    assert model.notes == ()


def test_what_was_never_shown_has_but_bounds(tmp_path):
    model = only(planned(logs(tmp_path)))
    cost = way(model, "targeted").cost

    assert model.cost_from.startswith("bounds alone")
    assert model.explored_rate.value is None
    assert cost.a_day.value is None
    assert cost.a_day.low == 0
    assert cost.a_day.high >= way(model, "targeted").explored_a_day * model.rate
    assert len({outcome.upper for outcome in model.first}) == 1
    assert [outcome.item_id for outcome in model.first] == NAMES[8:]


def test_without_timestamps_there_are_no_days(tmp_path):
    model = only(planned(logs(tmp_path, timestamp=None), days=3))

    assert model.exposures_a_day is None
    assert model.exposures == 2 * ROWS
    assert all(each.pace == () and each.explored_a_day is None and each.cost.a_day is None for each in model.ways)
    assert way(model, "targeted").share * 2 * ROWS >= 32 * model.need
    assert any("without timestamps" in note for note in model.notes)
    assert "timestamp" in {addition.column for addition in model.additions}


def test_without_feedback_half_the_even_share_is_taken(tmp_path):
    model = only(planned(logs(tmp_path, clicked=None)))

    assert model.rate is None
    assert model.need == pytest.approx(ROWS / 40 / 2, rel=0.05)
    assert way(model, "uniform").share > 0
    assert way(model, "uniform").cost is None
    assert "what is lost is not known" in model.cost_from
    assert {outcome.upper for outcome in model.first} == {None}
    assert "feedback" in {addition.column for addition in model.additions}


def test_no_click_at_all_is_no_feedback_either(tmp_path):
    model = only(planned(logs(tmp_path, rate=0)))

    assert model.rate is None
    assert way(model, "uniform").cost is None


def test_without_a_catalogue_it_is_the_least(tmp_path):
    model = only(planned(logs(tmp_path, listed=False)))

    assert (model.outcomes, model.unfed) == (8, 0)
    assert {each.share for each in model.ways} == {0.0}
    assert model.first == ()
    assert any("without a catalogue" in note for note in model.notes)
    assert "catalogue" in {addition.column for addition in model.additions}


def test_outcomes_have_their_names_as_text_whether_listed_or_not(tmp_path):
    """Of ten numbers that were shown at first, half are in the catalogue; one more is, and was never shown."""
    early, late = np.repeat(np.arange(10), ROWS // 10), np.repeat(np.arange(3), ROWS // 3 + 1)[:ROWS]
    columns = {
        "item_id": [int(number) for number in (*early, *late)],
        "timestamp": [START + timedelta(seconds=75 * row) for row in range(2 * ROWS)],
        "model_version": ["v0"] * ROWS + ["v1"] * ROWS,
    }
    listed = {"item_id": [0, 1, 2, 3, 4, 99]}
    model = only(planned(written(tmp_path / "logs", exposures=log(**columns), catalogue=listed)))

    assert model.outcomes == 11
    assert {outcome.item_id for outcome in model.first} == {"3", "4", "5", "6", "7", "8", "9", "99"}
    assert {outcome.item_id for outcome in model.first if not outcome.exposures} == {"99"}


def test_one_retrain_can_be_planned_for(tmp_path):
    model = only(planned(logs(tmp_path, weeks=1)))

    assert model.verdict == "not auditable"
    assert model.unfed == 32
    assert model.explores is None


def test_traffic_is_that_of_the_last_four_weeks(tmp_path):
    second = np.concatenate([np.linspace(0, 6 * 604_800, 600), np.linspace(6 * 604_800, 10 * 604_800, 4_000)])
    columns = {
        "timestamp": [START + timedelta(seconds=int(number)) for number in second],
        "model_version": [f"v{int(number // 1_209_601)}" for number in second],
    }
    model = only(planned(logs(tmp_path, weeks=1, rows=4_600, **columns)))

    assert model.exposures_a_day == pytest.approx(4_000 / 28, rel=0.03)


def test_a_log_of_an_hour_counts_as_a_day(tmp_path):
    hour = [START + timedelta(seconds=number) for number in np.linspace(0, 3_600, 2 * ROWS)]
    model = only(planned(logs(tmp_path, timestamp=hour)))

    assert model.exposures_a_day == 2 * ROWS


def test_an_infeasible_plan_says_so_and_how_long_it_would_take(tmp_path):
    model = only(planned(logs(tmp_path, rows=200, rate=0.02), days=1))

    assert {(each.reach, each.share, each.cost) for each in model.ways} == {(None, None, None)}
    assert [pace.share for pace in model.ways[0].pace] == [0.05, 0.1]
    assert model.ways[0].pace[0].days > 2 * 0.9 * model.ways[0].pace[1].days > 28
    assert any(note.startswith("uniform and targeted: not even if") for note in model.notes)


def test_a_large_model_needs_no_less_than_the_floor(tmp_path):
    model = only(planned(logs(tmp_path, rows=30_000), days=90))

    assert 0 < way(model, "uniform").reach < model.floor < 0.03
    assert {each.share for each in model.ways} == {model.floor}
    assert any("next scan" in note for note in model.notes)


def test_exploration_of_today_is_taken_off_the_cost(tmp_path):
    rng = np.random.default_rng(5)
    explores = rng.random(2 * ROWS) < 0.1
    item = np.where(explores, rng.integers(0, 40, 2 * ROWS), rng.integers(0, 8, 2 * ROWS))
    columns = {
        "item_id": [NAMES[number] for number in item],
        "policy": np.where(explores, "explore", "exploit"),
        "clicked": (rng.random(2 * ROWS) < np.where(item < 8, 0.2, 0.05)).astype(int),
    }
    model = only(planned(logs(tmp_path, **columns)))

    assert max(each.share for each in model.ways) < model.explores.low
    assert {each.cost.a_day.high for each in model.ways} == {0.0}
    assert any("explores that much today" in note for note in model.notes)


def test_labels_that_never_come_are_not_waited_for(tmp_path):
    spec = ModelSpec("loans", "approval", exposures=6_000, click_rate=0.84, quality_spread=1.2, log_policy=True)
    write_logs(tmp_path / "before", [spec], 1)
    model = only(planned(tmp_path / "before", every=False))

    assert (model.labels, model.outcomes, model.never_labelled, model.unfed) == (True, 1, 1, 0)
    assert way(model, "uniform").share == model.floor
    assert "label" in model.cost_from
    assert any("carry out one that gets a label" in note for note in model.notes)

    write_logs(tmp_path / "after", [replace(spec, explore=model.floor)], 2)
    assert scanned(tmp_path / "after").models[0].verdict != "starved"


def test_models_are_the_flagged_unless_others_are_asked_for(tmp_path):
    closed, uniform = log(model="closed", weeks=3), log(model="even", weeks=3, shown=40)
    exposures = {name: [*closed[name], *uniform[name]] for name in closed}
    folder = written(tmp_path / "logs", exposures=exposures, catalogue=catalogue())

    assert [model.model_id for model in planned(folder, every=False).models] == ["closed"]
    assert [model.model_id for model in planned(folder, every=True).models] == ["closed", "even"]
    assert [model.model_id for model in planned(folder, names=("even",), every=False).models] == ["even"]
    with pytest.raises(AuditError, match="there is no model 'evne'") as error:
        planned(folder, names=("closed", "evne"))
    assert "'even'" in error.value.hint


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"rows": 50}, "exposures in the last retrain, needs 100"),
        ({"shown": 1}, "the log knows of one outcome"),
    ],
)
def test_what_cannot_be_planned_is_said(tmp_path, columns, reason):
    made = planned(logs(tmp_path, listed=False, **columns))

    assert made.models == ()
    assert reason in made.unplanned[0].reason


def test_a_log_of_clicked_exposures_alone_is_no_ground_for_a_plan(tmp_path):
    requests = list(range(2 * ROWS))
    made = planned(logs(tmp_path, rate=1.1, request_id=requests))

    assert made.models == ()
    assert made.unplanned[0].reason.startswith("log-integrity: ")


def test_what_the_log_lacks_is_known_whatever_is_selected(tmp_path):
    folder = logs(tmp_path)
    few = only(planned(folder, select=("impression-gini",)))

    assert few.additions == only(planned(folder)).additions


def test_a_catalogue_that_has_ended_leaves_nothing(tmp_path):
    gone = START + timedelta(days=1)
    listed = {**catalogue(), "available_to": [gone] * 40}
    made = planned(written(tmp_path / "logs", exposures=log(), catalogue=listed))

    assert made.models == ()
    assert made.unplanned[0].reason == "its catalogue is empty at the end of the log"


def test_threshold_of_the_scan_moves_the_floor(tmp_path):
    folder = logs(tmp_path)
    stricter = only(planned(folder, thresholds={"outcome-starvation": {"closed": 0.05}}))

    assert stricter.floor > 0.05 > only(planned(folder)).floor > 0.02
