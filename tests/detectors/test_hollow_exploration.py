"""Chance within what a model has chosen anyway is no exploration of the rest."""

from __future__ import annotations

import numpy as np
from written import audited, finding, write

ROWS, ITEMS, KEPT, RETRAINS = 3_000, 100, 20, 4


def top_of_its_own(seed: int = 8) -> dict[str, dict[str, np.ndarray]]:
    """Draws alike among the twenty outcomes most clicked in the retrain before, and logs the true probability."""
    rng = np.random.default_rng(seed)
    quality, chosen = rng.uniform(0.02, 0.2, ITEMS), np.arange(ITEMS)
    parts, item, clicked = [], np.zeros(0, int), np.zeros(0, bool)
    for _ in range(RETRAINS):
        shown = rng.choice(chosen, ROWS)
        clicks = rng.random(ROWS) < quality[shown]
        parts.append(np.full(ROWS, 1 / len(chosen)))
        item, clicked = np.r_[item, shown], np.r_[clicked, clicks]
        chosen = np.argsort(-np.bincount(shown, clicks, ITEMS), kind="stable")[:KEPT]
    number = np.arange(RETRAINS * ROWS)
    start = np.datetime64("2026-09-07T00:00:00")
    return {
        "exposures": {
            "model_id": np.full(len(number), "loop"),
            "model_version": np.char.add("v", (number // ROWS).astype(str)),
            "request_id": number,
            "timestamp": start + (number * RETRAINS * 7 * 86_400 // len(number)).astype("timedelta64[s]"),
            "item_id": item,
            "propensity": np.concatenate(parts),
            "clicked": clicked,
        },
        "catalogue": {"item_id": np.arange(ITEMS), "model_id": np.full(ITEMS, "loop")},
    }


def test_propensities_that_never_reach_what_is_unfed_do_not_open_a_loop(tmp_path):
    report = audited(write(tmp_path / "log", **top_of_its_own()))
    measures = report.models[0].measures["outcome-starvation"]

    assert measures["overlap_low"] > 0.15
    assert measures["implied_pooled_high"] < 0.01
    assert report.models[0].verdict == "starved"
    assert "that propensities leave to chance hardly reach them" in finding(report, "outcome-starvation").title


def test_the_same_without_propensities_is_starved_as_well(tmp_path):
    logs = top_of_its_own()
    del logs["exposures"]["propensity"]

    assert audited(write(tmp_path / "log", **logs)).models[0].verdict == "starved"
