from __future__ import annotations

import numpy as np
import pytest
from counted import Fleet, heard

ID = "outcome-starvation"


def closed(shown: int, retrains: int = 4, even: int = 600) -> np.ndarray:
    """The first `shown` of a hundred outcomes, alike, retrain after retrain."""
    exposures = np.zeros((retrains, 100), np.int64)
    exposures[:, :shown] = even * 100 // shown
    return exposures


def heard_of(exposures, **columns):
    outcome = Fleet().add_counts("m", exposures, np.ceil(0.05 * exposures).astype(np.int64), **columns).audit()
    found, skipped = heard(outcome, ID)
    return found.get("m"), skipped.get("m"), outcome.measures[ID]["m"]


def test_starved_and_closed_is_high():
    found, _, measures = heard_of(closed(60))

    assert measures["starved_excess"] == pytest.approx(0.4, abs=1e-6)
    assert measures["exploration"] == 0
    assert found.severity == "high"
    assert found.confidence == "high"
    assert found.title == "40 of 100 outcomes get too few exposures to be learned about, and at most 0.01% of " \
        "exposures explore"  # fmt: skip
    assert {each.name: each.value for each in found.evidence}["outcomes not fed"] == pytest.approx(0.4)


def test_under_a_quarter_of_the_catalogue_is_nothing():
    found, skipped, measures = heard_of(closed(80))

    assert measures["starved_excess"] == pytest.approx(0.2, abs=1e-6)
    assert found is None
    assert skipped is None


def explored(share: float, policy: bool):
    """A closed loop with this share of uniform exposures beside it."""
    rng = np.random.default_rng(2)
    explore = rng.multinomial(round(60_000 * share), np.full(100, 0.01), 4)
    return heard_of(closed(60) + explore, explore=explore if policy else None)


@pytest.mark.parametrize("policy", [True, False])
def test_five_per_cent_of_exploration_is_nothing(policy):
    found, skipped, measures = explored(0.05, policy)

    assert measures["starved_excess"] > 0.39
    assert measures["exploration"] == pytest.approx(0.05 / 1.05, rel=0.1)
    assert found is None
    assert skipped is None


def test_two_per_cent_is_medium_and_one_per_cent_is_high():
    assert explored(0.02, policy=True)[0].severity == "medium"
    assert explored(0.01, policy=True)[0].severity == "high"


def test_policy_column_that_says_exploit_everywhere_says_nothing_of_exploration():
    exposures = closed(60)
    found, _, measures = heard_of(exposures, explore=np.zeros_like(exposures))

    assert measures["exploration_source"] == "implied"
    assert found.severity == "high"


def test_a_tenth_of_the_feedback_from_elsewhere_opens_the_loop():
    exposures = closed(60)
    clicks = np.ceil(0.05 * exposures).astype(np.int64)
    mostly_own = Fleet().add_counts("m", exposures, clicks, clicks_outside=clicks * 0).audit()
    fed = Fleet().add_counts("m", exposures, clicks, clicks_outside=clicks // 5).audit()

    assert heard(mostly_own, ID)[0]["m"].severity == "high"
    assert heard(fed, ID)[0]["m"].severity == "medium"
    assert fed.measures[ID]["m"]["self_sourced"] == pytest.approx(0.8)


def test_single_retrain_is_skipped_unless_its_log_tells_exploration():
    found, skipped, _ = heard_of(closed(60, retrains=1))

    assert found is None
    assert skipped.reason.startswith("40% of the catalogue is unfed in the one retrain")
    assert "`policy`" in skipped.unlock

    rng = np.random.default_rng(2)
    explore = rng.multinomial(600, np.full(100, 0.01), 1)
    assert heard_of(closed(60, retrains=1) + explore, explore=explore)[0].severity == "high"


def test_two_retrains_are_not_called_one():
    launch_then_closed = np.vstack([closed(100, retrains=1), closed(60, retrains=1)])
    found, skipped, measures = heard_of(launch_then_closed)

    assert measures["retrains"] == 2
    assert found is None
    assert "one retrain" not in skipped.reason
    assert "single retrain" not in skipped.reason


def test_two_retrains_that_feed_nearly_all_say_nothing_unless_exploration_is_logged():
    rng = np.random.default_rng(5)
    exposures = rng.multinomial(60_000, np.full(100, 0.01), 3)
    explore = rng.binomial(exposures, 0.05)

    assert "too little was before" in heard_of(exposures[:2])[1].reason
    assert heard_of(exposures[:2], explore=explore[:2])[:2] == (None, None)
    assert heard_of(exposures)[:2] == (None, None)


def narrowing(shares):
    """Half of the outcomes get this share of what an even spread would give them, retrain after retrain."""
    exposures = np.full((len(shares), 2000), 40)
    exposures[:, 1000:] = np.round(40 * np.array(shares))[:, None]
    return exposures


def test_implied_exploration_that_falls_is_medium_only_where_little_is_left():
    falling, measures = heard_of(narrowing([0.4, 0.3, 0.2, 0.1, 0.05]))[::2]
    ample, much = heard_of(narrowing([0.32, 0.31, 0.29, 0.27, 0.2]))[::2]

    assert falling.severity == "medium"
    assert "implied exploration fell" in falling.title
    assert much["implied_fall_high"] < 0.85
    assert much["starved_excess"] > 0.25
    assert measures["implied"] < 0.25 < much["implied"]
    assert ample is None


def turned_over(share: float, new: int = 50):
    """A closed loop without a catalogue log; this share of exposures is on `new` outcomes, others in each retrain."""
    rng = np.random.default_rng(3)
    exposures = np.zeros((4, 400), np.int64)
    exposures[:, :60] = 1000
    exposures[:, 60:200] = rng.binomial(2, 0.5, (4, 140))
    for t in range(4):
        newest = slice(200 + 50 * t, 200 + 50 * t + new)
        exposures[t, newest] = round(60_000 * share / (1 - share) / new)
    return heard_of(exposures, catalogue=False)


def test_outcomes_never_shown_before_make_it_unsure_without_dates():
    found, skipped, measures = turned_over(0.15)

    assert measures["turnover"] == pytest.approx(0.15, abs=0.005)
    assert found is None
    assert skipped.reason.startswith("15% of exposures go to outcomes never shown before")
    assert "`available_from`" in skipped.unlock


def test_a_few_new_outcomes_do_not():
    _, skipped, measures = turned_over(0.05, new=20)

    assert measures["turnover"] == pytest.approx(0.05, abs=0.005)
    assert skipped is None


def test_as_many_new_outcomes_as_half_of_the_unfed_do():
    found, skipped, measures = turned_over(0.05)

    assert measures["newcomers"] == 150
    assert found is None
    assert skipped.reason == "150 outcomes came in since the first retrain, and as many may have left"


def test_under_a_hundred_exposures_in_the_last_retrain_no_verdict():
    _, skipped, _ = heard_of(np.where(closed(10) > 0, 9, 0))

    assert skipped.reason == "90 exposures in the last retrain, needs 100"
    assert skipped.unlock == "a longer export"


def test_exploration_that_is_only_a_label_is_not_believed():
    exposures = closed(60)
    found, _, measures = heard_of(exposures, explore=np.round(0.05 * exposures).astype(np.int64))

    assert measures["logged_exploration"] == pytest.approx(0.05)
    assert found.severity == "high"
    assert found.title.endswith("the 5.0% of exposures logged as exploration hardly reach them")


def test_a_catalogue_of_one_leaves_nothing_to_choose():
    found, skipped, _ = heard_of(np.full((4, 1), 1000))

    assert found is None
    assert skipped.reason == "the log knows of one outcome: there was nothing to choose"


def test_a_version_for_every_row_is_too_little_for_a_verdict():
    exposures = np.zeros((6, 100), np.int64)
    exposures[:, 0] = 1
    _, skipped, _ = heard_of(exposures)

    assert skipped.reason == "1 exposures in the last retrain, needs 100"
