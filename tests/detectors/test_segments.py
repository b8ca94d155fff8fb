"""Exploration that passes one segment by."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom
from written import audited, write

from auditor.detectors.segments import judge
from auditor.detectors.thresholds import OutcomeStarvation
from auditor.finding import Severity

ITEMS, ROWS, RETRAINS = 200, 8_000, 3
SHARES = {"de": 0.08, "fr": 0.08, "it": 0.08}


def log(seed: int, shares: dict[str, float], segment: bool = True) -> dict[str, object]:
    """A greedy model of 15 favourites a segment, exploring at `shares` of each."""
    rng = np.random.default_rng(seed)
    rows = ROWS * RETRAINS
    place = rng.integers(len(shares), size=rows)
    explore = rng.random(rows) < np.array(list(shares.values()))[place]
    item = np.where(explore, rng.integers(ITEMS, size=rows), place * 15 + rng.integers(15, size=rows))
    retrain = np.arange(rows) // ROWS
    columns = {
        "model_id": ["feed"] * rows,
        "model_version": [f"v{t}" for t in retrain],
        "item_id": item,
        "timestamp": np.datetime64("2026-03-02", "us") + np.arange(rows) * np.timedelta64(60, "s"),
        "request_id": np.arange(rows),
        "user_id": rng.integers(900, size=rows),
        "policy": np.where(explore, "explore", "exploit"),
        "clicked": (rng.random(rows) < 0.1).astype(int),
    }
    return columns | ({"segment": np.array(list(shares))[place]} if segment else {})


def found(folder, columns):
    report = audited(write(folder / "log", exposures=columns, catalogue={"item_id": np.arange(ITEMS)}))
    assert not [skip for skip in report.skips if skip.detector == "outcome-starvation"]
    return [each for each in report.findings if each.segment is not None], report


@pytest.mark.parametrize("seed", range(3))
def test_a_segment_that_exploration_passes_by_is_named(tmp_path, seed):
    columns = log(seed, SHARES | {"it": 0.0})
    (finding,), report = found(tmp_path, columns)
    assert (finding.detector, finding.segment, finding.severity) == ("outcome-starvation", "it", Severity.MEDIUM)
    assert report.models[0].verdict == "at risk"
    last = np.array(columns["model_version"]) == "v2"
    there = last & (columns["segment"] == "it")
    elsewhere = last & (columns["segment"] != "it")
    exploration, unfed = finding.evidence
    assert exploration.n == there.sum()
    assert exploration.value == 0
    assert exploration.null == pytest.approx((columns["policy"][elsewhere] == "explore").mean())
    need = min(3 / columns["clicked"][last].mean(), there.sum() / ITEMS / 2)
    shown = np.bincount(columns["item_id"][there], minlength=ITEMS)
    assert unfed.value == pytest.approx((shown < need).mean())


@pytest.mark.parametrize("seed", range(3))
def test_exploration_everywhere_is_nothing(tmp_path, seed):
    findings, report = found(tmp_path, log(seed, SHARES | {"it": 0.04}))
    assert not findings
    assert report.models[0].verdict == "healthy"


def test_without_segments_nothing_is_asked(tmp_path):
    findings, _ = found(tmp_path, log(1, SHARES | {"it": 0.0}, segment=False))
    assert not findings


def test_a_model_closed_everywhere_is_told_once(tmp_path):
    findings, report = found(tmp_path, log(1, dict.fromkeys(SHARES, 0.0)))
    assert not findings
    assert report.models[0].verdict == "starved"


@pytest.mark.parametrize(
    ("n", "k", "elsewhere", "segments"), [(400, 1, 0.05, 3), (2000, 0, 0.03, 40), (900, 9, 0.08, 2)]
)
def test_the_p_value_bounds_the_binomial_tail(n, k, elsewhere, segments):
    row = {
        "explored": k / n, "explored_low": 0.0, "explored_high": 0.015, "elsewhere": elsewhere, "exposures": n,
        "randomised": k, "segments": segments, "starved": 0.9, "starved_null": 0.0, "starved_excess": 0.9,
        "catalogue": 100, "fed": 10, "segment": "x",
    }  # fmt: skip
    exact = segments * binom.cdf(k, n, elsewhere)
    bound = judge(row, OutcomeStarvation()).p_value
    assert exact * (1 - 1e-9) <= bound <= 40 * exact  # the same at k = 0, but for rounding
