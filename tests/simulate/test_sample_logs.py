"""The sample logs are what the generator writes, and what their README says of them is true."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from auditor.simulate import planted, run_loop, sample_fleet, write_logs

SAMPLE = Path(__file__).parents[2] / "sample_logs"
SEED = 7
FLEET = {spec.name: spec for spec in sample_fleet()}
CLOSED = ("home_feed", "related_videos", "playlist_continue", "job_matches", "credit_approval", "trending_now")
LOGGED = ("search_ranking", "ads_ranking", "loan_limit")
NO_LOOP = ("homepage_banners", "email_digest", "push_notifications", "podcast_picks")
AT_RISK = ("marketplace_search", "news_for_you", "gift_ideas", "city_guides")


def unfed(loop):
    """Per retrain and outcome: too few observed exposures to tell whether it is as good as average."""
    observed = loop.exploit_observed + loop.explore_observed
    totals = observed.sum(axis=1, keepdims=True)
    rate = (loop.exploit_clicks + loop.explore_clicks).sum(axis=1, keepdims=True) / totals
    return observed, observed < np.minimum(3.0 / rate, totals / observed.shape[1] / 2.0)


def implied_exploration(loop):
    """Share of observed exposures on outcomes unfed the retrain before, over the unfed share; pooled."""
    observed, starved = unfed(loop)
    share = starved[:-1].mean(axis=1, keepdims=True)
    return (observed[1:] * starved[:-1]).sum() / (observed[1:] * share).sum()


def effective_outcomes(loop):
    share = loop.exploit / loop.exploit.sum(axis=1, keepdims=True)
    return 1.0 / (share**2).sum(axis=1)


def test_sample_logs_are_what_the_generator_writes(tmp_path):
    write_logs(tmp_path / "again", sample_fleet(), SEED)
    for name in ("exposures", "clicks", "catalogue", "metrics"):
        again = pl.read_parquet(tmp_path / "again" / f"{name}.parquet")
        assert again.equals(pl.read_parquet(SAMPLE / f"{name}.parquet"))


def test_sample_logs_are_small_and_large_enough():
    assert sum(path.stat().st_size for path in SAMPLE.iterdir()) <= 5_000_000
    exposures = pl.read_parquet(SAMPLE / "exposures.parquet", columns=["model_id", "model_version"])
    assert exposures.height > 400_000
    assert exposures.group_by(pl.all()).len()["len"].min() >= 6_000
    assert f"{exposures.height:,} exposures" in (SAMPLE / "README.md").read_text()


def test_readme_tells_of_every_model_in_its_class():
    rows = [line for line in (SAMPLE / "README.md").read_text().splitlines() if line.startswith("| `")]
    verdicts = {row.split("`")[1]: row.rstrip(" |").rsplit("| ", 1)[1] for row in rows}
    expected = dict.fromkeys((*CLOSED, "ticket_routing"), "starved") | dict.fromkeys(AT_RISK, "at risk")
    expected |= dict.fromkeys((*LOGGED, *NO_LOOP), "healthy")
    assert {name: verdicts[name] for name in FLEET} == expected


def test_planted_says_the_same():
    said = {name: planted(spec) for name, spec in FLEET.items()}
    assert {name for name in said if said[name].startswith("closed loop")} == set(CLOSED)
    assert {name for name in said if said[name] == "no loop"} == set(NO_LOOP)
    kept_open = {name for name in said if "kept open" in said[name]}
    assert kept_open == {*LOGGED, "gift_ideas", "city_guides"}
    assert {name for name in kept_open if "," not in said[name]} == set(LOGGED)
    assert said["marketplace_search"] == "loop that narrows, clickbait, its clicks also count for gift_ideas"
    assert said["ticket_routing"] == "loop through its own labels"


@pytest.mark.parametrize("name", CLOSED)
def test_closed_loops_are_starved_and_do_not_explore(name):
    loop = run_loop(FLEET[name], SEED)
    assert loop.explore.sum() == 0
    assert unfed(loop)[1][1:].mean() >= 0.5
    # Where the catalogue turns over, what was shown retires and others take its place: the next test is for those.
    assert FLEET[name].turnover or implied_exploration(loop) < 0.02


def test_trending_now_shows_only_what_was_clicked_before():
    loop = run_loop(FLEET["trending_now"], SEED)
    clicked = np.cumsum(loop.exploit_clicks, axis=0)[:-1] > 0
    assert loop.exploit[1:][~clicked].sum() == 0
    assert ((loop.exploit > 0).sum(axis=1)[1:] == 10).all()


@pytest.mark.parametrize("name", LOGGED)
def test_open_loops_explore_as_they_say_and_log_it(name):
    spec = FLEET[name]
    loop = run_loop(spec, SEED)
    share = loop.explore.sum() / (loop.explore.sum() + loop.exploit.sum())
    assert share == pytest.approx(spec.explore, rel=0.1)
    assert spec.log_policy


@pytest.mark.parametrize("name", NO_LOOP)
def test_models_without_a_loop_feed_what_they_starved_before(name):
    loop = run_loop(FLEET[name], SEED)
    effective = effective_outcomes(loop)
    assert np.ptp(effective) < 0.15 * effective.mean()
    starved = unfed(loop)[1]
    assert not starved.any() or implied_exploration(loop) > 0.3


def test_the_urn_starts_wide_and_narrows():
    loop = run_loop(FLEET["marketplace_search"], SEED)
    effective = effective_outcomes(loop)
    assert effective[0] > 0.9 * 400
    assert (np.diff(effective) < 0).all()
    assert effective[-1] < 0.15 * 400
    assert 0.02 < implied_exploration(loop) < 0.1
