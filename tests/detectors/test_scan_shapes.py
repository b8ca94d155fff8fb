from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest
from written import FILES, audited, finding, simulated, skip, write

from auditor.detectors import BATTERY
from auditor.errors import NothingToAudit
from auditor.simulate import ModelSpec

LOOP = ModelSpec("feed", "polya", exposures=6000, items=200, retrains=6, exponent=1.3, memory="last")
TREND = ("fell from", "narrow", "moves exposure", "are gone")


def said_of(report, detector):
    """What the report holds of one detector: measures or a skip, always one of them."""
    return skip(report, detector) or report.models[0].measures[detector]


def test_whole_log_of_a_loop_is_starved(tmp_path):
    report = audited(simulated(tmp_path / "log", LOOP))

    assert report.models[0].verdict == "starved"
    assert finding(report, "retrain-drift") is not None


def test_tiny_log(tmp_path):
    report = audited(simulated(tmp_path / "log", ModelSpec("feed", "uniform", exposures=100, items=30, retrains=3)))

    assert report.models[0].exposures == 300
    assert report.models[0].verdict in {"healthy", "not auditable"}
    assert skip(report, "retrain-drift").reason == "a retrain has 100 exposures, needs 200"
    assert all(said_of(report, detector.id) for detector in BATTERY)


def test_tiny_log_of_one_retrain(tmp_path):
    folder = simulated(tmp_path / "log", ModelSpec("feed", "greedy", exposures=300, items=50, retrains=1))
    report = audited(folder)

    assert all(said_of(report, detector.id) for detector in BATTERY)
    assert skip(report, "retrain-drift").reason == "1 retrain, needs 2"
    assert not any(each.severity in {"medium", "high"} for each in report.findings)


def test_without_timestamps_no_drift_is_made_up(tmp_path):
    report = audited(simulated(tmp_path / "log", LOOP, drop=("timestamp",)))

    assert finding(report, "retrain-drift") is None
    assert skip(report, "retrain-drift").reason == "the exposures log has no `timestamp`: retrains have no order"
    assert skip(report, "retrain-drift").unlock == "a `timestamp` column"
    assert report.window["start"] is None


def test_without_timestamps_no_trend_is_told_by_any_detector(tmp_path):
    report = audited(simulated(tmp_path / "log", LOOP, drop=("timestamp",)))

    assert not [each.title for each in report.findings if any(word in each.title for word in TREND)]


def test_without_timestamps_the_detectors_do_not_contradict_each_other(tmp_path):
    report = audited(simulated(tmp_path / "log", LOOP, drop=("timestamp",)))

    cannot_tell = finding(report, "auditability")
    assert not (cannot_tell and finding(report, "outcome-starvation"))


def test_without_retrains_nothing_is_said_of_exploration(tmp_path):
    report = audited(simulated(tmp_path / "log", LOOP, drop=("model_version",)))

    assert report.window["retrains_from"] == "none"
    assert report.models[0].verdict == "not auditable"
    assert "a single one cannot tell" in skip(report, "outcome-starvation").reason
    assert "--retrain-every" in skip(report, "outcome-starvation").unlock
    assert skip(report, "retrain-drift").reason == "1 retrain, needs 2"


def test_calendar_windows_unlock_what_the_version_would(tmp_path):
    folder = simulated(tmp_path / "log", LOOP, drop=("model_version",))
    report = audited(folder, retrain_every="7d")

    assert report.window["retrains_from"] == "calendar"
    assert report.models[0].verdict == "starved"


def test_without_times_and_retrains(tmp_path):
    report = audited(simulated(tmp_path / "log", LOOP, drop=("timestamp", "model_version", "user_id")))

    assert report.models[0].verdict == "not auditable"
    assert "timestamp, model_version" in finding(report, "auditability").title
    assert finding(report, "retrain-drift") is None


def test_without_a_catalogue_starvation_is_a_lower_bound_of_medium_confidence(tmp_path):
    folder = simulated(tmp_path / "log", LOOP)
    with_it = audited(folder).models[0].measures["outcome-starvation"]
    (folder / FILES["catalogue"]).unlink()
    report = audited(folder)

    assert report.models[0].measures["outcome-starvation"]["starved"] <= with_it["starved"]
    assert finding(report, "outcome-starvation").confidence == "medium"


def test_log_of_a_single_model_needs_no_column_for_it(tmp_path):
    folder = simulated(tmp_path / "log", LOOP)
    table = pq.read_table(folder / FILES["exposures"])
    write(folder, exposures=table.drop_columns(["model_id"]))
    report = audited(folder, model_id="only")

    assert [model.model_id for model in report.models] == ["only"]
    assert report.models[0].verdict == "starved"


def test_clicks_alone_are_nothing_to_audit(tmp_path):
    folder = simulated(tmp_path / "log", LOOP)
    (folder / FILES["exposures"]).unlink()

    with pytest.raises(NothingToAudit) as caught:
        audited(folder)
    assert "Only feedback was given" in caught.value.message
    assert "exposure log" in caught.value.hint


def test_without_feedback_starvation_still_shows_but_not_where_feedback_comes_from(tmp_path):
    folder = simulated(tmp_path / "log", LOOP)
    (folder / FILES["feedback"]).unlink()
    report = audited(folder)
    measures = report.models[0].measures["outcome-starvation"]

    assert measures["self_sourced"] is None
    assert measures["need"] == pytest.approx(6000 / 200 / 2)
    assert report.models[0].verdict == "starved"


def test_approvals_are_starved_of_labels_though_denials_are_carried_out(tmp_path):
    spec = ModelSpec("credit", "approval", exposures=3000, retrains=4, log_policy=True)
    report = audited(simulated(tmp_path / "log", spec))
    measures = report.models[0].measures["outcome-starvation"]

    assert measures["labels"] is True
    assert measures["starved"] == pytest.approx(0.5)
    assert finding(report, "outcome-starvation").severity == "high"
    assert "1 of 2 outcomes get too few labelled exposures" in finding(report, "outcome-starvation").title
    assert "random share" in finding(report, "outcome-starvation").remedy


def test_organic_feedback_of_a_model_opens_its_loop(tmp_path):
    folder = simulated(tmp_path / "log", ModelSpec("feed", "greedy", exposures=6000, items=200, retrains=4))
    clicks = pq.read_table(folder / FILES["feedback"])
    rows = clicks.num_rows // 3
    elsewhere = {
        **{name: clicks[name][:rows].to_pylist() for name in ("item_id", "timestamp")},
        "request_id": [None] * rows, "model_id": ["feed"] * rows,
    }  # fmt: skip
    own = {name: clicks[name].to_pylist() for name in ("item_id", "timestamp", "request_id")}
    own["model_id"] = ["feed"] * clicks.num_rows
    both = {name: own[name] + elsewhere[name] for name in own}
    report = audited(write(folder, feedback=both))

    assert report.models[0].measures["outcome-starvation"]["organic"] == rows
    assert report.models[0].measures["outcome-starvation"]["self_sourced"] == pytest.approx(0.75, abs=0.01)
    assert report.models[0].verdict == "at risk"


def test_catalogue_with_dates_that_turns_over_is_healthy(tmp_path):
    spec = ModelSpec("news", "uniform", exposures=4000, items=100, retrains=5, turnover=0.3)
    report = audited(simulated(tmp_path / "log", spec))

    assert np.isclose(report.models[0].measures["outcome-starvation"]["starved"], 0, atol=0.05)
    assert not report.findings
