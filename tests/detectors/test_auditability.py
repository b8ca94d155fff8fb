from __future__ import annotations

import numpy as np
import pytest
from counted import Fleet, heard
from written import audited, finding, skip, write

from auditor.detectors import BATTERY

ID = "auditability"


def flat(retrains: int, each: int = 30) -> np.ndarray:
    return np.full((retrains, 40), each, np.int64)


def counted(retrains=3, *, policy=True, **columns):
    exposures = flat(retrains)
    explore = exposures // 10 if policy else None
    outcome = Fleet().add_counts("m", exposures, exposures // 10, explore=explore, **columns).audit()
    return outcome.measures[ID]["m"], heard(outcome, ID)


@pytest.mark.parametrize(
    ("columns", "grade", "missing"),
    [
        ({}, "A", ""),
        ({"policy": False}, "B", "policy"),
        ({"policy": False, "catalogue": False}, "B", "catalogue, policy"),
        ({"policy": False, "catalogue": False, "retrains": 1}, "C", "model_version, catalogue, policy"),
    ],
)
def test_grade_counts_what_is_missing(columns, grade, missing):
    measures, _ = counted(**columns)

    assert measures["grade"] == grade
    assert measures["missing"] == missing


def test_single_retrain_without_a_policy_column_is_low():
    _, (found, _) = counted(1, policy=False)

    assert found["m"].severity == "low"
    assert found["m"].title == "the log cannot tell whether this model explores; it lacks model_version, policy"


@pytest.mark.parametrize("columns", [{"retrains": 1}, {"retrains": 2, "policy": False}])
def test_explore_rows_or_a_second_retrain_make_a_verdict_possible(columns):
    measures, (found, skipped) = counted(**columns)

    assert measures["verdict_possible"]
    assert not found
    assert not skipped


@pytest.mark.parametrize(("policy", "possible"), [(True, True), (False, False)])
def test_labels_of_some_outcomes_alone_need_a_policy_column(policy, possible):
    decisions = np.full((4, 2), 500)
    labelled = decisions * [1, 0]
    explore = decisions * 0 if policy else None
    outcome = Fleet().add_counts("m", decisions, labelled * 4 // 5, labelled=labelled, explore=explore).audit()

    assert outcome.measures[ID]["m"]["verdict_possible"] is possible
    assert ("m" in heard(outcome, ID)[0]) is not possible


def test_propensities_make_it_possible_unless_they_are_all_one(tmp_path):
    log = {"model_id": ["m"] * 400, "item_id": np.arange(400) % 20, "clicked": (np.arange(400) % 9 == 0).astype(int)}
    true = audited(write(tmp_path / "true", exposures={**log, "propensity": [0.05] * 400}))
    ones = audited(write(tmp_path / "ones", exposures={**log, "propensity": [1.0] * 400}))

    assert finding(true, ID) is None
    assert finding(ones, ID).severity == "low"
    assert "policy" in finding(ones, ID).title
    assert ones.models[0].measures[ID]["grade"] == "D"


def test_under_a_hundred_exposures_is_skipped(tmp_path):
    log = {"model_id": ["m"] * 60, "item_id": np.arange(60) % 6, "clicked": (np.arange(60) % 9 == 0).astype(int)}
    report = audited(write(tmp_path / "log", exposures=log))

    assert finding(report, ID) is None
    assert skip(report, ID).reason == "60 exposures, needs 100"
    assert skip(report, ID).unlock == "a longer export"


def test_it_names_what_could_not_be_said():
    outcome = Fleet().add_counts("m", flat(1), flat(1) // 10).audit()
    silent = [each.detector for each in outcome.skips]
    measures = outcome.measures[ID]["m"]

    assert "retrain-drift" in silent
    assert measures["no_verdict"] == ", ".join(silent)
    assert measures["verdicts"] == len(BATTERY) - 1 - len(silent)
