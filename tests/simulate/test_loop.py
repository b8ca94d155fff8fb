"""The loops really retrain on their own feedback, and the counts obey the laws they are drawn from."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pytest
from scipy import stats

from auditor.errors import AuditError
from auditor.simulate import POLICY_DEFAULTS, ModelSpec, run_loop
from auditor.simulate.policies import POLICIES, Seen


def seen(spec, exposures, clicks, available=None):
    shape = np.shape(clicks)
    return Seen(
        spec,
        np.asarray(exposures, float),
        np.asarray(clicks, float),
        np.ones(shape[1], bool) if available is None else np.asarray(available),
        np.full(shape, 0.1),
        np.ones(shape[1]),
        np.random.default_rng(0),
    )


def test_every_policy_has_defaults():
    assert set(POLICIES) == set(POLICY_DEFAULTS)


@pytest.mark.parametrize("policy", POLICY_DEFAULTS)
def test_counts_are_consistent(policy):
    loop = run_loop(ModelSpec("m", policy, exposures=3_000, explore=0.1, items=3, turnover=0.0), 3)
    shape = (6, 3)
    assert loop.exploit.shape == loop.explore.shape == loop.policy.shape == shape
    assert loop.exploit.dtype == np.int64
    assert ((loop.exploit + loop.explore).sum(axis=1) == 3_000).all()
    assert np.allclose(loop.policies.sum(axis=2), 1.0)
    for arm in (loop.exploited, loop.explored):
        assert (arm.clicks >= 0).all()
        assert (arm.clicks <= arm.observed).all()
        assert (arm.observed <= arm.exposures).all()
        assert arm.exposures.sum() > arm.clicks.sum() > 0


@pytest.mark.parametrize("policy", POLICY_DEFAULTS)
def test_nothing_is_shown_with_probability_zero_or_outside_the_catalogue(policy):
    items, turnover = (3, 0.0) if policy in {"approval", "classifier"} else (90, 0.2)
    loop = run_loop(ModelSpec("m", policy, items=items, turnover=turnover, top_k=10, explore=0.1), 5)
    assert loop.exploited.exposures[loop.policies == 0.0].sum() == 0
    assert (loop.exploit + loop.explore)[~loop.available].sum() == 0


def test_same_seed_same_loop_and_another_name_another():
    spec = ModelSpec("m", "polya")
    same, other = run_loop(spec, 1), run_loop(ModelSpec("n", "polya"), 1)
    assert (run_loop(spec, 1).exploit == same.exploit).all()
    assert (run_loop(spec, 2).exploit != same.exploit).any()
    assert (other.exploit != same.exploit).any()


def test_greedy_shows_the_best_of_its_own_feedback_by_rank():
    spec = ModelSpec("m", "greedy", top_k=2, click_rate=0.1)
    policy = POLICIES["greedy"](seen(spec, [[100, 100, 100, 0]], [[5, 20, 10, 0]]))[0]
    assert policy[[0, 3]].tolist() == [0.0, 0.0]
    assert policy[1] / policy[2] == pytest.approx(np.log2(3))


def test_greedy_prefers_what_does_passably_to_what_it_never_saw():
    spec = ModelSpec("m", "greedy", top_k=1, click_rate=0.1)
    policy = POLICIES["greedy"](seen(spec, [[0, 200]], [[0, 14]]))[0]
    assert policy.tolist() == [0.0, 1.0]


def test_polya_is_proportional_to_own_clicks_to_the_exponent():
    spec = ModelSpec("m", "polya", exponent=2.0, smoothing=1.0)
    policy = POLICIES["polya"](seen(spec, [[9, 9, 9]], [[0, 1, 3]], [True, True, True]))[0]
    assert policy.tolist() == pytest.approx([1 / 21, 4 / 21, 16 / 21])


def test_polya_without_smoothing_never_returns_to_a_dead_outcome():
    loop = run_loop(ModelSpec("m", "polya", smoothing=0.0, exposures=4_000, items=500), 2)
    clicked = np.cumsum(loop.exploit_clicks, axis=0)[:-1] > 0
    assert (~clicked).any()
    assert loop.exploit[1:][~clicked].sum() == 0


@pytest.mark.parametrize("policy", ["polya", "greedy", "thompson"])
def test_the_next_policy_is_a_function_of_the_feedback(policy):
    spec = ModelSpec("m", policy, items=4, top_k=1, slate=1, click_rate=0.1)
    shown = [[500, 500, 500, 500]]
    one = POLICIES[policy](seen(spec, shown, [[90, 10, 10, 10]]))[0]
    two = POLICIES[policy](seen(spec, shown, [[10, 10, 90, 10]]))[0]
    assert (one.argmax(), two.argmax()) == (0, 2)


def test_last_policy_follows_from_last_feedback_in_a_run():
    spec = ModelSpec("m", "polya", memory="last", smoothing=0.5, exponent=1.3)
    loop = run_loop(spec, 4)
    weights = (loop.exploit_clicks[:-1] + 0.5) ** 1.3
    assert np.allclose(loop.policy[1:], weights / weights.sum(axis=1, keepdims=True))


def test_it_learns_from_randomised_exposures_too():
    loop = run_loop(ModelSpec("m", "polya", explore=0.5, memory="all", smoothing=1.0), 4)
    weights = np.cumsum(loop.exploit_clicks + loop.explore_clicks, axis=0)[:-1] + 1.0
    assert np.allclose(loop.policy[1:], weights / weights.sum(axis=1, keepdims=True))


def test_urn_shares_are_a_martingale():
    spec = [
        ModelSpec(f"urn{i}", "polya", exposures=2_000, items=3, quality_spread=0.0, smoothing=5.0) for i in range(300)
    ]
    shares = np.array([run_loop(s, 11).policy[-1, 0] for s in spec])
    error = shares.std() / np.sqrt(len(shares))
    assert abs(shares.mean() - 1 / 3) < 4 * error
    assert shares.std() > 0.02  # and yet each single urn wanders off


def test_a_warm_greedy_loop_without_exploration_stays_closed():
    spec = ModelSpec("m", "greedy", items=400, warmup=4, click_rate=0.1)
    loop = run_loop(spec, 6)
    assert ((loop.exploit > 0).sum(axis=1) <= spec.top_k).all()
    assert loop.exploit[1:][loop.exploit[:-1] == 0].sum() < 0.02 * loop.exploit[1:].sum()


def test_collaborative_looks_wider_than_any_one_audience():
    spec = ModelSpec("m", "collaborative", items=400, top_k=10, groups=8, warmup=2)
    loop = run_loop(spec, 6)
    shown = (loop.exploited.exposures > 0).sum(axis=2)
    assert (shown <= 10).all()
    assert ((loop.exploit > 0).sum(axis=1) > 25).all()


def test_exploration_is_binomial_and_uniform_over_the_catalogue():
    loop = run_loop(ModelSpec("m", "greedy", exposures=1_000_000, items=200, explore=0.05), 8)
    explored = loop.explore.sum()
    assert stats.binomtest(int(explored), 6_000_000, 0.05).pvalue > 1e-4
    assert stats.chisquare(loop.explore.sum(axis=0)).pvalue > 1e-4


def test_stable_popularity_and_quality_do_not_react_to_feedback():
    for policy in ("uniform", "popularity", "quality"):
        loop = run_loop(ModelSpec("m", policy, items=100), 9)
        assert np.ptp(loop.policy, axis=0).max() < 1e-12


def test_click_rates_are_as_asked_for():
    loop = run_loop(ModelSpec("m", "uniform", click_rate=0.08, quality_spread=1.0, exposures=500_000), 10)
    assert loop.rates.mean() == pytest.approx(0.08, abs=1e-6)
    assert loop.exploit_clicks.sum() / loop.exploit.sum() == pytest.approx(0.08, rel=0.02)


def test_labels_arrive_for_approvals_alone_and_denied_segments_stay_denied():
    loop = run_loop(ModelSpec("m", "approval", items=3, quality_spread=1.5), 12)
    assert loop.exploit[:, 1:].sum() > 0
    assert loop.exploit_observed[:, 1:].sum() == 0
    assert loop.exploit_observed[:, 0].sum() / loop.exploit[:, 0].sum() == pytest.approx(0.97, abs=0.01)
    accepted = loop.policies[:, :, 0] > 0
    assert not accepted[1].all()
    assert not accepted[2:][:, ~accepted[1]].any()


def test_randomised_approvals_are_all_approvals():
    loop = run_loop(ModelSpec("m", "approval", items=3, explore=0.04, exposures=50_000), 13)
    assert loop.explore[:, 1:].sum() == 0
    assert stats.binomtest(int(loop.explore.sum()), 300_000, 0.04).pvalue > 1e-4


def test_growth_seasonality_drift_and_turnover():
    spec = ModelSpec("m", "uniform", growth=0.5, seasonality=0.5, drift=0.3, turnover=0.1, items=100)
    loop = run_loop(spec, 14)
    assert loop.exploit.sum(axis=1).tolist() == [20_000, 30_000, 45_000, 67_500, 101_250, 151_875]
    assert loop.available.sum(axis=1).tolist() == [100] * 6
    assert loop.available.shape == (6, 150)
    assert loop.rates[1].mean() == pytest.approx(0.075, abs=1e-6)
    assert np.abs(np.diff(np.log(loop.rates[[0, 2]]), axis=0)).mean() > 0.1


def test_warm_up_is_not_logged():
    spec = ModelSpec("m", "polya", warmup=3, turnover=0.1, items=50, retrains=4)
    loop = run_loop(spec, 15)
    assert loop.exploit.shape == (4, 65)
    assert loop.available.any(axis=0).all()
    assert np.ptp(loop.policy[0]) > 0


def test_a_large_fleet_and_a_large_model_take_seconds():
    start = perf_counter()
    policies = [policy for policy in POLICY_DEFAULTS if policy != "approval"]
    for i in range(120):
        run_loop(ModelSpec(f"m{i}", policies[i % len(policies)]), 1)
    assert run_loop(ModelSpec("big", "polya", exposures=5_000_000), 1).exploit.sum() == 30_000_000
    assert perf_counter() - start < 30


@pytest.mark.parametrize(
    "bad",
    [
        {"explore": 1.5}, {"click_rate": 1.0}, {"exposures": 0}, {"memory": "some"}, {"name": ""},
        {"users": 3}, {"growth": float("nan")}, {"policy": "approval", "items": 9},
        {"policy": "approval", "turnover": 0.1},
    ],
)  # fmt: skip
def test_values_out_of_range_are_named(bad):
    with pytest.raises(AuditError) as error:
        ModelSpec(**{"name": "m", "policy": "collaborative", **bad})
    assert set(bad) & set(error.value.message.replace(":", " ").split())
    assert error.value.hint


def test_an_unknown_policy_names_the_nearest():
    with pytest.raises(AuditError) as error:
        ModelSpec("m", "gredy")
    assert "'greedy'" in error.value.hint
