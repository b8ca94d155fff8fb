from __future__ import annotations

import numpy as np
import pytest
from counted import Fleet, heard
from random_fleet import SHAPES, random_fleet
from scipy.stats import entropy, poisson
from written import audited, finding, skip, write

ID = "impression-gini"


@pytest.fixture(scope="module")
def fleet():
    fleet, truth = random_fleet()
    return fleet.audit().measures[ID], truth


def pairwise_gini(counts):
    return np.abs(counts[:, None] - counts[None, :]).sum() / (2 * len(counts) ** 2 * counts.mean())


def poisson_gini(mean):
    values = np.arange(int(mean + 15 * mean**0.5 + 30))
    mass = poisson.pmf(values, mean)
    return np.abs(values[:, None] - values[None, :]) @ mass @ mass / (2 * mean)


@pytest.mark.parametrize("name", SHAPES)
def test_gini_counts_outcomes_never_shown(fleet, name):
    measures, truth = fleet
    last = truth[name].exploit[-1]

    assert (last == 0).any() or name in {"even", "long"}
    assert measures[name]["gini"] == pytest.approx(pairwise_gini(last), abs=1e-9)
    assert measures[name]["catalogue"] == len(last)


@pytest.mark.parametrize("name", SHAPES)
def test_excess_is_taken_over_uniform_exposure_at_the_same_volume(fleet, name):
    measures, truth = fleet
    last = truth[name].exploit[-1]
    null = poisson_gini(last.mean())

    assert measures[name]["gini_null"] == pytest.approx(null, rel=1e-5)
    assert measures[name]["gini_excess"] == pytest.approx((pairwise_gini(last) - null) / (1 - null), abs=1e-6)


@pytest.mark.parametrize("name", SHAPES)
def test_effective_outcomes_and_the_share_on_top(fleet, name):
    measures, truth = fleet
    last = truth[name].exploit[-1]
    n = last.sum()
    top = np.sort(last)[-int(np.ceil(len(last) / 100)) :].sum() / n

    assert measures[name]["effective"] == pytest.approx(np.exp(entropy(last)))
    assert measures[name]["effective_simpson"] == pytest.approx(n**2 / (last**2).sum())
    assert measures[name]["effective_simpson_unbiased"] == pytest.approx(n * (n - 1) / (last * (last - 1)).sum())
    assert measures[name]["top_share"] == pytest.approx(top)


def concentrated(outcomes: int) -> Fleet:
    """`outcomes` of 1,000 are shown, alike: Gini is the share of those that are not."""
    exposures = np.zeros((2, 1000), np.int64)
    exposures[:, :outcomes] = 1_000_000 // outcomes
    return Fleet().add_counts("m", exposures, exposures // 20)


def test_just_over_half_way_to_the_maximum_is_low():
    outcome = concentrated(450).audit()
    found, _ = heard(outcome, ID)

    assert outcome.measures[ID]["m"]["gini"] == pytest.approx(0.55, abs=1e-3)
    assert outcome.measures[ID]["m"]["gini_excess"] == pytest.approx(0.542, abs=1e-3)
    assert found["m"].severity == "low"
    assert "as diverse as 450 of 1,000 outcomes" in found["m"].title


def test_just_under_half_way_is_nothing():
    outcome = concentrated(520).audit()
    found, skipped = heard(outcome, ID)

    assert 0.45 < outcome.measures[ID]["m"]["gini_excess"] < 0.5
    assert not found
    assert not skipped


def propensity_log(rows: int, explored: float):
    """Nearly all on three of sixty outcomes, the rest uniform, with the probabilities that were drawn from."""
    rng = np.random.default_rng(4)
    policy = np.full(60, explored / 60)
    policy[:3] += (1 - explored) / 3
    item = rng.choice(60, rows, p=policy)
    log = {
        "model_id": ["m"] * rows, "item_id": item, "propensity": policy[item],
        "clicked": rng.binomial(1, 0.05, rows),
    }  # fmt: skip
    weight = 1 / policy[item]
    return log, weight.sum() ** 2 / (weight**2).sum()


def test_weak_logged_support_makes_it_medium(tmp_path):
    log, sample = propensity_log(4000, 0.02)
    report = audited(write(tmp_path / "log", exposures=log))

    assert sample < 200
    assert report.models[0].measures[ID]["effective_sample"] == pytest.approx(sample)
    assert finding(report, ID).severity == "medium"
    assert f"4,000 rows are worth {sample:,.0f}" in finding(report, ID).title


def test_small_share_of_effective_rows_is_not_weak_while_there_are_enough(tmp_path):
    log, sample = propensity_log(30000, 0.05)
    report = audited(write(tmp_path / "log", exposures=log))

    assert sample > 1000
    assert sample / 30000 < 0.1
    assert finding(report, ID).severity == "low"


def test_weights_of_five_per_cent_of_uniform_exploration_are_not_weak_at_low_volume(tmp_path):
    log, sample = propensity_log(4000, 0.05)
    report = audited(write(tmp_path / "log", exposures=log))

    assert sample < 1000
    assert sample / 4000 < 0.1
    assert finding(report, ID).severity == "low"


def test_log_of_clicked_exposures_alone_is_skipped_with_the_reason(tmp_path):
    log, _ = propensity_log(4000, 0.02)
    report = audited(write(tmp_path / "log", exposures={**log, "clicked": [1] * 4000}))

    assert finding(report, ID) is None
    assert skip(report, ID).reason.startswith("log-integrity: 100% of requests have feedback")
    assert skip(report, ID).unlock == "an export that holds every exposure"
