"""Late feedback: not known to the next retrain, known to the one after, and dated accordingly."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from scipy import stats

from auditor.simulate import ModelSpec, model_log, run_loop

URN = ModelSpec(
    "urn", "polya", exposures=20_000, items=80, smoothing=0.5, exponent=1.3, click_rate=0.1, late=0.4, explore=0.1,
)  # fmt: skip
LOANS = ModelSpec("loans", "approval", exposures=4_000, items=3, late=0.4, users=90)


def brought(loop, field):
    """A count of both arms, (T, K)."""
    return sum(getattr(cells, field).sum(axis=1) for cells in (loop.exploited, loop.explored))


def joined(spec, seed=51):
    log = model_log(spec, run_loop(spec, seed), seed)
    exposures, feedback = (pl.from_arrow(table) for table in (log.exposures, log.feedback))
    heard = feedback.join(exposures, on=["request_id", "item_id"], suffix="_shown", validate="m:1")
    week = pl.col("model_version").str.to_datetime("%Y-%m-%d")
    return heard.with_columns(over=pl.col("timestamp") - week.dt.offset_by("7d"))


def test_nothing_is_late_unless_asked_for():
    loop = run_loop(replace(URN, late=0.0), 51)
    assert brought(loop, "late").sum() == brought(loop, "late_clicks").sum() == 0


@pytest.mark.parametrize("memory", ["last", "all"])
def test_a_retrain_learns_what_had_come_by_then(memory):
    loop = run_loop(replace(URN, memory=memory), 51)
    clicks, late = brought(loop, "clicks"), brought(loop, "late_clicks")
    on_time = clicks - late
    came = on_time + np.vstack([np.zeros(80), late[:-1]])
    known = np.cumsum(came, axis=0) if memory == "all" else came
    weights = (known[:-1] + 0.5) ** 1.3
    assert np.allclose(loop.policy[1:], weights / weights.sum(axis=1, keepdims=True))


def test_a_late_answer_is_as_often_a_click_as_one_on_time():
    loop = run_loop(replace(URN, policy="greedy", smoothing=20.0, memory="all"), 51)
    clicks, late = brought(loop, "clicks"), brought(loop, "late_clicks")
    seen, seen_late = brought(loop, "observed"), brought(loop, "late")
    assert stats.binomtest(int(late.sum()), int(clicks.sum()), 0.4).pvalue > 1e-4
    assert stats.binomtest(int(seen_late.sum()), int(seen.sum()), 0.4).pvalue > 1e-4
    learned = (clicks[0] - late[0] + 20.0 * 0.5 * 0.1) / (seen[0] - seen_late[0] + 20.0)
    assert np.allclose(loop.scores[1, 0], learned)


def test_all_answers_late_means_a_retrain_behind():
    loop = run_loop(replace(URN, late=1.0, explore=0.0), 51)
    weights = (np.vstack([np.zeros(80), loop.exploit_clicks[:-2]]) + 0.5) ** 1.3
    assert np.allclose(loop.policy[1:], weights / weights.sum(axis=1, keepdims=True))


def test_late_clicks_of_each_outcome_come_in_the_next_week():
    rows, loop = joined(URN), run_loop(URN, 51)
    late = rows.filter(pl.col("timestamp") - pl.col("timestamp_shown") > pl.duration(minutes=30))
    assert late.select(pl.col("over").is_between(pl.duration(hours=0), pl.duration(days=7)).all()).item()
    for t, (_, week) in enumerate(late.sort("model_version").group_by("model_version", maintain_order=True)):
        counts = dict(week["item_id"].value_counts().iter_rows())
        assert [counts.get(f"item_{k:03d}", 0) for k in range(80)] == brought(loop, "late_clicks")[t].tolist()


def test_late_labels_come_in_the_next_week():
    rows, loop = joined(LOANS), run_loop(LOANS, 51)
    assert rows.height == brought(loop, "observed").sum()
    assert rows["over"].max() < timedelta(days=7)
    usual = joined(replace(LOANS, late=0.0))
    after, as_usual = (found.filter(pl.col("over") >= pl.duration(days=0)).height for found in (rows, usual))
    late = brought(loop, "late").sum()
    assert after == pytest.approx(late + as_usual * 0.6, rel=0.05)


def test_what_follows_a_late_click_is_later():
    rows = joined(replace(URN, second_event="purchase", second_rate=0.5))
    key = ["request_id", "item_id"]
    both = rows.filter(event="purchase").join(rows.filter(event="click"), on=key, suffix="_click")
    assert both.filter(pl.col("over") > pl.duration(hours=2)).height > 1_000
    assert (both["timestamp"] > both["timestamp_click"]).all()
