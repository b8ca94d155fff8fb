"""Each way in which a loop can go wrong, or only look like it, is really in the counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from auditor.errors import AuditError
from auditor.simulate import ModelSpec, planted, run_loop

FEED = ModelSpec("feed", "greedy", exposures=6_000, items=120, top_k=10, click_rate=0.1, users=300)
LOANS = ModelSpec("loans", "approval", exposures=6_000, items=3, users=300)
TICKETS = ModelSpec("tickets", "classifier", exposures=6_000, items=24, exponent=1.7, users=300)
TASTES = ModelSpec("tastes", "personal", exposures=9_000, items=120, memory="all", exponent=1.6, category_taste=0.8)


def breadth(loop):
    """Effective number of categories a group, (T,)."""
    member = np.eye(12)[loop.categories]
    share = loop.exploited.exposures @ member
    share /= share.sum(axis=2, keepdims=True)
    return (1.0 / (share**2).sum(axis=2)).mean(axis=1)


def labels(loop):
    """Labels by class, (T, K): the named class where the label agrees, else the true one."""
    cells = loop.exploited
    return cells.clicks.sum(axis=1) + (cells.observed - cells.clicks).sum(axis=2)


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_newcomers_starve_in_a_greedy_loop_and_not_where_they_are_given_a_share(seed):
    base = replace(FEED, warmup=3, turnover=0.1, retrains=5)
    for boost in (0.0, 0.1):
        loop = run_loop(replace(base, newcomer_boost=boost), seed)
        new = loop.available[1:] & ~loop.available[:-1]
        shown = loop.exploit[1:][new]
        assert (shown == 0).mean() > 0.95 if not boost else (shown > 0).all()
        share = shown.sum() / loop.exploit[1:].sum()
        assert share == pytest.approx(boost, abs=0.01)


def test_a_boost_waits_for_newcomers():
    assert (run_loop(replace(FEED, newcomer_boost=0.5), 1).policies == run_loop(FEED, 1).policies).all()


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_a_personal_loop_narrows_every_audience_to_few_categories(seed):
    before, *_, after = breadth(run_loop(TASTES, seed))
    assert before > 10
    assert after < 3


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_a_personal_model_without_a_loop_stays_as_it_was(seed):
    spec = replace(TASTES, policy="quality", exponent=1.5)
    found = breadth(run_loop(spec, seed))
    assert 3 < found.min() < 9
    assert np.ptp(found) < 0.1 * found.mean()


def test_personal_follows_own_clicks_by_category():
    loop = run_loop(TASTES, 24)
    member = np.eye(12)[loop.categories]
    appeal = (np.cumsum(loop.exploited.clicks, axis=0)[:-1] @ member + 1.0) ** 1.6
    share = loop.policies[1:] @ member
    assert np.allclose(share, appeal / appeal.sum(axis=2, keepdims=True))


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_pooled_retrains_converge_to_one_list(seed):
    spec = replace(FEED, policy="collaborative", groups=6, warmup=2, smoothing=20.0, quality_spread=1.0)
    for pooling, alike in ((0.0, False), (0.25, True)):
        last = run_loop(replace(spec, pooling=pooling), seed).policies[-1]
        assert (np.ptp(last, axis=0).max() < 1e-9) == alike


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_classes_vanish_where_a_model_labels_for_itself(seed):
    loop = run_loop(replace(TICKETS, self_labels=0.3, self_labels_growth=0.14), seed)
    own = loop.exploited.self_labelled.sum(axis=(1, 2)) / loop.exploited.observed.sum(axis=(1, 2))
    assert own == pytest.approx([0.3, 0.44, 0.58, 0.72, 0.86, 1.0], abs=0.03)
    found = labels(loop)
    assert (found[0] > 0).all()
    assert (found[-1] == 0).sum() >= 3


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_a_classifier_that_people_label_keeps_its_classes(seed):
    loop = run_loop(TICKETS, seed)
    truth = 1.0 / np.arange(1, 25)
    assert loop.exploited.self_labelled.sum() == 0
    assert all(stats.chisquare(row, truth / truth.sum() * row.sum()).pvalue > 1e-4 for row in labels(loop))
    assert loop.exploit_observed.sum() / loop.exploit.sum() == pytest.approx(0.6, abs=0.02)


def test_a_classifier_learns_from_its_labels():
    loop = run_loop(replace(TICKETS, self_labels=0.5), 24)
    weights = labels(loop)[:-1, None, :] ** 1.7 * (1.0 + 39.0 * np.eye(24))
    assert np.allclose(loop.policies[1:], weights / weights.sum(axis=2, keepdims=True))


def test_what_an_approval_model_labels_itself_is_repaid():
    loop = run_loop(replace(LOANS, self_labels=1.0, explore=0.1), 21)
    for cells in (loop.exploited, loop.explored):
        assert (cells.clicks == cells.observed).all()
        assert (cells.self_labelled == cells.observed).all()


def test_denials_are_known_where_they_are_followed_up():
    loop = run_loop(replace(LOANS, followed_up=0.5), 21)
    observed = loop.exploit_observed.sum(axis=0) / loop.exploit.sum(axis=0)
    assert observed == pytest.approx([0.97, 0.5, 0.5], abs=0.03)
    assert 0 < loop.exploit_clicks[:, 1:].sum() < loop.exploit_observed[:, 1:].sum()


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_fake_exploration_never_leaves_the_better_known_half(seed):
    loop = run_loop(replace(FEED, explore=0.2, explore_from="popular"), seed)
    drawn = loop.explore.sum(axis=0)
    assert (drawn > 0).sum() == 60
    assert stats.chisquare(drawn[drawn > 0]).pvalue > 1e-4


def test_less_exploration_is_served_than_was_set():
    loop = run_loop(replace(FEED, exposures=100_000, explore=0.1, explore_served=0.4), 21)
    assert stats.binomtest(int(loop.explore.sum()), 600_000, 0.04).pvalue > 1e-4


def test_exploration_is_switched_off_in_the_closed_segments_alone():
    spec = ModelSpec("feed", "greedy", exposures=6_000, items=120, explore=0.1, segments=4, closed_segments=1)
    loop = run_loop(spec, 21)
    assert spec.groups == 4
    explored = loop.explored.exposures.sum(axis=(0, 2)) / (6 * 1_500)
    assert explored == pytest.approx([0.0, 0.1, 0.1, 0.1], abs=0.015)


def test_the_most_clicked_list_goes_by_number_and_not_by_rate():
    loop = run_loop(replace(FEED, ranks_by="clicks", memory="all", launch="popularity"), 21)
    clicks = np.cumsum(loop.exploit_clicks, axis=0)
    for t in range(1, 6):
        shown = loop.policy[t] > 0
        assert clicks[t - 1][shown].min() >= clicks[t - 1][~shown].max()


def test_a_launch_by_popularity_is_zipf_once():
    launched = run_loop(replace(FEED, launch="popularity"), 21).policy
    assert np.sort(launched[0])[::-1] == pytest.approx(1 / np.arange(1, 121) / (1 / np.arange(1, 121)).sum())
    assert (launched[1] > 0).sum() == 10


@pytest.mark.parametrize("fit", [-0.9, 0.9])
def test_popularity_can_follow_quality_or_run_against_it(fit):
    found = [
        stats.spearmanr(loop.policy[0], loop.rates[0, 0])[0]
        for loop in (run_loop(ModelSpec("m", "popularity", popularity_fit=fit), seed) for seed in (21, 22, 23))
    ]
    assert found == pytest.approx([fit] * 3, abs=0.06)


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_good_outcomes_starve_where_popularity_runs_against_quality(seed):
    spec = replace(FEED, ranks_by="clicks", launch="popularity", memory="all", quality_spread=0.5)
    for fit, better in ((-0.9, 0.5), (0.9, 0.1)):
        loop = run_loop(replace(spec, popularity_fit=fit), seed)
        shown, truth = loop.exploit[-1], loop.rates[-1, 0]
        missed = (truth > (shown * truth).sum() / shown.sum()) & (shown == 0)
        assert (missed.sum() > better * 110) == (fit < 0)


def test_an_uplift_raises_all_outcomes_alike():
    loop = run_loop(ModelSpec("m", "uniform", uplift=0.1, warmup=2, click_rate=0.05), 21)
    assert loop.rates.mean(axis=(1, 2)) == pytest.approx(0.05 * 1.1 ** np.arange(6), abs=1e-6)
    assert stats.spearmanr(loop.rates[0, 0], loop.rates[-1, 0])[0] == pytest.approx(1.0)


def test_scores_are_what_the_model_has_learned():
    loop = run_loop(replace(FEED, smoothing=20.0), 21)
    expected = (loop.exploit_clicks[0] + 1.0) / (loop.exploit[0] + 20.0)
    assert np.allclose(loop.scores[1, 0], expected)
    loans = run_loop(LOANS, 21)
    assert (np.ptp(loans.scores, axis=2) == 0.0).all()
    tickets = run_loop(TICKETS, 21)
    assert (tickets.scores == tickets.policies).all()


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"policy": "polya", "exponent": 2.0}, "closed loop"),
        ({"policy": "personal"}, "loop that narrows"),
        ({"policy": "classifier", "items": 9}, "no loop"),
        ({"policy": "classifier", "items": 9, "self_labels": 0.1}, "loop through its own labels"),
        ({"explore": 0.1, "explore_served": 0.1}, "closed loop"),
        ({"explore": 0.05, "segments": 3, "closed_segments": 2}, "explores 5%, closed in 2 of 3 segments"),
        ({"explore": 0.05, "explore_from": "popular"}, "explores the popular half alone"),
        ({"second_event": "purchase", "second_fit": -0.5}, "clickbait"),
        ({"log_propensity": True, "propensities": "ones"}, "propensities all 1"),
        ({"metrics": "loop"}, "loop metrics up, authentic down"),
        ({"credited_to": "other"}, "its clicks also count for other"),
        ({"policy": "item_knn"}, "closed loop"),
        ({"policy": "linucb"}, "loop that narrows"),
        ({"log_duplicates": 0.1}, "10% of the exposures logged twice"),
        ({"log_lost": 0.5}, "50% of the feedback lost"),
        ({"log_only_clicked": True}, "only exposures with feedback logged"),
    ],
)
def test_what_is_planted_is_said(knobs, words):
    assert planted(ModelSpec(**{"name": "m", "policy": "greedy", **knobs})).endswith(words)


@pytest.mark.parametrize(
    "bad",
    [
        {"launch": "loud"}, {"ranks_by": "luck"}, {"explore_from": "some"}, {"propensities": "nice"},
        {"metrics": "good"}, {"pooling": 2.0}, {"second_fit": -2.0}, {"self_labels": 0.1}, {"rule_labels": 0.1},
        {"followed_up": 0.1}, {"closed_segments": 1}, {"segments": 4, "closed_segments": 1, "groups": 6},
        {"policy": "classifier", "groups": 3}, {"policy": "classifier", "turnover": 0.1},
        {"policy": "approval", "second_event": "purchase"}, {"policy": "approval", "newcomer_boost": 0.1},
        {"policy": "approval", "position_decay": 1.0}, {"position_decay": -0.5}, {"quality_tail": "long"},
        {"late": 1.5}, {"log_duplicates": -0.1}, {"log_lost": 1.1},
    ],
)  # fmt: skip
def test_knobs_out_of_range_are_named(bad):
    with pytest.raises(AuditError) as error:
        ModelSpec(**{"name": "m", "policy": "greedy", **bad})
    assert set(bad) & set(error.value.message.replace(":", " ").split())
    assert error.value.hint
