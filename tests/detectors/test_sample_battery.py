"""The sample logs under the whole battery: each detector finds what is planted for it, and is not misled."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from written import audited

from auditor.detectors import BATTERY
from auditor.detectors.auditability import DETECTOR as GRADE
from auditor.detectors.thresholds import RetrainDrift
from auditor.finding import Severity

SAMPLES = Path(__file__).parents[2] / "sample_logs"
WITHOUT_A_ROW = {"log-integrity", "exposure-coverage", "impression-gini", "retrain-drift", GRADE.id}


def answers() -> dict[str, tuple[list[str], list[str]]]:
    """Detector -> models that it is planted in, models that look like it."""
    chapter = (SAMPLES / "README.md").read_text(encoding="utf-8").split("## What each detector should find")[1]
    rows = re.findall(r"^\| ([a-z]+-[a-z-]+) \| (.*) \| (.*) \|$", chapter, re.MULTILINE)
    named = re.compile(r"`(\w+)`")
    return {
        detector: (named.findall(planted.split(", on exposures of")[0]), named.findall(near))
        for detector, planted, near in rows
    }


@pytest.fixture(scope="module")
def report():
    return audited(SAMPLES)


@pytest.fixture(scope="module")
def findings(report):
    found: dict[str, dict[str, Severity]] = {}
    for each in report.findings:
        found.setdefault(each.detector, {})[each.model_id] = each.severity
    return found


def test_halves_of_windows_are_counted_of_the_models_that_narrow_and_of_no_others(report):
    measures = {model.model_id: model.measures["retrain-drift"] for model in report.models}
    ceiling = RetrainDrift().slight_narrowing
    narrow = {name for name, told in measures.items() if (told["narrowing_high"] or ceiling) < ceiling}
    assert {name for name, told in measures.items() if told["placebo"] is not None} == narrow
    assert 0 < len(narrow) < len(measures)


def test_the_answer_key_names_every_detector_of_the_battery():
    assert set(answers()) | WITHOUT_A_ROW == {each.id for each in BATTERY}
    assert all(planted and near for planted, near in answers().values())


@pytest.mark.parametrize("detector", answers())
def test_each_detector_finds_what_is_planted(findings, detector):
    planted, _ = answers()[detector]
    assert set(planted) <= set(findings[detector])


@pytest.mark.parametrize("detector", answers())
def test_no_detector_is_misled_by_what_looks_like_it(findings, detector):
    planted, near = answers()[detector]
    assert not set(near) & set(findings[detector])
    beside = {model for model, severity in findings[detector].items() if severity is not Severity.LOW}
    starving = {"ticket_routing", "job_matches", "trending_now", "related_videos", "home_feed", "credit_approval",
                "playlist_continue", "news_for_you"}  # fmt: skip
    assert beside <= (starving if detector == "outcome-starvation" else set()) | set(planted)
