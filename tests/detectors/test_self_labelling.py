from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from labelled import Labelled, collapsing, confirming, drawn
from scipy.stats import binomtest, hypergeom
from written import audited, finding, skip, write

ID = "self-labelling"
SEEDS = range(12)
NULLS = {
    "a constant tenth": ((0.1, 0), drawn(12), (600, 0)),
    "a constant 15 %, fewer labels every retrain": ((0.15, 0), drawn(100), (1500, -250)),
    "people alone": ((0, 0), drawn(12), (600, 0)),
    "a tenth, values of hundredths": ((0.1, 0), drawn(500, 0.3), (600, 0)),
    "a tenth, and rare zeros": ((0.1, 0), confirming(0.98), (600, -80)),
}
HALF = {
    "constant": ((0.62, 0), drawn(100), (1500, -230)),
    "constant, rare classes": ((0.62, 0), drawn(1000, 1.0), (600, 0)),
    "constant, two values": ((0.62, 0), lambda rng, _, own: rng.random(len(own)) < 0.98, (700, -80)),
}
COLLAPSES = {
    "rare classes die out": ((0, 0.19), collapsing(30, 1.0), (900, 0)),
    "it confirms itself": ((0, 0.5), confirming(0.7), (500, 0)),
}


def report_on(folder, log: Labelled, **settings):
    exposures, feedback = log.tables()
    return audited(write(folder, exposures=exposures, feedback=feedback), **settings)


def judged(folder, cases, seeds=SEEDS):
    """Severity of what is found of each case and seed, and the report."""
    log = Labelled()
    for name, (written, values, volume) in cases.items():
        for seed in seeds:
            log.add(f"{name}/{seed}", 100 + seed, written, values, volume=volume)
    report = report_on(folder, log)
    found = {each.model_id: each.severity for each in report.findings if each.detector == ID}
    severities = {name: [found.get(f"{name}/{seed}") for seed in seeds] for name in cases}
    assert not [each for each in report.skips if each.detector == ID]
    return severities, report


def test_a_small_constant_share_is_nothing_whatever_the_labels(tmp_path):
    severities, _ = judged(tmp_path / "log", NULLS)

    assert severities == {name: [None] * len(SEEDS) for name in NULLS}


def test_a_large_share_is_medium_and_no_more_while_chance_explains_what_is_missing(tmp_path):
    severities, _ = judged(tmp_path / "log", HALF)

    assert severities == {name: ["medium"] * len(SEEDS) for name in HALF}


def test_a_large_share_under_which_classes_die_out_is_high(tmp_path):
    severities, report = judged(tmp_path / "log", COLLAPSES)
    titles = [each.title for each in report.findings if each.detector == ID]

    assert severities == {name: ["high"] * len(SEEDS) for name in COLLAPSES}
    assert all("have no label any more" in title or "fewer distinct values" in title for title in titles)


def test_a_rising_share_is_low(tmp_path):
    severities, report = judged(tmp_path / "log", {"rising": ((0, 0.025), drawn(12), (800, 0))})

    assert severities == {"rising": ["low"] * len(SEEDS)}
    assert ", 0% in the first" in report.findings[0].title or ", 1% in the first" in report.findings[0].title


@pytest.fixture(scope="module")
def collapse(tmp_path_factory):
    """One model on its way down, its report, and its labels as columns."""
    log = Labelled().add("tagger", 3, (0, 0.15), collapsing(25, 0.5), volume=(900, -100))
    _, feedback = log.tables()
    rows = {name: feedback[name].to_numpy(zero_copy_only=False) for name in ("value", "label_source")}
    retrain = np.array([int(name.split("-")[1]) for name in feedback["request_id"].to_pylist()])
    report = report_on(tmp_path_factory.mktemp("collapse") / "log", log)
    return report.models[0].measures[ID], rows | {"retrain": retrain}


def test_shares_and_their_rise_are_scipys(collapse):
    measures, rows = collapse
    own, n = (rows["label_source"] == "model"), rows["retrain"]
    last, first = own[n == 5], own[n == 0]
    now = binomtest(int(last.sum()), len(last)).proportion_ci(method="wilson")
    then = binomtest(int(first.sum()), len(first)).proportion_ci(method="wilson")
    rise = last.mean() - first.mean()

    assert (measures["written"], measures["human"]) == pytest.approx((last.mean(), 1 - last.mean()))
    assert (measures["written_low"], measures["written_high"]) == pytest.approx((now.low, now.high))
    assert measures["rise"] == pytest.approx(rise)
    below = np.hypot(last.mean() - now.low, then.high - first.mean())
    assert measures["rise_low"] == pytest.approx(rise - below)


def test_vanished_classes_and_their_null_are_counted_again(collapse):
    measures, rows = collapse
    first, last = (rows["value"][rows["retrain"] == t] for t in (0, 5))
    classes = np.unique(np.concatenate([first, last]))
    pooled = np.array([(first == one).sum() + (last == one).sum() for one in classes])
    null = hypergeom.pmf(0, len(first) + len(last), pooled, len(last)).sum()

    assert measures["gone"] == len(set(first) - set(last))
    assert measures["classes_first"] == len(set(first))
    assert measures["gone_null"] == pytest.approx(null, rel=1e-6)
    assert measures["vanished"] == pytest.approx(len(set(first) - set(last)) / len(set(first)))


def test_distinct_values_at_equal_volume_are_those_of_subsamples(collapse):
    measures, rows = collapse
    rng = np.random.default_rng(9)
    sides = [rows["value"][rows["retrain"] == t] for t in (0, 5)]
    equal = min(map(len, sides)) // 2
    distinct = [np.mean([len(set(rng.permutation(side)[:equal])) for _ in range(3000)]) for side in sides]

    assert measures["equal_labels"] == equal
    assert (measures["values_first"], measures["values"]) == pytest.approx(distinct, rel=0.01)
    assert measures["fewer_values"] == pytest.approx(distinct[1] / distinct[0], rel=0.01)


def test_two_values_are_held_against_the_labels_of_their_outcome_alone(tmp_path):
    """An outcome that is hardly shown any more has not lost its labels of 0."""
    log = Labelled(items=2).add("m", 1, (0.6, 0), confirming(0.5), volume=(500, 0), retrains=2)
    exposures, feedback = (
        table.filter(pc.or_(pc.equal(table["item_id"], 0), pc.starts_with(table["request_id"], "m-0-")))
        for table in log.tables()
    )
    report = audited(write(tmp_path / "log", exposures=exposures, feedback=feedback))
    measures = report.models[0].measures[ID]

    assert measures["valued"] is False
    assert (measures["gone"], measures["classes_first"]) == (0, 2)


@pytest.mark.parametrize(
    ("word", "who"), [("LLM", "written"), (" Heuristic", "rule"), ("Annotator", "human"), ("ada", "unknown")]
)
def test_words_for_who_wrote_it(tmp_path, word, who):
    exposures, feedback = Labelled().add("m", 2, (0.0, 0), drawn(5), volume=(200, 0), retrains=1).tables()
    names = pa.array([word] * 60 + ["human"] * 140)
    place = feedback.column_names.index("label_source")
    feedback = feedback.set_column(place, "label_source", names)
    report = audited(write(tmp_path / "log", exposures=exposures, feedback=feedback))
    expected = {"written": 0.0, "rule": 0.0, "human": 0.7, "unknown": 0.0}
    expected[who] += 0.3

    measures = report.models[0].measures[ID]
    assert {name: measures[name] for name in expected} == pytest.approx(expected)


def test_labels_by_nobody_known_are_skipped(tmp_path):
    exposures, feedback = Labelled().add("m", 2, (0.0, 0), drawn(5), retrains=2).tables()
    place = feedback.column_names.index("label_source")
    feedback = feedback.set_column(place, "label_source", pa.array(["ada"] * feedback.num_rows))
    report = audited(write(tmp_path / "log", exposures=exposures, feedback=feedback))

    assert finding(report, ID) is None
    assert skip(report, ID).reason == "100% of labels have no `label_source` that says model, human or rule"


def test_without_the_column_all_are_skipped(tmp_path):
    exposures, feedback = Labelled().add("m", 2, (0.9, 0), drawn(5), retrains=2).tables()
    report = audited(write(tmp_path / "log", exposures=exposures, feedback=feedback.drop_columns(["label_source"])))

    assert skip(report, ID).reason == "the feedback log has no `label_source`: who wrote a label is not known"
    assert skip(report, ID).unlock == "a `label_source` column"


def test_few_labels_are_skipped(tmp_path):
    report = report_on(tmp_path / "log", Labelled().add("m", 2, (0.9, 0), drawn(5), volume=(99, 0), retrains=2))

    assert skip(report, ID).reason == "99 labels in the last retrain, needs 100"


def test_reactions_beside_labels_are_no_labels(tmp_path):
    """Clicks have no source; the model that gets them is not accused, and not skipped."""
    log = Labelled().add("tagger", 2, (0.9, 0), drawn(5), retrains=2).add("feed", 2, (0.0, 0), drawn(5))
    exposures, feedback = log.tables()
    clicks = pc.starts_with(feedback["request_id"], "feed")
    kept = pc.or_(pc.invert(clicks), pc.equal(feedback["value"], 1.0))
    place = feedback.column_names.index("label_source")
    unsigned = pc.if_else(clicks, pa.scalar(None, pa.string()), feedback["label_source"])
    feedback = feedback.set_column(place, "label_source", unsigned).filter(kept)
    report = audited(write(tmp_path / "log", exposures=exposures, feedback=feedback))

    assert {each.model_id for each in report.findings if each.detector == ID} == {"tagger"}
    assert skip(report, ID) is None


def test_one_retrain_and_no_times_give_a_share_and_no_trend(tmp_path):
    exposures, feedback = Labelled().add("m", 2, (0.1, 0.5), drawn(5), retrains=2).tables()
    bare = exposures.drop_columns(["timestamp"]), feedback.drop_columns(["timestamp"])
    report = audited(write(tmp_path / "log", exposures=bare[0], feedback=bare[1]))
    measures = report.models[0].measures[ID]

    assert finding(report, ID).severity == "medium"
    assert (measures["labelled_retrains"], measures["rise"], measures["gone"]) == (1, None, None)
    assert "in the first" not in finding(report, ID).title


def test_labels_without_values_have_no_classes(tmp_path):
    exposures, feedback = Labelled().add("m", 2, (0.7, 0), drawn(5), retrains=3).tables()
    report = audited(write(tmp_path / "log", exposures=exposures, feedback=feedback.drop_columns(["value"])))

    assert finding(report, ID).severity == "medium"
    assert report.models[0].measures[ID]["gone"] is None
