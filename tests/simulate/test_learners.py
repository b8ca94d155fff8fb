"""Item-based filtering, the linear bandit and the Thompson sampler are what their papers say, and close their loops."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest
from scipy.spatial.distance import cosine

from auditor.simulate import ModelSpec, run_loop
from auditor.simulate.item_based import similarity_scores
from auditor.simulate.linear_bandit import OPTIMISM, estimates, ridge, upper_bounds
from auditor.simulate.policies import POLICIES
from auditor.simulate.randomness import stream
from auditor.simulate.seen import Seen
from auditor.simulate.thompson import drawn
from auditor.simulate.world import build_world

SHOP = ModelSpec("shop", "item_knn", exposures=50_000, items=400, click_rate=0.08)
NEWS = ModelSpec("news", "linucb", exposures=50_000, items=400, click_rate=0.08)


def rank_weights(scores, top_k):
    """Exposure shares 1 / log2(rank + 1) of the best of each row, as plain loops."""
    shares = np.zeros_like(scores)
    for row, own in zip(shares, scores, strict=True):
        for rank, best in enumerate(sorted(range(len(own)), key=lambda k: -own[k])[:top_k], start=1):
            row[best] = 1.0 / np.log2(rank + 1)
    return shares / shares.sum(axis=1, keepdims=True)


def known_features(spec, seed):
    """What the linear bandit is told of the outcomes, from the world alone."""
    world = build_world(spec, seed, stream(seed, spec.name, "loop"))
    return np.hstack([np.eye(12)[world.categories], world.features]), world


def breadth(loop):
    """Effective number of outcomes, (T,)."""
    share = loop.exploit / loop.exploit.sum(axis=1, keepdims=True)
    return 1.0 / (share**2).sum(axis=1)


def seen(spec, exposures, clicks):
    shape = np.shape(clicks)
    return Seen(
        spec, np.asarray(exposures, float), np.asarray(clicks, float), np.ones(shape[1], bool), np.full(shape, 0.1),
        np.ones(shape[1]), np.random.default_rng(0),
    )  # fmt: skip


@pytest.mark.parametrize("shrinkage", [0.0, 3.0])
def test_similarity_is_the_cosine_of_who_clicked(shrinkage):
    clicks = np.random.default_rng(81).poisson(2.0, (6, 15)).astype(float)
    length = np.linalg.norm(clicks, axis=0)
    shrunk = np.outer(length / (length + shrinkage), length / (length + shrinkage))
    alike = np.array([[1.0 - cosine(one, other) for other in clicks.T] for one in clicks.T]) * shrunk
    np.fill_diagonal(alike, 0.0)
    assert np.allclose(similarity_scores(clicks, shrinkage), clicks @ alike)


def test_what_has_no_clicks_is_similar_to_nothing():
    scores = similarity_scores(np.array([[5.0, 3.0, 0.0, 0.0], [4.0, 4.0, 0.0, 1.0]]), 0.0)
    assert scores[:, 2].tolist() == [0.0, 0.0]
    assert scores[0, 3] > 0.0


def test_who_clicked_nothing_gets_what_is_popular():
    spec = replace(SHOP, groups=3, top_k=2, items=4)
    clicks = [[9, 1, 0, 0], [8, 0, 3, 0], [0, 0, 0, 0]]
    shares = POLICIES["item_knn"](seen(spec, np.full((3, 4), 50), clicks))
    assert np.argsort(-shares[2])[:2].tolist() == [0, 2]


def test_item_based_filtering_retrains_on_its_own_clicks():
    loop = run_loop(SHOP, 82)
    for t in range(1, 6):
        clicks = loop.exploited.clicks[t - 1].astype(float)
        unit = clicks / (np.linalg.norm(clicks, axis=0) + 5.0)
        alike = unit.T @ unit
        np.fill_diagonal(alike, 0.0)
        scores = clicks @ alike
        assert (scores > 1e-6).sum(axis=1).min() >= 20
        assert np.allclose(loop.policies[t], rank_weights(scores, 20))
        assert np.allclose(loop.scores[t], scores)


@pytest.mark.parametrize("seed", [82, 83, 84])
def test_item_based_filtering_closes_its_loop_and_is_not_greedy(seed):
    loop = run_loop(SHOP, seed)
    clicked = np.cumsum(loop.exploit_clicks, axis=0)[:-1] > 0
    assert loop.exploit[1:][~clicked].sum() == 0
    wide = breadth(loop)
    assert wide[0] > 0.9 * 400
    assert wide[-1] < 0.25 * 400
    assert loop.exploit[2:][loop.exploit[1:-1] == 0].sum() == 0
    greedy = run_loop(replace(SHOP, policy="collaborative", smoothing=20.0), seed)
    assert greedy.rates[0] == pytest.approx(loop.rates[0])
    assert np.abs(greedy.policies[1] - loop.policies[1]).sum(axis=1).mean() > 1.0


def test_ridge_is_least_squares_on_every_single_exposure():
    rng = np.random.default_rng(85)
    features, exposures = rng.normal(size=(9, 4)), rng.integers(0, 40, (2, 9))
    clicks = rng.binomial(exposures, 0.3)
    fitted = ridge(features, exposures.astype(float), clicks.astype(float), 2.0)
    for g in range(2):
        shown = np.repeat(features, exposures[g], axis=0)
        heard = np.concatenate(
            [np.repeat([1.0, 0.0], [c, n - c]) for c, n in zip(clicks[g], exposures[g], strict=True)]
        )
        penalised = np.vstack([shown, np.sqrt(2.0) * np.eye(4)]), np.concatenate([heard, np.zeros(4)])
        weights = np.linalg.lstsq(*penalised, rcond=None)[0]
        assert np.allclose(fitted.weights[g], weights)
        assert np.allclose(estimates(fitted, features)[g], features @ weights)
        gram = penalised[0].T @ penalised[0]
        spread = [np.sqrt(0.3 * 0.7 * x @ np.linalg.solve(gram, x)) for x in features]
        assert np.allclose(upper_bounds(fitted, features, 0.3)[g], features @ weights + OPTIMISM * np.array(spread))


def test_optimism_is_that_of_the_paper():
    assert pytest.approx(1.0 + np.sqrt(np.log(2 / 0.05) / 2)) == OPTIMISM


def test_the_linear_bandit_retrains_on_its_own_counts():
    loop, (features, _) = run_loop(replace(NEWS, groups=2), 86), known_features(replace(NEWS, groups=2), 86)
    exposures, clicks = np.cumsum(loop.exploited.exposures, axis=0), np.cumsum(loop.exploited.clicks, axis=0)
    for t in range(1, 6):
        for g in range(2):
            root = np.sqrt(exposures[t - 1, g])
            known = np.vstack([features * root[:, None], np.eye(16)])
            rate = np.divide(clicks[t - 1, g], root, out=np.zeros(400), where=root > 0)
            weights = np.linalg.lstsq(known, np.concatenate([rate, np.zeros(16)]), rcond=None)[0]
            leverage = np.einsum("kd,de,ke->k", features, np.linalg.inv(known.T @ known), features)
            bound = features @ weights + OPTIMISM * np.sqrt(0.08 * 0.92 * leverage)
            assert np.allclose(loop.policies[t, g], rank_weights(bound[None, :], 20)[0])
            assert np.allclose(loop.scores[t, g], np.clip(features @ weights, 0.0, 1.0))


def test_features_explain_part_of_the_quality():
    spec = replace(NEWS, items=20_000)
    features, world = known_features(spec, 87)
    quality = np.log(world.rates[0, 0] / (1.0 - world.rates[0, 0]))
    left = quality - features @ np.linalg.lstsq(features, quality, rcond=None)[0]
    assert 1.0 - left.var() / quality.var() == pytest.approx(4 * 0.4**2 / (1 + 3 * 0.4**2), abs=0.02)
    assert known_features(replace(spec, policy="greedy"), 87)[1].features.shape == (20_000, 0)


@pytest.mark.parametrize("seed", [82, 83, 84])
def test_the_linear_bandit_narrows_and_is_not_greedy(seed):
    loop, greedy = run_loop(NEWS, seed), run_loop(replace(NEWS, policy="greedy"), seed)
    assert breadth(loop)[0] > 0.9 * 400
    assert (breadth(loop)[1:] < 20).all()
    new = [loop.exploit[t][loop.exploit[:t].sum(axis=0) < 200].sum() / 50_000 for t in range(1, 6)]
    assert new[-1] < max(new)
    assert (loop.policy[1] * greedy.policy[1] > 0).sum() < 15
    shown = [(each.policies[-1, 0] * each.rates[-1, 0]).sum() for each in (loop, greedy)]
    assert min(shown) > 1.1 * 0.08


def best_five(wins, losses, draws, rng):
    """Share of the draws in which each outcome is among the best five."""
    best = np.argsort(-rng.beta(wins, losses, (draws, len(wins))), axis=1)[:, :5]
    return np.bincount(best.ravel(), minlength=len(wins)) / draws


def test_few_shared_draws_are_as_good_as_many():
    rng = np.random.default_rng(88)
    shown = rng.poisson(15.0, 300)
    wins, losses = 1.0 + rng.binomial(shown, 0.08), 19.0 + shown
    few = [drawn(wins[None, :], losses[None, :], np.ones(300, bool), 5, rng)[0] / 50 for _ in range(60)]
    many = [best_five(wins, losses, 200, rng) for _ in range(60)]
    record = np.unique(np.stack([wins, losses]), axis=1, return_inverse=True)[1]
    truth = best_five(wins, losses, 30_000, rng)
    truth = (np.bincount(record, weights=truth) / np.bincount(record))[record]
    assert np.abs(np.mean(few, axis=0) - truth).sum() < 0.06 * 5.0
    off_few, off_many = (np.abs(each - truth).sum(axis=1).mean() for each in (np.array(few), np.array(many)))
    assert off_few < off_many


def test_thompson_knows_no_difference_where_there_is_none():
    first = run_loop(ModelSpec("m", "thompson", items=900), 89).policy[0]
    assert first == pytest.approx(np.full(900, 1 / 900))


def test_outcomes_out_of_the_catalogue_are_in_no_draw():
    available = np.arange(500) < 300
    found = drawn(np.ones((2, 500)), np.full((2, 500), 9.0), available, 4, np.random.default_rng(90))
    assert found[:, ~available].sum() == 0.0
    assert found.sum(axis=1).tolist() == pytest.approx([200.0, 200.0])


@pytest.mark.parametrize("policy", ["item_knn", "linucb"])
def test_twenty_thousand_outcomes_are_cheap(policy):
    start = perf_counter()
    loop = run_loop(ModelSpec("m", policy, items=20_000, exposures=500_000, groups=16), 91)
    assert loop.exploit.sum() == 3_000_000
    assert perf_counter() - start < 15
