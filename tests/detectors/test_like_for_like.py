"""Own exposures beside randomised ones of the same outcomes, out of the log alone."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from counted import Fleet, heard
from random_fleet import random_fleet
from written import audited, finding, simulated, skip

from auditor.config import Settings
from auditor.simulate import ModelSpec

ID = "evaluation-gap"
ALONE = Settings(select=(ID,))
EXPLORED = ["explored", "long"]


@pytest.fixture(scope="module")
def random():
    fleet, truth = random_fleet()
    return fleet.rollups(), fleet.audit(ALONE).measures[ID], truth


def sides(known, t):
    """Own exposures and clicks of each outcome in one retrain, then random ones."""
    return known.exploit[t], known.clicks[t] - known.outside[t], known.explore[t], known.outside[t]


@pytest.mark.parametrize("name", EXPLORED)
def test_random_rates_are_weighted_by_what_the_model_shows(random, name):
    rollups, _, truth = random
    model = list(truth).index(name)
    rows = rollups.frame("own_and_random").filter(model=model).sort("retrain").to_dicts()
    for t, row in enumerate(rows):
        own, own_clicks, rand, rand_clicks = sides(truth[name], t)
        both = (own > 0) & (rand > 0)
        rate = (own_clicks + rand_clicks)[both] / (own + rand)[both]
        assert (row["own"], row["own_clicks"]) == (own.sum(), own_clicks.sum())
        assert (row["random"], row["random_clicks"]) == (rand.sum(), rand_clicks.sum())
        assert (row["shared"], row["shared_clicks"]) == (own[both].sum(), own_clicks[both].sum())
        assert row["expected"] == pytest.approx((own[both] * rand_clicks[both] / rand[both]).sum())
        assert row["own_noise"] == pytest.approx((own[both] * rate * (1 - rate)).sum())
        assert row["random_noise"] == pytest.approx((own[both] ** 2 / rand[both] * rate * (1 - rate)).sum())
        assert row["reach"] == pytest.approx((own[both] ** 2 / rand[both]).sum())


def centred(exposures, clicks, weight):
    """Rates over their weighted mean, less 1, and squares of that without the noise of counting."""
    rate, square = clicks / exposures, clicks * (clicks - 1) / (exposures * (exposures - 1))
    mean = np.average(rate, weights=weight)
    bias = (weight**2 * (rate**2 - square)).sum() / weight.sum() ** 2
    return rate / mean - 1, (square - 2 * rate * mean + mean**2 + bias) / mean**2


@pytest.mark.parametrize("name", EXPLORED)
def test_carry_is_the_covariance_over_the_variance_without_noise(random, name):
    _, measures, truth = random
    known = truth[name]
    cross, own_side = defaultdict(float), defaultdict(float)
    for t in range(len(known.exploit)):
        own, own_clicks, rand, rand_clicks = sides(known, t)
        kept = np.flatnonzero((own > 1) & (rand > 1))
        weight = 1 / (1 / own[kept] + 1 / rand[kept])
        if not own_clicks[kept].any() or not rand_clicks[kept].any():
            continue
        a, a_square = centred(own[kept], own_clicks[kept], weight)
        b, _ = centred(rand[kept], rand_clicks[kept], weight)
        for item, x, y in zip(kept, weight * a * b, weight * a_square, strict=True):
            cross[item] += x
            own_side[item] += y
    x, y = np.array(list(cross.values())), np.array(list(own_side.values()))
    assert measures[name]["shared_outcomes"] == len(x)
    if y.sum() <= 0:
        assert measures[name]["carry"] is None
        return
    carry = x.sum() / y.sum()
    error = np.sqrt(len(x) / (len(x) - 1) * ((x - carry * y) ** 2).sum()) / y.sum()

    assert measures[name]["carry"] == pytest.approx(carry)
    assert measures[name]["carry_high"] == pytest.approx(carry + 1.96 * error)
    assert measures[name]["carry_low"] == pytest.approx(carry - 1.96 * error)
    assert measures[name]["own_spread"] == pytest.approx(y.sum() / np.sqrt((y**2).sum()))


MODELS = 20


def planted(seed, *, exposures=400_000, retrains=6, items=200, up=0.0, down=0.0, carry=1.0, season=0.0):
    """Models whose own rates rise by `up` a retrain as those of random rows fall by `down`; rates agree by `carry`."""
    rng = np.random.default_rng(seed)
    fleet, t = Fleet(seed), np.arange(retrains)
    tide = 0.05 * (1 + season * np.sin(np.pi * t / 2))
    for i in range(MODELS):
        taste, other = rng.normal(size=(2, items))
        there = np.exp(0.4 * (carry * taste + np.sqrt(1 - carry**2) * other))
        shares = rng.permutation(1 / np.arange(1, items + 1))
        own = rng.multinomial(round(0.9 * exposures), shares / shares.sum(), retrains)
        rand = rng.multinomial(round(0.1 * exposures), np.full(items, 1 / items), retrains)
        clicks = rng.binomial(own, np.clip(np.outer(tide * (1 + up) ** t, np.exp(0.4 * taste)), 0, 0.9))
        outside = rng.binomial(rand, np.clip(np.outer(tide * (1 - down) ** t, there), 0, 0.9))
        fleet.add_counts(f"m{i}", own + rand, clicks + outside, explore=rand, clicks_outside=outside)
    return heard(fleet.audit(ALONE), ID)


def test_rates_that_part_are_found():
    found, skipped = planted(81, exposures=2_000_000, up=0.08, down=0.08)

    assert not skipped
    assert [each.severity for each in found.values()].count("medium") >= 0.9 * MODELS
    assert "while random rows of the same outcomes fell by" in found["m0"].title


def test_a_mismatch_that_grows_in_a_season_is_low():
    found, _ = planted(82, exposures=2_000_000, up=0.1, season=0.3)

    assert len(found) >= 0.9 * MODELS
    assert {each.severity for each in found.values()} == {"low"}
    assert "parted from that of random rows of the same outcomes by" in found["m0"].title


def test_a_season_alone_parts_nothing():
    found, skipped = planted(83, season=0.4)

    assert not found
    assert not skipped


@pytest.mark.parametrize(("carry", "share"), [(0.0, 0.6), (-1.0, 0.8)])
def test_rates_that_do_not_carry_over_are_low(carry, share):
    found, _ = planted(84, carry=carry)

    assert len(found) >= share * MODELS
    assert {each.severity for each in found.values()} == {"low"}
    assert "an outcome that does 10% better on own exposures does" in next(iter(found.values())).title


def test_rates_that_carry_over_by_half_are_not_found():
    assert not planted(85, carry=0.5)[0]


HEALTHY = {
    "greedy": {"policy": "greedy"},
    "all its past": {"policy": "greedy", "memory": "all", "seasonality": 0.3},
    "urn": {"policy": "polya", "drift": 0.1},
    "bandit": {"policy": "thompson"},
    "tastes": {"policy": "collaborative", "groups": 8},
    "quality": {"policy": "quality", "drift": 0.2, "seasonality": 0.3},
    "popular": {"policy": "popularity", "growth": 0.3},
    "uniform": {"policy": "uniform", "turnover": 0.1},
}


@pytest.mark.parametrize("exposures", [20_000, 300_000])
def test_models_that_are_better_than_random_are_not_found_for_it(exposures):
    fleet = Fleet(86)
    for kind, world in HEALTHY.items():
        for i in range(MODELS):
            spec = ModelSpec(f"{kind}/{i}", exposures=exposures, items=200, retrains=6, explore=0.1, **world)
            fleet.add(spec, policy=True)
    outcome = fleet.audit(ALONE)
    found, _ = heard(outcome, ID)
    lift = [row["lift"] for name, row in outcome.measures[ID].items() if name.startswith("all") and row["lift"]]

    assert not found
    assert min(lift) > 1.2


def test_whole_log_says_how_far_own_rates_are_above_random_ones(tmp_path):
    spec = ModelSpec("feed", "greedy", exposures=20_000, items=40, retrains=4, explore=0.2, log_policy=True)
    report = audited(simulated(tmp_path / "log", spec), select=(ID,))
    measures = report.models[0].measures[ID]

    assert finding(report, ID) is None
    assert skip(report, ID) is None
    assert measures["lift_low"] > 1.1
    assert measures["mismatch_low"] < 1 < measures["mismatch_high"]


def test_without_a_policy_column_there_is_nothing_to_compare_with(tmp_path):
    spec = ModelSpec("feed", "greedy", exposures=2_000, items=40, retrains=4, explore=0.2)
    report = audited(simulated(tmp_path / "log", spec), select=(ID,))
    reason = "no metrics of it; no explore or holdout rows to hold its own exposures against"

    assert skip(report, ID).reason == reason
    assert skip(report, ID).unlock == "a metrics log, or a `policy` column"


def test_labels_are_not_counted_by_policy(tmp_path):
    spec = ModelSpec("credit", "approval", exposures=3_000, retrains=4, explore=0.1, log_policy=True)
    report = audited(simulated(tmp_path / "log", spec), select=(ID,))

    assert skip(report, ID).reason == "no metrics of it; its feedback are labels, which are not counted by policy"
