"""What was predicted over what came back: on own exposures and on random rows, retrain by retrain."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from counted import Fleet, heard
from scipy import stats
from scored import Arm, Greedy, ScoredFleet
from written import audited, finding, skip, write

from auditor.config import Settings
from auditor.detectors import Signal, run, score_parting
from auditor.detectors.thresholds import EvaluationGap
from auditor.simulate import ModelSpec

ID = "evaluation-gap"
MODELS = 20
NO_METRICS = "no metrics of it"
NO_RANDOM = "no explore or holdout rows to hold its own exposures against"


def learners(seed, kind: Greedy, models=MODELS):
    fleet, rng = ScoredFleet(seed), np.random.default_rng(seed)
    for i in range(models):
        _, own, random = kind.played(rng)
        fleet.add(f"m{i}", own, random)
    outcome = fleet.audit()
    return *heard(outcome, ID), outcome.measures[ID]


def test_scores_of_what_is_never_shown_sink_while_own_ones_hold():
    found, skipped, measures = learners(301, Greedy(exposures=300_000))

    assert not skipped
    assert len(found) >= 0.9 * MODELS
    assert {each.severity for each in found.values()} <= {"low", "medium"}
    assert "of the feedback that random rows bring, and" in found["m0"].title
    assert all(0.9 < row["calibration"] < 1.1 and row["random_calibration_high"] < 0.8 for row in measures.values())


def test_medium_where_random_rows_are_surely_expected_to_bring_less_than_half():
    found, _, _ = learners(302, Greedy(exposures=300_000, retrains=9))

    assert [each.severity for each in found.values()].count("medium") >= 0.9 * MODELS


def test_fewer_exposures_show_it_after_more_retrains():
    found, _, _ = learners(303, Greedy(retrains=8))

    assert len(found) >= 0.9 * MODELS


def test_a_market_that_grows_leaves_behind_what_is_not_shown():
    found, _, measures = learners(304, Greedy(exposures=600_000, retrains=8, unseen=1.0, market=1.1))

    assert len(found) >= 0.9 * MODELS
    assert {each.severity for each in found.values()} == {"low"}
    assert all(row["parting_low"] > 0 and row["random_calibration"] < 0.8 for row in measures.values())


def test_random_rows_may_be_expected_too_much_of():
    fleet, rng, even = ScoredFleet(321), np.random.default_rng(320), np.ones((8, 40))
    for i in range(MODELS):
        own, random = (rng.poisson(n * even) for n in (3_000, 300))
        clicks, outside = rng.binomial(own, 0.1), rng.binomial(random, 0.1)
        hopes = 0.1 * random.sum(axis=1) * 1.08 ** np.arange(8)
        fleet.add(f"m{i}", Arm(own, clicks, 0.1 * own.sum(axis=1)), Arm(random, outside, hopes))
    outcome = fleet.audit()
    found, _ = heard(outcome, ID)

    assert len(found) >= 0.9 * MODELS
    assert {each.severity for each in found.values()} == {"low"}
    assert all(row["parting_high"] < 0 for row in outcome.measures[ID].values())


def test_what_is_remembered_as_it_was_stays_calibrated():
    found, skipped, measures = learners(305, Greedy(exposures=300_000, unseen=1.0))

    assert not found
    assert not skipped
    assert all(0.9 < row["random_calibration"] < 1.1 for row in measures.values())


HEALTHY = {
    "greedy": {"policy": "greedy"},
    "all its past": {"policy": "greedy", "memory": "all", "seasonality": 0.3},
    "growing market": {"policy": "greedy", "memory": "all", "uplift": 0.06},
    "falling market": {"policy": "popularity", "uplift": -0.06},
    "drift": {"policy": "greedy", "memory": "all", "drift": 0.2},
    "turnover": {"policy": "greedy", "memory": "all", "turnover": 0.1},
    "traffic": {"policy": "greedy", "growth": 0.3},
    "urn": {"policy": "polya", "drift": 0.1},
    "bandit": {"policy": "thompson", "drift": 0.1},
    "tastes": {"policy": "collaborative", "groups": 8},
    "quality": {"policy": "quality", "drift": 0.2, "seasonality": 0.3},
    "popular": {"policy": "popularity", "seasonality": 0.3},
    "uniform": {"policy": "uniform", "turnover": 0.1},
}


@pytest.mark.parametrize(("exposures", "seed"), [(20_000, 306), (100_000, 307), (300_000, 308)])
def test_healthy_models_are_not_found_for_their_scores(exposures, seed):
    fleet = ScoredFleet(seed)
    for kind, world in HEALTHY.items():
        for i in range(8):
            fleet.simulated(ModelSpec(f"{kind}/{i}", exposures=exposures, items=200, retrains=6, explore=0.1, **world))
    outcome = fleet.audit()
    rows = outcome.measures[ID].values()

    assert not [row for row in rows if isinstance(score_parting.judge(row, EvaluationGap()), Signal)]
    assert not heard(outcome, ID)[0]
    assert min(row["parting_retrains"] for row in rows) >= 4


def test_bad_scores_that_stay_as_they_are_and_a_market_that_moves_are_told_alone():
    fleet = ScoredFleet(309)
    market = {"policy": "popularity", "exposures": 100_000, "items": 200, "explore": 0.1}
    fleet.simulated(ModelSpec("doubled", **market), biased=2.0)
    fleet.simulated(ModelSpec("falling", uplift=-0.08, **market))
    outcome = fleet.audit()
    doubled, falling = (outcome.measures[ID][name] for name in ("doubled", "falling"))

    assert not outcome.findings
    assert doubled["calibration_low"] < 2 < doubled["calibration_high"]
    assert falling["calibration_trend_low"] > 0
    assert falling["calibration"] > 1.2
    assert falling["calibration_first"] < 1.15


def test_scores_that_never_held_on_own_exposures_are_not_judged():
    fleet, rng = ScoredFleet(310), np.random.default_rng(310)
    for i in range(MODELS):
        _, own, random = Greedy(exposures=300_000).played(rng)
        fleet.add(f"m{i}", *(Arm(arm.exposures, arm.clicks, 1.5 * arm.expected) for arm in (own, random)))
    outcome = fleet.audit()

    assert not outcome.findings
    assert all(row["calibration_worst"] > 1.25 for row in outcome.measures[ID].values())


def rows_of(rng, scores, own, random, **more):
    """The rows of one model, in order of time."""
    tables = []
    for t, score in enumerate(scores):
        for policy, arm in (("exploit", own), ("explore", random)):
            item = np.repeat(np.arange(len(score)), arm.exposures[t])
            clicked = np.concatenate(
                [np.arange(n) < c for n, c in zip(arm.exposures[t], arm.clicks[t], strict=True)]
            ).astype(int)
            tables.append(
                {"model_version": np.full(len(item), t), "item_id": item, "clicked": clicked, "score": score[item],
                 "policy": np.full(len(item), policy), "timestamp": 1_767_225_600 + 604_800 * t
                 + rng.integers(0, 604_000, len(item))}
            )  # fmt: skip
    whole = {key: np.concatenate([table[key] for table in tables]) for key in tables[0]}
    rows = len(whole["item_id"])
    return {"model_id": ["m"] * rows, "request_id": np.arange(rows), **whole, **more}


def apart(log):
    """The same with clicks in a log of their own."""
    clicked = np.flatnonzero(log["clicked"])
    feedback = {name: np.asarray(log[name])[clicked] for name in ("request_id", "item_id", "timestamp")}
    return {
        "exposures": {key: values for key, values in log.items() if key != "clicked"},
        "feedback": {**feedback, "event": ["click"] * len(clicked)},
    }


@pytest.fixture(scope="module")
def known():
    rng = np.random.default_rng(311)
    played = Greedy(items=60, exposures=20_000, retrains=7, unseen=0.7).played(rng)
    return played, rows_of(rng, *played)


@pytest.mark.parametrize("joined", [True, False])
def test_numbers_are_those_of_numpy(tmp_path, known, joined):
    (_, own, random), log = known
    folder = write(tmp_path / "log", **({"exposures": log} if joined else apart(log)))
    measures = audited(folder, select=(ID,)).models[0].measures[ID]
    ratios, variances = {}, {}
    for side, arm in (("own", own), ("random", random)):
        shown, clicks = arm.exposures.sum(axis=1)[1:], arm.clicks.sum(axis=1)[1:]
        ratios[side] = np.log(arm.expected[1:] / clicks)
        variances[side] = (1 - (clicks + 0.5) / (shown + 1)) / clicks
    gap, variance = ratios["own"] - ratios["random"], variances["own"] + variances["random"]
    slope, error = weighted(np.arange(1, 7), gap, variance)

    assert measures["parting_retrains"] == 6
    assert measures["calibration"] == pytest.approx(np.exp(ratios["own"][-1]))
    assert measures["calibration_first"] == pytest.approx(np.exp(ratios["own"][0]))
    assert measures["calibration_worst"] == pytest.approx(np.exp(np.abs(ratios["own"]).max()))
    assert measures["random_calibration_low"] == pytest.approx(
        np.exp(ratios["random"][-1] - 1.96 * np.sqrt(variances["random"][-1]))
    )
    assert measures["calibration_gap_high"] == pytest.approx(np.exp(gap[-1] + 1.96 * np.sqrt(variance[-1])))
    assert measures["parting"] == pytest.approx(slope)
    assert measures["parting_low"] == pytest.approx(slope - stats.t.ppf(0.975, 4) * error, rel=1e-3)


def weighted(x, y, variance):
    """Slope and error of a line with weights, never narrower than the variances say."""
    design = np.column_stack([np.ones(len(x)), x])
    weights = np.diag(1 / variance)
    inverse = np.linalg.inv(design.T @ weights @ design)
    fit = inverse @ design.T @ weights @ y
    scatter = ((y - design @ fit) ** 2 / variance).sum() / (len(x) - 2)
    return fit[1], np.sqrt(max(1.0, scatter) * inverse[1, 1])


def test_it_is_found_in_rows(tmp_path):
    rng = np.random.default_rng(312)
    played = Greedy(exposures=40_000, retrains=8, unseen=0.7).played(rng)
    found = finding(audited(write(tmp_path / "log", exposures=rows_of(rng, *played)), select=(ID,)), ID)

    assert found is not None
    assert "scores expect" in found.title
    assert found.evidence[0].low > 1.2


def labelled(rng, rows, explore, *, retrains=5):
    """Decisions with labels on what was approved, and scores that are the truth."""
    version, approved = rng.integers(0, retrains, rows), rng.random(rows) < 0.6
    risk = rng.choice([0.7, 0.9], rows)
    explored = rng.random(rows) < explore
    return {
        "model_id": ["credit"] * rows, "model_version": version, "request_id": np.arange(rows),
        "item_id": np.where(approved, "approve", "deny"), "timestamp": 1_767_225_600 + 604_800 * version,
        "policy": np.where(explored, "explore", "exploit"), "score": risk,
    }, approved, rng.random(rows) < risk  # fmt: skip


@pytest.mark.parametrize("joined", [True, False])
def test_labels_are_held_against_the_scores_of_labelled_rows(tmp_path, joined):
    log, approved, repaid = labelled(np.random.default_rng(313), 20_000, 0.1)
    labels = {"request_id": np.flatnonzero(approved), "item_id": log["item_id"][approved],
              "timestamp": log["timestamp"][approved], "value": repaid[approved].astype(float)}  # fmt: skip
    if joined:
        log["clicked"] = pa.array(repaid.astype(int), mask=~approved)
    folder = write(tmp_path / "log", exposures=log, **({} if joined else {"feedback": labels}))
    report = audited(folder, select=(ID,))
    measures = report.models[0].measures[ID]
    last = (log["model_version"] == 4) & approved
    for name, policy in (("calibration", "exploit"), ("random_calibration", "explore")):
        rows = last & (log["policy"] == policy)
        assert measures[name] == pytest.approx(log["score"][rows].sum() / repaid[rows].sum())

    assert finding(report, ID) is None
    assert skip(report, ID) is None
    assert measures["labels_placed"] == 1


@pytest.mark.parametrize("joined", [True, False])
def test_labels_that_are_numbers_of_classes_are_no_events_that_scores_expect(tmp_path, joined):
    rng = np.random.default_rng(314)
    log, approved, repaid = labelled(rng, 6_000, 0.1)
    grades = 1.0 + 2.0 * repaid
    labels = {"request_id": np.flatnonzero(approved), "item_id": log["item_id"][approved],
              "timestamp": log["timestamp"][approved], "value": grades[approved]}  # fmt: skip
    if joined:
        log["reward"] = pa.array(grades, mask=~approved)
    folder = write(tmp_path / "log", exposures=log, **({} if joined else {"feedback": labels}))

    assert skip(audited(folder, select=(ID,)), ID).reason.endswith(
        "its labels are more than yes or no: scores are no probability of them"
    )


def test_labels_without_a_request_are_on_no_row(tmp_path):
    log, approved, repaid = labelled(np.random.default_rng(315), 6_000, 0.1)
    log["exposure_id"] = log.pop("request_id")
    labels = {"exposure_id": np.flatnonzero(approved), "item_id": log["item_id"][approved],
              "timestamp": log["timestamp"][approved], "value": repaid[approved].astype(float)}  # fmt: skip
    report = audited(write(tmp_path / "log", exposures=log, feedback=labels), select=(ID,))

    assert skip(report, ID).reason.endswith("its labels cannot be told apart by exposure")


def small(rng, rows=8_000, **columns):
    version, item = rng.integers(0, 4, rows), rng.integers(0, 20, rows)
    return {
        "model_id": ["m"] * rows, "model_version": version, "item_id": item, "clicked": rng.binomial(1, 0.1, rows),
        "timestamp": 1_767_225_600 + 604_800 * version, "score": np.full(rows, 0.1), **columns,
    }  # fmt: skip


def test_scores_in_other_units_are_skipped_in_their_own_words(tmp_path):
    log = small(np.random.default_rng(316))
    log["score"] = np.linspace(-1.5, 12, len(log["item_id"]))
    report = audited(write(tmp_path / "log", exposures=log), select=(ID,))
    measures = report.models[0].measures[ID]
    reason = f"{NO_METRICS}; {NO_RANDOM}; its scores, from -1.5 to 12, are no probabilities"

    assert skip(report, ID).reason == reason
    assert skip(report, ID).unlock == "a metrics log, or a `policy` column, or scores in [0, 1]"
    assert measures["calibration"] is None
    assert (measures["score_low"], measures["score_high"]) == (-1.5, 12)


def test_a_model_without_scores_is_as_it_was_beside_one_with(tmp_path):
    log = small(np.random.default_rng(322))
    log["model_id"] = np.where(np.arange(8_000) % 2, "m", "n")
    log["score"] = pa.array(log["score"], mask=log["model_id"] == "n")
    report = audited(write(tmp_path / "log", exposures=log), select=(ID,))

    assert {each.model_id: each.measures[ID]["scored"] for each in report.models} == {"m": 1, "n": 0}
    assert {each.reason for each in report.skips if each.detector == ID} == {f"{NO_METRICS}; {NO_RANDOM}"}


def test_without_random_rows_own_calibration_is_told(tmp_path):
    log = small(np.random.default_rng(317))
    report = audited(write(tmp_path / "log", exposures=log), select=(ID,))
    last = log["model_version"] == 3
    measures = report.models[0].measures[ID]

    assert measures["calibration"] == pytest.approx(0.1 * last.sum() / log["clicked"][last].sum())
    assert measures["random_calibration"] is None
    assert skip(report, ID).reason == f"{NO_METRICS}; {NO_RANDOM}"
    assert skip(report, ID).unlock == "a metrics log, or a `policy` column"


def test_rows_without_a_score_are_missed(tmp_path):
    rng = np.random.default_rng(318)
    policy = rng.choice(["exploit", "explore"], 8_000, p=[0.7, 0.3])
    half = pa.array(np.full(8_000, 0.1), mask=(policy == "explore") & (rng.random(8_000) < 0.5))
    measures = audited(
        write(tmp_path / "log", exposures=small(rng, policy=policy, score=half)), select=(ID,)
    ).models[0].measures[ID]  # fmt: skip

    assert measures["random_scored"] == pytest.approx(0.5, abs=0.05)
    assert measures["calibration"] is not None
    assert measures["parting_retrains"] is None


@pytest.mark.parametrize("retrains", [1, 2, 3])
def test_few_retrains_have_no_trend(tmp_path, retrains):
    rng = np.random.default_rng(319)
    log = small(rng, policy=rng.choice(["exploit", "explore"], 8_000), model_version=rng.integers(0, retrains, 8_000))
    log["timestamp"] = 1_767_225_600 + 604_800 * log["model_version"]
    report = audited(write(tmp_path / "log", exposures=log), select=(ID,))

    assert finding(report, ID) is None
    assert report.models[0].measures[ID]["parting_retrains"] == retrains


def test_without_scores_nothing_more_is_counted():
    fleet = Fleet(321).add(ModelSpec("m", "greedy", exposures=2_000, items=40, retrains=4, explore=0.2), policy=True)
    rollups = fleet.rollups()
    outcome = run(rollups, Settings(select=(ID,)))

    assert not {"scores", "scored_labels"} & set(rollups.built)
    assert "calibration" not in outcome.measures[ID]["m"]
