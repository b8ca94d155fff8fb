from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import numpy as np
import pytest
from written import audited, finding, skip, write

from auditor.detectors import BATTERY

ID = "log-integrity"
START = np.datetime64("2026-01-05T00:00:00", "us")
DAYS = 21
A_DAY = 900


def log(rate=0.1, slate=3, users=None):
    """Three weeks and three retrains of a sound log: (exposures, feedback) as arrays."""
    rng = np.random.default_rng(5)
    rows = A_DAY * DAYS
    request = np.arange(rows) // slate
    shown = START + (request * slate * (DAYS * 86_400 // rows)).astype("timedelta64[s]")
    user = rng.integers(1, 2000, request[-1] + 1)[request] if users is None else users(rng, request)
    exposures = {
        "model_id": np.full(rows, "feed"), "model_version": (shown - START) // np.timedelta64(7, "D"),
        "request_id": request, "item_id": (np.arange(rows) * 7) % 50, "timestamp": shown, "user_id": user,
    }  # fmt: skip
    clicked = rng.random(rows) < rate
    feedback = {name: exposures[name][clicked] for name in ("request_id", "item_id", "timestamp")}
    feedback["timestamp"] = feedback["timestamp"] + np.timedelta64(30, "s")
    return exposures, feedback


def where(table, kept):
    return {name: values[kept] for name, values in table.items()}


def audit(tmp_path, exposures, feedback, **settings):
    return audited(write(tmp_path / "log", exposures=exposures, feedback=feedback), **settings)


def test_sound_log_has_nothing_and_its_figures_are_right(tmp_path):
    exposures, feedback = log()
    report = audit(tmp_path, exposures, feedback)
    measures = report.models[0].measures[ID]
    in_a = [hashlib.md5(str(user).encode()).hexdigest() < "8" for user in exposures["user_id"]]
    answered = len(np.unique(feedback["request_id"])) / len(np.unique(exposures["request_id"]))

    assert not report.findings
    assert measures["half_share"] == pytest.approx(np.mean(in_a))
    assert measures["answered_share"] == pytest.approx(answered, rel=0.1)
    assert measures["early"] == 0
    assert measures["attributed"] == len(feedback["item_id"])
    assert measures["days"] == DAYS - 1


def test_exposures_kept_only_on_click_gate_everything_else(tmp_path):
    exposures, feedback = log()
    clicked = np.isin(exposures["request_id"] * 100 + exposures["item_id"],
                      feedback["request_id"] * 100 + feedback["item_id"])  # fmt: skip
    report = audit(tmp_path, where(exposures, clicked), feedback)

    assert finding(report, ID).severity == "medium"
    assert "exposures were kept only where something came back" in finding(report, ID).title
    assert [each.detector for each in report.findings] == [ID]
    assert {each.detector for each in report.skips} == {each.id for each in BATTERY} - {ID}
    assert skip(report, "outcome-starvation").reason == f"log-integrity: {finding(report, ID).title}"
    assert report.models[0].verdict == "not auditable"


def test_feedback_that_somebody_wrote_is_a_label_and_may_answer_every_exposure(tmp_path):
    exposures, feedback = log()
    clicked = np.isin(exposures["request_id"] * 100 + exposures["item_id"],
                      feedback["request_id"] * 100 + feedback["item_id"])  # fmt: skip
    labels = feedback | {"label_source": ["human"] * len(feedback["item_id"])}
    report = audit(tmp_path, where(exposures, clicked), labels)

    assert finding(report, ID) is None
    assert report.models[0].verdict != "not auditable" or "log-integrity" not in report.models[0].why


def test_whole_slates_kept_only_where_one_was_clicked_are_told_as_well(tmp_path):
    exposures, feedback = log()
    report = audit(tmp_path, where(exposures, np.isin(exposures["request_id"], feedback["request_id"])), feedback)

    assert finding(report, ID).evidence[0].value > 0.9


def test_busy_slates_of_which_a_fifth_are_left_are_no_fault(tmp_path):
    report = audit(tmp_path, *log(rate=0.25, slate=6))

    assert report.models[0].measures[ID]["answered_share"] == pytest.approx(1 - 0.75**6, abs=0.08)
    assert finding(report, ID) is None


def test_share_of_requests_is_not_judged_on_labels(tmp_path):
    exposures, _ = log(slate=1)
    exposures["item_id"] = np.where(exposures["item_id"] < 46, "approve", "deny")
    approved = where(exposures, exposures["item_id"] == "approve")
    labels = {name: approved[name] for name in ("request_id", "item_id", "timestamp")}
    report = audit(tmp_path, exposures, {**labels, "value": np.ones(len(labels["item_id"]))})

    assert report.models[0].measures[ID]["labels"] is True
    assert report.models[0].measures[ID]["answered_share"] > 0.9
    assert finding(report, ID) is None


@pytest.mark.parametrize(("share", "severity"), [(0.005, None), (0.03, "low"), (0.1, "medium")])
def test_feedback_older_than_its_exposure(tmp_path, share, severity):
    exposures, feedback = log()
    early = np.arange(len(feedback["item_id"])) < share * len(feedback["item_id"])
    feedback["timestamp"] = feedback["timestamp"] - np.where(early, 3600, 0).astype("timedelta64[s]")
    found = finding(audit(tmp_path, exposures, feedback), ID)

    assert (found and found.severity) == severity
    if found:
        assert found.evidence[0].value == pytest.approx(early.mean())
        assert "older than the exposure" in found.title


@pytest.mark.parametrize(("lost", "severity"), [([9], "low"), ([4, 9, 15], "medium"), ([DAYS - 1], None)])
def test_days_without_feedback(tmp_path, lost, severity):
    exposures, feedback = log()
    day = (feedback["timestamp"] - np.timedelta64(30, "s") - START) // np.timedelta64(1, "D")
    found = finding(audit(tmp_path, exposures, where(feedback, ~np.isin(day, lost))), ID)

    assert (found and found.severity) == severity
    if found:
        assert found.title.startswith(f"on {len(lost)} of {DAYS - 1} days the feedback rate is five times off")


def test_day_with_half_the_feedback_is_behaviour(tmp_path):
    exposures, feedback = log()
    day = (feedback["timestamp"] - START) // np.timedelta64(1, "D")
    report = audit(tmp_path, exposures, where(feedback, (day != 9) | (np.arange(len(day)) % 2 == 0)))

    assert finding(report, ID) is None


@pytest.mark.parametrize(("share", "severity"), [(0.6, "low"), (0.25, None)])
def test_default_user_id(tmp_path, share, severity):
    def users(rng, request):
        someone = rng.integers(1, 2000, request[-1] + 1)
        return np.where(rng.random(request[-1] + 1) < share, 0, someone)[request]

    exposures, feedback = log(users=users)
    report = audit(tmp_path, exposures, feedback)
    found = finding(report, ID)

    assert abs(report.models[0].measures[ID]["half_share"] - 0.5) == pytest.approx(share / 2, abs=0.02)
    assert (found and found.severity) == severity
    if found:
        assert "default user id" in found.remedy


def test_cut_off_last_window_is_no_retrain(tmp_path):
    exposures, feedback = log()
    last = datetime(2026, 1, 5) + timedelta(days=14, hours=6)
    kept = exposures["timestamp"] < np.datetime64(last)
    report = audit(tmp_path, where(exposures, kept), feedback)

    assert report.models[0].measures[ID]["partial"] == 1
    assert report.models[0].retrains == 2
    assert finding(report, "retrain-drift") is None


def test_requests_are_not_counted_where_there_is_no_feedback(tmp_path):
    exposures, _ = log()
    report = audited(write(tmp_path / "log", exposures=exposures))
    measures = report.models[0].measures[ID]

    assert measures["requests"] is None
    assert measures["answered_share"] == 0


@pytest.mark.parametrize("first", [0, 192_000])
def test_requests_near_the_threshold_are_counted_exactly(tmp_path, first):
    exposures, _ = log()
    exposures["request_id"] = exposures["request_id"] + first
    requests = np.unique(exposures["request_id"])
    chosen = np.random.default_rng(3).choice(requests, round(0.85 * len(requests)), replace=False)
    answered = np.isin(exposures["request_id"], chosen)
    _, once = np.unique(exposures["request_id"], return_index=True)
    kept = np.intersect1d(once, np.flatnonzero(answered))
    feedback = {name: exposures[name][kept] for name in ("request_id", "item_id", "timestamp")}
    report = audit(tmp_path, exposures, feedback)

    assert finding(report, ID) is None
    assert report.models[0].measures[ID]["answered_share"] == pytest.approx(0.85, abs=1e-3)


def test_feedback_that_is_mostly_older_than_its_exposure_silences_the_rest(tmp_path):
    exposures, feedback = log()
    feedback["timestamp"] = feedback["timestamp"] - np.timedelta64(1, "h")
    report = audit(tmp_path, exposures, feedback)

    assert finding(report, ID).severity == "medium"
    assert skip(report, "outcome-starvation").reason.startswith("log-integrity: ")
    assert report.models[0].verdict == "not auditable"


def test_a_catalogue_that_was_never_available_stops_nothing(tmp_path):
    exposures, feedback = log()
    catalogue = {"item_id": np.arange(50), "available_from": np.full(50, np.datetime64("2030-01-01", "us"))}
    folder = write(tmp_path / "log", exposures=exposures, feedback=feedback, catalogue=catalogue)

    assert [model.model_id for model in audited(folder).models] == ["feed"]


def decided(outcomes, shares, label_rates, values=(0, 1)):
    """Three weeks of decisions and the labels on them, by people who sign: (exposures, feedback, catalogue)."""
    exposures, _ = log(slate=1)
    rng, rows = np.random.default_rng(6), len(exposures["item_id"])
    number = rng.choice(len(outcomes), rows, p=shares)
    exposures["item_id"] = np.array(outcomes)[number]
    heard = rng.random(rows) < np.array(label_rates)[number]
    feedback = {name: exposures[name][heard] for name in ("request_id", "item_id", "timestamp")}
    feedback["timestamp"] = feedback["timestamp"] + np.timedelta64(2, "D")
    feedback |= {"value": rng.choice(values, heard.sum()).astype(float), "label_source": np.full(heard.sum(), "human")}
    return exposures, feedback, {"item_id": np.array(outcomes)}


def audit_of(tmp_path, exposures, feedback, catalogue):
    return audited(write(tmp_path / "log", exposures=exposures, feedback=feedback, catalogue=catalogue))


def test_decisions_kept_only_where_a_label_came_gate_everything_else(tmp_path):
    exposures, feedback, catalogue = decided(["approve", "deny"], [0.6, 0.4], [0.97, 0])
    kept = np.isin(exposures["request_id"], feedback["request_id"])
    report = audit_of(tmp_path, where(exposures, kept), feedback, catalogue)

    assert finding(report, ID).severity == "medium"
    assert finding(report, ID).title == "100% of decisions have a label, and 1 of 2 outcomes were never decided on: " \
        "decisions were kept only where a label came"  # fmt: skip
    assert skip(report, "outcome-starvation").reason == f"log-integrity: {finding(report, ID).title}"
    assert skip(report, "exploration-support").reason.startswith("log-integrity: ")
    assert report.models[0].verdict == "not auditable"


QUEUES = [f"queue {each}" for each in range(12)]
HEARD_OF_ALL = {
    "approvals alone are labelled": decided(["approve", "deny"], [0.6, 0.4], [1, 0]),
    "denials are followed up": decided(["approve", "deny"], [0.6, 0.4], [1, 1]),
    "a class that is never named": decided(QUEUES, [0, *[1 / 11] * 11], [1] * 12, values=range(1, 13)),
    "things of which one is never shown": decided(list("abcdefghijklmnopqrstuvwxyz"), [0, *[0.04] * 25], [1] * 26),
    "half of one action is labelled": decided(["approve", "deny"], [1, 0], [0.5, 0]),
}


@pytest.mark.parametrize("kind", HEARD_OF_ALL)
def test_decisions_that_were_all_logged_do_not(tmp_path, kind):
    report = audit_of(tmp_path, *HEARD_OF_ALL[kind])

    assert finding(report, ID) is None
