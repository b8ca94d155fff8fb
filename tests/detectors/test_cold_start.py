from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pyarrow.parquet as pq
import pytest
from counted import Fleet, heard
from dated import DatedFleet
from written import FILES, audited, finding, simulated, skip, write

from auditor.config import Settings
from auditor.simulate import ModelSpec

ID = "cold-start"
ONLY = Settings(select=(ID,))
START = datetime(2026, 3, 2)


def neglected(new: int = 40, fed: int = 0, old: int = 100, at: float = 2.0, retrains: int = 5):
    """A hundred old outcomes, shown alike, and new ones, of which some are shown as well."""
    shown = np.full((retrains, old + new), 100)
    shown[:, old + fed :] = 0
    shown[: int(at), old:] = 0
    came = np.where(np.arange(old + new) < old, 0.0, at)
    return DatedFleet().add_counts("m", shown, shown // 20).date("m", came)


def test_what_is_said_of_neglect():
    outcome = neglected(fed=4).audit(ONLY)
    found = heard(outcome, ID)[0]["m"]
    evidence = {each.name: each for each in found.evidence}

    assert found.title == (
        "36 of 40 new outcomes never got enough exposures to be learned about; 100% of the older ones get them in "
        "one retrain"
    )
    assert (found.severity, found.confidence) == ("medium", "high")
    assert evidence["new outcomes never fed"].value == pytest.approx(0.9)
    assert evidence["new outcomes never fed"].null == pytest.approx(0, abs=1e-6)
    assert evidence["older outcomes fed in one retrain"].n == 100
    assert "retrains until half of them were fed" not in evidence


def test_a_third_fed_is_still_medium_two_thirds_low_and_nine_tenths_nothing():
    severities = [heard(neglected(fed=fed).audit(ONLY), ID)[0].get("m") for fed in (8, 27, 36)]

    assert [each and each.severity for each in severities] == ["medium", "low", None]


def test_outcomes_that_came_in_the_last_retrain_are_too_young():
    found, skipped = heard(neglected(at=4.0).audit(ONLY), ID)

    assert not found
    assert skipped["m"].reason.startswith("0 of 40 new outcomes are old enough to tell, needs 10")


def test_low_volume_would_not_have_fed_them_by_any_policy():
    shown = np.zeros((4, 300), np.int64)
    shown[:, :60] = 1
    came = np.where(np.arange(300) < 200, 0.0, 1.0)
    found, skipped = heard(DatedFleet().add_counts("m", shown, shown * 0).date("m", came).audit(ONLY), ID)

    assert not found
    assert skipped["m"].reason.startswith("0 of 100 new outcomes are old enough to tell")


def test_outcomes_that_were_shown_before_their_date_are_not_new():
    shown = np.full((5, 120), 50)
    shown[2:, 100:] = 0
    came = np.where(np.arange(120) < 100, 0.0, 2.0)
    found, skipped = heard(DatedFleet().add_counts("m", shown, shown // 10).date("m", came).audit(ONLY), ID)

    assert not found
    assert skipped["m"].reason == "no outcome came into the catalogue while the log ran"


def test_where_feedback_is_a_label_newcomers_are_fed_by_labels():
    shown = np.full((5, 140), 100)
    shown[:2, 100:] = 0
    labelled = np.where(np.arange(140) < 100, shown, 0)
    came = np.where(np.arange(140) < 100, 0.0, 2.0)
    fleet = DatedFleet().add_counts("m", shown, labelled // 2, labelled=labelled).date("m", came)
    found, _ = heard(fleet.audit(ONLY), ID)

    assert found["m"].title.startswith("40 of 40 new outcomes never got enough labelled exposures")


def launched(first: int, later: int, *, retrains: int = 6):
    """No dates: 60 outcomes all along, 30 that are first shown in the third retrain."""
    shown = np.full((retrains, 90), 100)
    shown[:2, 60:] = 0
    shown[2, 60:] = first
    shown[3:, 60:] = later
    return Fleet().add_counts("m", shown, shown // 20).audit(ONLY)


def test_without_dates_newcomers_are_those_first_shown_late_and_no_more_than_low():
    found, _ = heard(launched(first=8, later=0), ID)

    assert found["m"].severity == "low"
    assert found["m"].confidence == "low"
    assert found["m"].title.startswith("30 of 30 new outcomes never got")


def test_without_dates_newcomers_that_are_fed_are_nothing():
    outcome = launched(first=8, later=60)
    found, skipped = heard(outcome, ID)

    assert outcome.measures[ID]["m"]["median_retrains"] == 1
    assert not found
    assert not skipped


def test_without_dates_what_shows_up_late_by_chance_is_not_new():
    found, skipped = heard(launched(first=3, later=2), ID)

    assert not found
    assert skipped["m"].reason == (
        "there are no dates to tell new outcomes by, and none was first shown after the second retrain"
    )
    assert skipped["m"].unlock == "a catalogue with `available_from`"


def test_the_tail_of_a_stable_policy_is_nothing_without_dates():
    fleet = Fleet(43)
    for i in range(40):
        fleet.add(ModelSpec(f"m{i}", "popularity", exposures=10_000, items=2_000, retrains=6), catalogue=i % 2 == 0)
    found, _ = heard(fleet.audit(ONLY), ID)

    assert not found


def test_one_retrain_is_skipped():
    found, skipped = heard(neglected(at=0.5, retrains=1).audit(ONLY), ID)

    assert not found
    assert skipped["m"].reason.startswith("1 retrain, needs 2")


URN = ModelSpec("feed", "polya", exposures=8_000, items=80, retrains=5, memory="all", smoothing=0.01, turnover=0.1)


def test_whole_log_of_a_model_that_neglects_what_is_new(tmp_path):
    report = audited(simulated(tmp_path / "log", URN))

    assert finding(report, ID).severity == "medium"
    assert report.models[0].measures[ID]["judged"] == 24


def test_whole_log_of_a_model_that_does_not(tmp_path):
    report = audited(simulated(tmp_path / "log", ModelSpec("feed", "uniform", exposures=8_000, items=80, turnover=0.1)))

    assert finding(report, ID) is None
    assert skip(report, ID) is None
    assert report.models[0].measures[ID]["never_fed"] == 0
    assert report.models[0].measures[ID]["median_days"] == 0


def test_the_same_log_without_its_dates_has_no_newcomers(tmp_path):
    folder = simulated(tmp_path / "log", URN)
    catalogue = pq.read_table(folder / FILES["catalogue"]).drop_columns(["available_from", "available_to"])
    report = audited(write(folder, catalogue=catalogue))

    assert finding(report, ID) is None
    assert "there are no dates to tell new outcomes by" in skip(report, ID).reason


def test_without_timestamps_nothing_came_later(tmp_path):
    report = audited(simulated(tmp_path / "log", URN, drop=("timestamp",)))

    assert skip(report, ID).reason == "the exposures log has no `timestamp`: nothing tells what came later"


def test_rows_and_dates_to_the_hour(tmp_path):
    """Ten old outcomes an hour; twelve new ones on the tenth day, of which two are shown, each every third hour."""
    hours = [START + timedelta(hours=hour) for hour in range(24 * 28)]
    rows = [(at, f"old{i}") for at in hours for i in range(10)]
    rows += [(at, f"new{k}") for k in range(2) for at in hours[24 * 10 + k :: 3]]
    exposures = {
        "model_id": ["m"] * len(rows),
        "model_version": [f"v{(at - START).days // 7}" for at, _ in rows],
        "timestamp": [at for at, _ in rows],
        "item_id": [item for _, item in rows],
        "clicked": [index % 12 == 0 for index in range(len(rows))],
    }
    catalogue = {
        "item_id": [f"old{i}" for i in range(10)] + [f"new{k}" for k in range(12)],
        "available_from": [None] * 10 + [START + timedelta(days=10)] * 12,
    }
    report = audited(write(tmp_path / "log", exposures=exposures, catalogue=catalogue))
    measures = report.models[0].measures[ID]

    assert (measures["newcomers"], measures["judged"], measures["unfed"]) == (12, 12, 10)
    assert measures["by_cohort"] == "10 of 12 in retrain 1"
    assert (measures["older"], measures["standing_fed"]) == (10, 1.0)
    assert finding(report, ID).severity == "medium"
