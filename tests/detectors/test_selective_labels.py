from __future__ import annotations

import numpy as np
import pytest
from counted import Fleet, heard
from scipy.stats import binomtest
from written import audited, finding, skip, write

from auditor.simulate import ModelSpec

ID = "selective-labels"
SEEDS = range(20)


def decided(rng, shares, label_rates, positives, volume=1000, retrains=5):
    """Decisions, labels and positive labels of each retrain and action, (T, K)."""
    decisions = rng.multinomial(volume, shares, retrains)
    labelled = rng.binomial(decisions, label_rates)
    return decisions, labelled, rng.binomial(labelled, positives)


def add(fleet, name, shares, label_rates, positives, seed, *, explore=0.0, policy=True, **size):
    """Adds a model of two actions or more; `explore` is the share approved at random besides, `policy` logs them."""
    rng = np.random.default_rng([41, seed])
    decisions, labelled, positive = decided(rng, shares, label_rates, positives, **size)
    aside = np.zeros_like(decisions)
    aside[:, 0] = rng.binomial(decisions.sum(axis=1), explore)
    added = rng.binomial(aside, label_rates)
    fleet.add_counts(
        name, decisions + aside, positive + added, labelled=labelled + added, explore=aside if policy else None
    )


def severities(cases):
    """What each case, (arguments of `add`), is judged over all seeds, as a set."""
    fleet = Fleet()
    for name, (case, options) in cases.items():
        for seed in SEEDS:
            add(fleet, f"{name}/{seed}", *case, seed, **options)
    found, skipped = heard(fleet.audit(), ID)
    assert not skipped
    judged = {name: [found.get(f"{name}/{seed}") for seed in SEEDS] for name in cases}
    return {name: {each and each.severity for each in all_of_it} for name, all_of_it in judged.items()}


def test_labels_of_approvals_alone_are_medium_with_the_share_that_goes_unlabelled():
    fleet = Fleet()
    add(fleet, "m0", [0.6, 0.4], [0.97, 0], [0.85, 0], 0)
    outcome = fleet.audit()
    found, _ = heard(outcome, ID)
    decisions, labelled, _ = decided(np.random.default_rng([41, 0]), [0.6, 0.4], [0.97, 0], [0.85, 0])
    measures, total = outcome.measures[ID]["m0"], decisions.sum()
    interval = binomtest(int(decisions[:, 1].sum()), int(total)).proportion_ci(method="wilson")

    assert found["m0"].severity == "medium"
    assert found["m0"].title.startswith(f"{decisions[:, 1].sum() / total:.0%} of decisions are hardly ever labelled")
    assert measures["blind"] == pytest.approx(decisions[:, 1].sum() / total)
    assert (measures["blind_low"], measures["blind_high"]) == pytest.approx((interval.low, interval.high))
    assert measures["label_rate"] == pytest.approx(labelled[:, 0].sum() / decisions[:, 0].sum())
    assert measures["unseen_rate_high"] == pytest.approx(3.84 / (decisions[:, 1].sum() + 3.84), rel=0.001)


def test_unseen_outcomes_are_found_on_every_seed():
    cases = {
        "approvals alone": ([0.6, 0.4], [0.97, 0], [0.85, 0], "medium"),
        "approvals alone, half of them so far": ([0.6, 0.4], [0.6, 0], [0.85, 0], "medium"),
        "three actions": ([0.5, 0.3, 0.2], [0.97, 0, 0.97], [0.85, 0, 0.7], "medium"),
        "few denials": ([0.92, 0.08], [0.97, 0], [0.85, 0], "low"),
        "0 written for the denied": ([0.6, 0.4], [1, 1], [0.9, 0], "medium"),
        "0 written for the denied, 1 for a default": ([0.6, 0.4], [1, 1], [0.1, 0], "low"),
        "the label is the action": ([0.6, 0.4], [1, 1], [1, 0], "medium"),
        "1,500 labels all alike": ([0.7, 0.3], [1, 1], [0.7, 1], "medium"),
    }

    assert severities({name: (case[:3], {}) for name, case in cases.items()}) == {
        name: {case[3]} for name, case in cases.items()
    }


def test_seen_outcomes_are_nothing_on_any_seed():
    cases = {
        "all labelled": ([0.6, 0.4], [0.97, 0.97], [0.85, 0.7]),
        "a sample of all for review": ([0.6, 0.4], [0.05, 0.05], [0.85, 0.7]),
        "denials followed up": ([0.6, 0.4], [0.97, 0.05], [0.85, 0.7]),
        "all labelled, some nearly all good": ([0.8, 0.2], [1, 1], [0.8, 0.98]),
        "a rare event": ([0.9, 0.1], [1, 1], [0.01, 0.001]),
        "banners with clicks joined": ([0.1] * 10, [1] * 10, np.linspace(0.01, 0.1, 10)),
        "a banner that nobody wants": ([0.1] * 10, [1] * 10, [0, *np.linspace(0.01, 0.04, 9)]),
        "an action with few decisions": ([0.97, 0.03], [0.97, 0], [0.85, 0]),
    }

    assert severities({name: (case, {}) for name, case in cases.items()}) == {name: {None} for name in cases}


def test_few_labels_all_alike_beside_others_are_asked_about_and_no_more():
    case = ([0.7, 0.3], [1, 1], [0.7, 1])

    assert severities({"600": (case, {"retrains": 2})}) == {"600": {"low"}}


def test_a_randomised_slice_that_is_labelled_makes_up_for_it():
    case = ([0.6, 0.4], [0.97, 0], [0.85, 0])
    slices = {"4 %": (case, {"explore": 0.04}), "0.5 %": (case, {"explore": 0.005})}

    assert severities(slices) == {"4 %": {None}, "0.5 %": {"medium"}}


def test_a_log_that_does_not_say_which_decisions_were_random_is_asked_about_and_no_more():
    unseen, alike = ([0.6, 0.4], [0.97, 0], [0.85, 0]), ([0.6, 0.4], [1, 1], [0.9, 0])
    cases = {
        f"{name}, {explore:.0%} at random": (case, {"explore": explore, "policy": False})
        for name, case in {"unseen": unseen, "alike": alike}.items()
        for explore in (0, 0.04)
    }

    assert severities(cases) == {name: {"low"} for name in cases}


def test_of_two_approval_models_the_one_that_tests_denials_is_sound():
    fleet = Fleet(3)
    fleet.add(ModelSpec("closed", "approval", exposures=3000), policy=True)
    fleet.add(ModelSpec("tested", "approval", exposures=3000, explore=0.04), policy=True)
    fleet.add(ModelSpec("feed", "greedy", exposures=3000, items=100))
    found, skipped = heard(fleet.audit(), ID)

    assert {name: each.severity for name, each in found.items()} == {"closed": "medium"}
    assert not skipped


def applicants(leniencies, seed, volume=4000, graded=True):
    """Approved are those whose risk is under the leniency of the retrain; a risk is the chance of a label of 0."""
    rng = np.random.default_rng([43, seed])
    decisions, labelled, positive = (np.zeros((len(leniencies), 2), np.int64) for _ in range(3))
    for t, leniency in enumerate(leniencies):
        risk = rng.random(volume)
        seen = risk < leniency
        bad = rng.random(volume) < (risk if graded else 0.3)
        decisions[t] = seen.sum(), (~seen).sum()
        labelled[t, 0] = seen.sum()
        positive[t, 0] = (seen & ~bad).sum()
    return decisions, labelled, positive


def contraction(leniencies, **kwargs):
    """Measures of twenty models whose retrains have these leniencies."""
    found = Fleet()
    for seed in SEEDS:
        decisions, labelled, positive = applicants(leniencies, seed, **kwargs)
        found.add_counts(f"m{seed}", decisions, positive, labelled=labelled)
    outcome = found.audit()
    return outcome.measures[ID], heard(outcome, ID)[0]


def test_contraction_tells_how_those_fared_whom_a_lenient_retrain_added():
    measures, found = contraction([0.4, 0.5, 0.7])
    truth = (0.4 + 0.7) / 2
    hits = [each["added_no_low"] < truth < each["added_no_high"] for each in measures.values()]
    decisions, labelled, positive = applicants([0.4, 0.5, 0.7], 0)
    seen, no = decisions[:, 0] / decisions.sum(axis=1), 1 - positive[:, 0] / labelled[:, 0]
    added = (seen[2] * no[2] - seen[0] * no[0]) / (seen[2] - seen[0])

    assert measures["m0"]["added_no"] == pytest.approx(added)
    assert np.mean(hits) >= 0.85
    assert "lower bound at best" in found["m0"].remedy


def test_contraction_is_not_identifiable_at_equal_leniency_or_without_ranking():
    for measures, found in (contraction([0.6, 0.61, 0.6]), contraction([0.4, 0.5, 0.7], graded=False)):
        assert [each["added_no"] for each in measures.values()].count(None) >= 19
        assert any("is not identifiable" in each.remedy for each in found.values())


def applications(seed=2, rows=4000, denied=lambda country: np.where(country == "FR", 0.7, 0.1), labelled_at_random=0.0):
    """Exposures and labels of a model that denies more in one country; (exposures, labels, denied)."""
    rng = np.random.default_rng(seed)
    country = rng.choice(["DE", "ES", "FR"], rows, p=[0.45, 0.45, 0.1])
    no = rng.random(rows) < denied(country)
    shown = np.datetime64("2026-01-05T00:00:00", "us") + np.sort(rng.integers(0, 14 * 86_400, rows)).astype(
        "timedelta64[s]"
    )
    exposures = {
        "model_id": np.full(rows, "credit"), "model_version": np.arange(rows) // (rows // 2), "timestamp": shown,
        "request_id": np.arange(rows), "item_id": np.where(no, "deny", "approve"), "segment": country,
        "policy": np.full(rows, "exploit"),
    }  # fmt: skip
    repaid = (rng.random(rows) < 0.85).astype(float)
    kept = ~no | (rng.random(rows) < labelled_at_random)
    feedback = {
        "request_id": exposures["request_id"][kept], "item_id": exposures["item_id"][kept],
        "event": np.full(kept.sum(), "label"), "value": repaid[kept],
        "timestamp": shown[kept] + np.timedelta64(40, "D"),
    }  # fmt: skip
    return exposures, feedback, no


def test_the_action_is_named_and_so_is_the_worst_segment(tmp_path):
    exposures, feedback, denied = applications(denied=lambda country: np.where(country == "FR", 0.8, 0.25))
    report = audited(write(tmp_path / "log", exposures=exposures, feedback=feedback))
    french = exposures["segment"] == "FR"

    assert finding(report, ID).severity == "medium"
    assert "(deny)" in finding(report, ID).title
    named = {each.name: each for each in finding(report, ID).evidence}
    assert named["decisions without known outcome"].value == pytest.approx(denied.mean())
    assert named["decisions without known outcome, segment FR"].value == pytest.approx(denied[french].mean())
    assert named["decisions without known outcome, segment FR"].null == pytest.approx(denied[~french].mean())


def test_a_segment_that_is_denied_most_is_medium_where_the_whole_is_low(tmp_path):
    exposures, feedback, denied = applications()
    report = audited(write(tmp_path / "log", exposures=exposures, feedback=feedback))
    found = {each.segment: each for each in report.findings if each.detector == ID}
    french = exposures["segment"] == "FR"

    assert found[None].severity == "low"
    assert found["FR"].severity == "medium"
    assert f"{denied[french].mean():.0%} of decisions have no known outcome" in found["FR"].title


def test_no_segment_is_named_where_the_log_does_not_say_which_decisions_were_random(tmp_path):
    exposures, feedback, _ = applications()
    del exposures["policy"]
    report = audited(write(tmp_path / "log", exposures=exposures, feedback=feedback))

    assert [(each.segment, each.severity) for each in report.findings if each.detector == ID] == [(None, "low")]


def test_segments_denied_alike_name_none(tmp_path):
    exposures, feedback, _ = applications(denied=lambda country: np.full(len(country), 0.3))
    report = audited(write(tmp_path / "log", exposures=exposures, feedback=feedback))

    assert not [each for each in finding(report, ID).evidence if "segment" in each.name]
    assert [each.segment for each in report.findings if each.detector == ID] == [None]


def test_zeros_written_for_the_denied_are_caught_in_a_log_with_its_labels_joined(tmp_path):
    exposures, _, denied = applications(denied=lambda country: np.full(len(country), 0.3))
    repaid = np.random.default_rng(5).random(len(denied)) < 0.85
    exposures["clicked"] = (repaid & ~denied).astype(int)
    report = audited(write(tmp_path / "log", exposures=exposures))

    assert report.models[0].measures[ID]["labels"] is False
    assert finding(report, ID).severity == "medium"
    assert finding(report, ID).confidence == "medium"
    assert finding(report, ID).title.startswith(f"the labels of {denied.mean():.0%} of decisions are all alike (deny)")
    assert "Leave the label empty" in finding(report, ID).remedy


def test_feedback_said_to_be_clicks_is_no_label(tmp_path):
    exposures, _, denied = applications(denied=lambda country: np.full(len(country), 0.3))
    exposures["clicked"] = (~denied).astype(int)
    report = audited(write(tmp_path / "log", exposures=exposures), feedback="click")

    assert finding(report, ID) is None
    assert skip(report, ID) is None


def test_labels_of_denials_that_were_followed_up_are_sound(tmp_path):
    exposures, feedback, _ = applications(labelled_at_random=0.1)
    report = audited(write(tmp_path / "log", exposures=exposures, feedback=feedback), feedback="label")

    assert finding(report, ID) is None
    assert skip(report, ID) is None


def test_a_log_without_feedback_is_skipped(tmp_path):
    exposures, _, _ = applications()
    report = audited(write(tmp_path / "log", exposures=exposures))

    assert skip(report, ID).reason == "no feedback of this model is in the log"
    assert skip(report, ID).unlock == "a feedback log"


def test_labels_of_many_things_are_skipped(tmp_path):
    exposures, feedback, _ = applications()
    names = np.arange(4000) % 250
    exposures["item_id"], feedback["item_id"] = names, names[feedback["request_id"]]
    report = audited(write(tmp_path / "log", exposures=exposures, feedback=feedback), feedback="label")

    assert "more than 200 outcomes" in skip(report, ID).reason


def test_one_retrain_without_times_or_segments_is_judged_as_well(tmp_path):
    exposures, feedback, denied = applications(denied=lambda country: np.full(len(country), 0.3))
    bare = {name: exposures[name] for name in ("model_id", "request_id", "item_id", "policy")}
    labels = {name: feedback[name] for name in ("request_id", "item_id", "value")}
    report = audited(write(tmp_path / "log", exposures=bare, feedback=labels))

    assert finding(report, ID).severity == "medium"
    assert report.models[0].measures[ID]["blind"] == pytest.approx(denied.mean())
    assert report.models[0].measures[ID]["added_no"] is None
