from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from counted import Fleet, heard
from scipy.stats import binomtest
from written import audited, finding, skip, write

from auditor.simulate import ModelSpec

ID = "cross-model-loop"
START = np.datetime64("2026-01-05T00:00:00", "us")
ITEMS = 50


def shown(name, rng, requests, first, slate=4):
    """Exposures of one model: requests from `first` on, each with a slate of distinct outcomes."""
    request = np.repeat(np.arange(first, first + requests), slate)
    item = (rng.integers(0, ITEMS, requests)[:, None] + np.arange(slate) * 7).ravel() % ITEMS
    at = START + ((request - first) * 600).astype("timedelta64[s]")
    user = rng.integers(0, 400, first + requests)[request]
    return {
        "model_id": np.full(len(item), name),
        "request_id": request,
        "item_id": item,
        "timestamp": at,
        "user_id": user,
    }


def joined(*tables):
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]}


def clicks(exposures, named, at=30):
    """Feedback on these exposures that names `named`, one name or one for each."""
    feedback = {name: exposures[name] for name in ("request_id", "item_id", "user_id")}
    late = exposures["timestamp"] + np.timedelta64(at, "s")
    return feedback | {"model_id": np.broadcast_to(named, len(late)).astype(object), "timestamp": late}


def some(table, rng, share):
    kept = rng.random(len(table["item_id"])) < share
    return {name: values[kept] for name, values in table.items()}


def two_models(astray, seed=1, clicked=0.2, pair="", first=0):
    """Exposures and feedback of a feed and a mail: the share `astray` of the mail's is on what the feed showed."""
    rng = np.random.default_rng([61, seed])
    feed, mail = shown(f"feed{pair}", rng, 600, first), shown(f"mail{pair}", rng, 500, first + 1000)
    own = some(mail, rng, clicked * (1 - astray))
    others = some(feed, rng, clicked * astray * len(mail["item_id"]) / len(feed["item_id"]))
    theirs = some(feed, rng, clicked)
    feedback = (clicks(own, f"mail{pair}"), clicks(others, f"mail{pair}", 40), clicks(theirs, f"feed{pair}", 50))
    return joined(feed, mail), joined(*feedback)


def audit(tmp_path, exposures, feedback, *drop, **settings):
    """The report, without some columns of the feedback."""
    kept = {name: values for name, values in feedback.items() if name not in drop}
    return audited(write(tmp_path / "log", exposures=exposures, feedback=kept), **settings)


def test_feedback_on_what_another_model_chose(tmp_path):
    """Twelve pairs for each share; the feed's own feedback is never astray."""
    expected = {1.0: "medium", 0.6: "medium", 0.35: "medium", 0.12: "low", 0.01: None, 0.0: None}
    logs = [
        two_models(astray, seed, pair=f"/{astray}/{seed}", first=2000 * (12 * case + seed))
        for case, astray in enumerate(expected)
        for seed in range(12)
    ]
    report = audit(tmp_path, *(joined(*tables) for tables in zip(*logs, strict=True)))
    found = {each.model_id: each.severity for each in report.findings if each.detector == ID}

    assert found == {
        f"mail/{astray}/{seed}": severity for astray, severity in expected.items() for seed in range(12) if severity
    }
    assert skip(report, ID) is None


def test_the_share_its_interval_and_the_chooser(tmp_path):
    exposures, feedback = two_models(0.4)
    found = finding(audit(tmp_path, exposures, feedback), ID)
    chooser = dict(zip(exposures["request_id"], exposures["model_id"], strict=True))
    choosers = Counter(
        chooser[request]
        for request, name in zip(feedback["request_id"], feedback["model_id"], strict=True)
        if name == "mail"
    )
    interval = binomtest(choosers["feed"], choosers.total()).proportion_ci(method="wilson")
    share = found.evidence[0]

    assert found.model_id == "mail"
    assert found.title.endswith("of its feedback is on what another model chose, mostly feed")
    assert share.value == pytest.approx(choosers["feed"] / choosers.total())
    assert (share.low, share.high, share.n) == pytest.approx((interval.low, interval.high, choosers.total()))
    assert found.evidence[1].value == 1.0


def test_the_main_of_several_choosers_is_named(tmp_path):
    rng = np.random.default_rng(4)
    feed, mail, shop = (shown(name, rng, 800, first) for name, first in (("feed", 0), ("mail", 5000), ("shop", 9000)))
    feedback = joined(
        clicks(some(feed, rng, 0.05), "mail"),
        clicks(some(shop, rng, 0.15), "mail"),
        clicks(some(mail, rng, 0.2), "mail"),
    )
    found = finding(audit(tmp_path, joined(feed, mail, shop), feedback), ID)

    assert found.title.endswith("mostly shop")
    assert found.evidence[1].name == "of these, chosen by shop"
    assert found.evidence[1].value == pytest.approx(0.75, abs=0.06)


def test_by_user_and_item_coincidence_is_no_loop(tmp_path):
    """Half of the mail's exposures were not logged; both models show the same to the same users."""
    rng = np.random.default_rng(6)
    feed = shown("feed", rng, 2000, 0)
    mail = feed | {"model_id": np.full(len(feed["item_id"]), "mail"),
                   "timestamp": feed["timestamp"] + np.timedelta64(5, "s")}  # fmt: skip
    logged = some(mail, rng, 0.5)
    report = audit(tmp_path, joined(feed, logged), clicks(some(mail, rng, 0.2), "mail"), "request_id")
    measures = {model.model_id: model.measures[ID] for model in report.models}

    assert measures["mail"]["chosen_elsewhere"] == pytest.approx(0.5, abs=0.06)
    assert measures["mail"]["coincidence"] == pytest.approx(1.0, abs=0.01)
    assert finding(report, ID) is None


def test_by_user_and_item_a_loop_is_found_with_medium_confidence(tmp_path):
    found = finding(audit(tmp_path, *two_models(0.6), "request_id"), ID)

    assert (found.severity, found.confidence) == ("medium", "medium")


def test_feedback_from_search_is_nobodys_choice_by_user_and_item(tmp_path):
    exposures, feedback = two_models(0.6)
    mails = np.isin(feedback["request_id"], exposures["request_id"][exposures["model_id"] == "mail"])
    feedback["source"] = np.where(mails | (feedback["model_id"] == "feed"), "model", "search").astype(object)
    report = audit(tmp_path, exposures, feedback, "request_id")

    assert finding(report, ID) is None


def cascade(seed=2):
    """A retriever, and a ranker that shows half of what that one found, in the same requests."""
    rng = np.random.default_rng(seed)
    found = shown("retriever", rng, 1500, 0)
    kept = some(found, rng, 0.5)
    ranked = kept | {"model_id": np.full(len(kept["item_id"]), "ranker"),
                     "timestamp": kept["timestamp"] + np.timedelta64(1, "s")}  # fmt: skip
    return joined(found, ranked), clicks(some(ranked, rng, 0.3), "ranker")


def test_unnamed_feedback_that_two_models_showed_in_one_request_is_low(tmp_path):
    report = audit(tmp_path, *cascade(), "model_id")
    found = finding(report, ID)

    assert (found.model_id, found.severity, found.confidence) == ("ranker", "low", "medium")
    assert "100% of the feedback on what it showed may as well be that of retriever" in found.title
    assert [each.model_id for each in report.skips if each.detector == ID] == ["retriever"]


def test_feedback_that_names_the_model_that_showed_it_is_nothing_in_a_cascade(tmp_path):
    report = audit(tmp_path, *cascade())

    assert finding(report, ID) is None
    assert skip(report, ID).reason == "0 feedback, needs 100"
    assert [each.model_id for each in report.skips if each.detector == ID] == ["retriever"]


def test_unnamed_feedback_without_shared_requests_is_skipped(tmp_path):
    report = audit(tmp_path, *two_models(0.6), "model_id")

    assert finding(report, ID) is None
    assert skip(report, ID).reason.startswith("no feedback names this model")
    assert skip(report, ID).unlock == "a `model_id` column in the feedback log"


def test_one_model_is_skipped(tmp_path):
    rng = np.random.default_rng(3)
    feed = shown("feed", rng, 500, 0)
    report = audit(tmp_path, feed, clicks(some(feed, rng, 0.3), "feed"))

    assert skip(report, ID).reason == "the log holds one model: no other can have chosen for it"


def test_feedback_joined_to_the_exposures_is_skipped(tmp_path):
    exposures, _ = two_models(0.6)
    exposures["clicked"] = (np.arange(len(exposures["item_id"])) % 9 == 0).astype(int)
    report = audited(write(tmp_path / "log", exposures=exposures))

    assert "part of the exposure log" in skip(report, ID).reason


def test_a_simulated_fleet_of_loops_has_none(tmp_path):
    fleet = Fleet(2)
    for name in ("feed", "mail", "shop"):
        fleet.add(ModelSpec(name, "greedy", exposures=3000, items=100, retrains=3))
    found, skipped = heard(fleet.audit(), ID)

    assert not found
    assert set(skipped) == {"feed", "mail", "shop"}


def test_a_model_that_no_feedback_names_is_skipped_beside_one_that_is_named(tmp_path):
    exposures, feedback = two_models(0.0)
    feedback["model_id"] = np.where(feedback["model_id"] == "mail", None, feedback["model_id"])
    report = audit(tmp_path, exposures, feedback)

    assert finding(report, ID) is None
    assert [each.model_id for each in report.skips if each.detector == ID] == ["mail"]


def test_feedback_that_names_a_model_that_shows_nothing_is_left_alone(tmp_path):
    exposures, feedback = two_models(1.0)
    feedback["model_id"] = np.where(feedback["model_id"] == "mail", "unknown", feedback["model_id"])
    report = audit(tmp_path, exposures, feedback)

    assert finding(report, ID) is None
