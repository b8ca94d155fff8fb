"""What stands higher is looked at more: in the counts, and in the rows that they become."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy import stats

from auditor.simulate import ModelSpec, model_log, run_loop
from auditor.simulate.examination import looked_at

FEED = ModelSpec(
    "feed", "greedy", exposures=60_000, items=100, explore=0.2, click_rate=0.08, position_decay=1.0, users=0,
    log_policy=True,
)  # fmt: skip


def chances(length, decay):
    chance = np.arange(1, length + 1) ** -decay
    return chance / chance.mean()


def drawn_slates(policy, length, slates, rng):
    """Distinct outcomes a slate, each in it with probability length x policy: systematic draws in random order."""
    for _ in range(slates):
        order = rng.permutation(len(policy))
        points = (rng.random() + np.arange(length)) / length
        yield order[np.searchsorted(np.cumsum(policy[order]), points * policy.sum())]


def standing(policy, length, decay, rng, slates=6_000):
    """Mean chance of being looked at of each outcome, by drawing slates and putting the likeliest first."""
    total, shown = np.zeros(len(policy)), np.zeros(len(policy))
    for slate in drawn_slates(policy, length, slates, rng):
        ranked = slate[np.lexsort((rng.random(length), -policy[slate]))]
        total[ranked] += chances(length, decay)
        shown[ranked] += 1
    return total / shown, shown


def rows(spec, seed=61):
    log = model_log(spec, run_loop(spec, seed), seed)
    exposures, feedback = (pl.from_arrow(table) for table in (log.exposures, log.feedback))
    keys = ["request_id", "item_id"]
    clicked = feedback.select(*keys, clicked=pl.lit(1))
    outcome = pl.col("item_id").str.slice(-3).cast(pl.Int64)
    return (
        exposures.drop("clicked")
        .join(clicked, on=keys, how="left")
        .with_columns(pl.col("clicked").fill_null(0), outcome=outcome)
    )


@pytest.mark.parametrize("decay", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("kind", ["spread", "skewed", "top"])
def test_an_outcome_is_looked_at_as_its_usual_positions_are(kind, decay):
    rng = np.random.default_rng(62)
    weights = {"spread": rng.random(40) + 0.1, "skewed": rng.exponential(size=40), "top": 1 / np.log2(np.arange(2, 22))}
    policy = weights[kind] / weights[kind].sum()
    spec = replace(FEED, position_decay=decay)
    expected, shown = standing(policy, 5, decay, rng)
    found = looked_at(spec, policy[None, :])[0]
    assert np.average(np.abs(found - expected), weights=shown) < 0.06 * decay
    assert np.corrcoef(found, expected)[0, 1] > 0.99
    assert found @ policy == pytest.approx(1.0)


def test_equals_are_looked_at_alike():
    policy = np.array([np.full(50, 0.02), np.repeat([0.03, 0.01], 25)])
    alike, halves = looked_at(FEED, policy)
    assert alike == pytest.approx(np.ones(50))
    assert len(np.unique(halves.round(9))) == 2
    assert halves[0] > 1.0 > halves[-1]


@pytest.mark.parametrize("policy", [[1.0, 0.0, 0.0], [0.6, 0.4, 0.0], [0.2, 0.3, 0.5]])
def test_short_slates(policy):
    found = looked_at(FEED, np.array([policy]))[0]
    assert np.isfinite(found).all()
    assert found @ np.array(policy) == pytest.approx(1.0)
    assert (np.diff(found[np.argsort(policy)]) >= 0.0).all()


def test_one_outcome_a_request_has_no_position():
    flat = run_loop(replace(FEED, slate=1, position_decay=0.0), 61)
    assert (run_loop(replace(FEED, slate=1), 61).exploit_clicks == flat.exploit_clicks).all()


def test_own_clicks_follow_the_position_and_randomised_ones_do_not():
    spec = replace(FEED, policy="popularity", exponent=0.7, quality_spread=0.0, exposures=400_000)
    loop = run_loop(spec, 61)
    expected = 0.08 * looked_at(spec, loop.policies[0])[0]
    shown, clicks = loop.exploit.sum(axis=0), loop.exploit_clicks.sum(axis=0)
    assert (stats.binom.cdf(clicks, shown, expected).min(), stats.binom.sf(clicks, shown, expected).min()) > (
        1e-6,
        1e-6,
    )
    assert expected.max() > 3 * expected.min()
    for arm in (loop.exploited, loop.explored):
        assert arm.clicks.sum() / arm.exposures.sum() == pytest.approx(0.08, rel=0.01)
    drawn, heard = loop.explore.sum(axis=0), loop.explore_clicks.sum(axis=0)
    assert stats.chi2_contingency([heard, drawn - heard]).pvalue > 1e-4


def test_a_greedy_loop_believes_what_stands_high():
    loop = run_loop(replace(FEED, explore=0.0), 61)
    last = loop.exploit_clicks[-1] / np.maximum(1, loop.exploit[-1])
    over = last / loop.rates[-1, 0]
    best = np.argsort(-loop.policy[-1])
    assert over[best[0]] > 1.5
    assert over[best[19]] < 0.7


def test_rows_stand_in_the_order_of_the_policy():
    loop, found = run_loop(FEED, 61), rows(FEED)
    for t, (_, week) in enumerate(found.group_by("model_version", maintain_order=True)):
        own = week.filter(policy="exploit").sort("request_id", "position")
        likely = pl.Series(loop.policy[t])[own["outcome"].to_list()]
        fell = own.select(pl.col("request_id").diff() == 0).to_series() & (likely.diff() > 0)
        assert not fell.any()
    places = found.group_by("request_id").agg(pl.col("position").sort(), pl.len(), pl.col("item_id").n_unique())
    assert places.filter(pl.col("len") != pl.col("item_id")).is_empty()
    assert all(row["position"] == list(range(1, row["len"] + 1)) for row in places.head(2_000).iter_rows(named=True))


@pytest.mark.parametrize("knobs", [{}, {"policy": "collaborative", "groups": 4, "late": 0.3}], ids=str)
def test_rows_agree_with_the_counts(knobs):
    spec = replace(FEED, exposures=30_000, **knobs)
    loop, found = run_loop(spec, 61), rows(spec)
    arms = (("exploit", loop.exploit, loop.exploit_clicks), ("explore", loop.explore, loop.explore_clicks))
    for arm, shown, clicks in arms:
        by_outcome = found.filter(policy=arm).group_by("outcome").agg(pl.len(), pl.col("clicked").sum()).sort("outcome")
        assert by_outcome["len"].to_list() == shown.sum(axis=0).tolist()
        assert by_outcome["clicked"].to_list() == clicks.sum(axis=0).tolist()


def test_an_audience_has_an_order_of_its_own():
    spec = replace(FEED, policy="collaborative", groups=3, exposures=30_000, users=300)
    loop, found = run_loop(spec, 61), rows(spec)
    group = found["user_id"].str.slice(1).cast(pl.Int64).to_numpy() % 3
    retrain = found["model_version"].rank("dense").to_numpy() - 1
    likely = loop.policies[retrain, group, found["outcome"].to_numpy()]
    own = found.with_columns(likely=likely).filter(policy="exploit").sort("request_id", "position")
    assert own["likely"].min() > 0.0
    assert not own.select(((pl.col("request_id").diff() == 0) & (pl.col("likely").diff() > 0)).any()).item()


def test_usual_positions_of_the_rows_are_those_of_the_counts():
    spec = replace(FEED, explore=0.0, policy="popularity", exponent=0.7)
    found = rows(spec)
    look = chances(5, 1.0)[found["position"].to_numpy() - 1]
    mean = np.bincount(found["outcome"], weights=look) / np.bincount(found["outcome"])
    expected = looked_at(spec, run_loop(spec, 61).policies[0])[0]
    assert np.average(np.abs(mean - expected), weights=np.bincount(found["outcome"])) < 0.06


def test_randomised_rows_stand_anywhere_and_show_who_looks_where():
    explored = rows(replace(FEED, exposures=200_000, explore=0.3)).filter(policy="explore")
    whole = explored.filter(pl.col("position") <= 5)
    counts = whole.group_by("position").agg(pl.len(), pl.col("clicked").sum()).sort("position")
    assert stats.chisquare(counts["len"]).pvalue > 1e-4
    rate = counts["clicked"] / counts["len"]
    assert (rate / rate.mean()).to_list() == pytest.approx(chances(5, 1.0).tolist(), rel=0.06)
