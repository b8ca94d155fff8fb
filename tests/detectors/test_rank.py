from __future__ import annotations

import random

import numpy as np
import pytest
from counted import Fleet, heard

from auditor.config import Settings
from auditor.finding import Confidence, Finding, Severity, Skip
from auditor.rank import rank, risk, summarise

MAIN = "outcome-starvation"
LOW, MEDIUM, HIGH = Severity.LOW, Severity.MEDIUM, Severity.HIGH


def found(model, detector, severity):
    return Finding(detector, model, severity, Confidence.HIGH, f"{detector} of {model}", (), "")


def volume(model, exposures=1000):
    return {"model_id": model, "exposures": exposures, "feedback": 10, "outcomes": 5, "retrains": 2}


def verdict(findings, skips=()):
    (model,) = rank([volume("m")], findings, skips, {})
    return model.verdict


@pytest.mark.parametrize(
    ("severities", "expected"),
    [([], 0.0), ([LOW], 10.0), ([MEDIUM], 40.0), ([HIGH], 80.0), ([HIGH, MEDIUM], 88.0), ([LOW, LOW, MEDIUM], 51.4)],
)
def test_risk_is_what_the_findings_leave_over(severities, expected):
    assert risk(found("m", f"d{i}", severity) for i, severity in enumerate(severities)) == expected


def test_verdicts():
    gate = Skip(MAIN, "m", "log-integrity: broken")
    other = Skip("retrain-drift", "m", "1 retrain, needs 2")

    assert verdict([found("m", MAIN, HIGH)]) == "starved"
    assert verdict([found("m", MAIN, MEDIUM)]) == "at risk"
    assert verdict([found("m", "retrain-drift", HIGH)]) == "at risk"
    assert verdict([found("m", "impression-gini", LOW)]) == "healthy"
    assert verdict([], [other]) == "healthy"
    assert verdict([found("m", "log-integrity", MEDIUM)], [gate]) == "not auditable"


def test_what_is_wrong_with_the_log_alone_is_no_risk_of_the_model():
    assert verdict([found("m", "log-integrity", MEDIUM)]) == "healthy"
    assert verdict([found("m", "log-integrity", MEDIUM), found("m", "cold-start", MEDIUM)]) == "at risk"


def test_a_grave_finding_counts_though_the_main_verdict_cannot_be_given():
    unclear = Skip(MAIN, "m", "1 retrain")

    assert verdict([found("m", "self-labelling", HIGH)], [unclear]) == "at risk"
    assert verdict([found("m", "self-labelling", LOW)], [unclear]) == "not auditable"


def fleet():
    findings = [
        found("b", MAIN, HIGH), found("a", MAIN, HIGH), found("a", "impression-gini", LOW),
        found("d", MAIN, MEDIUM), found("e", "retrain-drift", MEDIUM), found("f", "impression-gini", LOW),
    ]  # fmt: skip
    volumes = [volume("a"), volume("b"), volume("d"), volume("e", 5000), volume("f"), volume("g"), volume("h"),
               volume("i")]  # fmt: skip
    return volumes, findings, [Skip(MAIN, "i", "1 retrain")]


def test_order_is_verdict_then_risk_then_traffic_then_name():
    models = rank(*fleet(), {})

    assert [model.model_id for model in models] == ["a", "b", "e", "d", "f", "g", "h", "i"]
    assert [model.rank for model in models] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [model.risk for model in models] == [82.0, 80.0, 40.0, 40.0, 10.0, 0.0, 0.0, 0.0]


def test_order_owes_nothing_to_the_order_of_its_input():
    expected = rank(*fleet(), {})
    for seed in range(5):
        shuffled = [random.Random(seed).sample(part, len(part)) for part in fleet()]
        assert rank(*shuffled, {}) == expected


def test_why_is_the_worst_finding_or_what_kept_it_from_being_audited():
    why = {model.model_id: model.why for model in rank(*fleet(), {})}

    assert why["a"] == f"{MAIN} of a"
    assert why["e"] == "retrain-drift of e"
    assert why["f"] == "nothing of medium severity or above"
    assert why["i"] == "1 retrain"


def test_measures_of_a_model_come_along():
    (model,) = rank([volume("m")], [], [], {"one": {"m": {"x": 1}}, "two": {"other": {"y": 2}}})

    assert model.measures == {"one": {"x": 1}}


def test_summary_leaves_out_of_the_denominator_what_could_not_be_audited():
    volumes, findings, skips = fleet()
    summary = summarise(rank(volumes, findings, skips, {}), findings, withdrawn=3)

    assert summary.line == "2 of 7 audited models are outcome-starved; 1 could not be audited"
    assert (summary.models, summary.audited, summary.starved, summary.at_risk, summary.healthy) == (8, 7, 2, 2, 3)
    assert summary.findings == {"low": 2, "medium": 2, "high": 2}
    assert summary.withdrawn == 3


@pytest.mark.parametrize(
    ("starved", "healthy", "unknown", "line"),
    [
        (1, 0, 0, "1 of 1 audited models is outcome-starved"),
        (0, 4, 0, "0 of 4 audited models are outcome-starved"),
        (0, 0, 1, "the one model could not be audited"),
        (0, 0, 3, "none of 3 models could be audited"),
    ],
)
def test_summary_line(starved, healthy, unknown, line):
    names = [f"m{i}" for i in range(starved + healthy + unknown)]
    findings = [found(name, MAIN, HIGH) for name in names[:starved]]
    skips = [Skip(MAIN, name, "") for name in names[starved + healthy :]]

    assert summarise(rank(map(volume, names), findings, skips, {}), findings, 0).line == line


def barely_narrowing():
    """Sixty, then ninety-five outcomes of 300 exposures are shown twice: p is about 0.01, for one model enough."""
    exposures = np.zeros((2, 1000), np.int64)
    exposures[0, :240], exposures[0, :60] = 1, 2
    exposures[1, :205], exposures[1, :95] = 1, 2
    return exposures


def test_finding_that_could_be_chance_among_many_models_is_withdrawn():
    rng = np.random.default_rng(7)
    settings = Settings(select=("retrain-drift",))
    alone = Fleet().add_counts("m", barely_narrowing(), barely_narrowing() * 0)
    among = Fleet().add_counts("m", barely_narrowing(), barely_narrowing() * 0)
    for i in range(60):
        flat = rng.multinomial(4000, np.full(50, 0.02), 2)
        among.add_counts(f"flat{i}", flat, flat * 0)
    kept, dropped = alone.audit(settings), among.audit(settings)

    assert 0.005 < kept.measures["retrain-drift"]["m"]["narrowing_p"] < 0.02
    assert heard(kept, "retrain-drift")[0]["m"].severity == "low"
    assert kept.withdrawn == 0
    assert not dropped.findings
    assert dropped.withdrawn == 1
