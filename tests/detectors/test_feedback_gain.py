from __future__ import annotations

import numpy as np
import pytest
from counted import Fleet, heard
from written import FILES, audited, finding, simulated, skip

from auditor.config import Settings
from auditor.simulate import ModelSpec

ID = "feedback-gain"
ONLY = Settings(select=(ID,))


@pytest.mark.parametrize("policy", [True, False])
def test_a_loop_that_explores_is_low(policy):
    fleet = Fleet(32)
    for i in range(20):
        world = {"policy": "greedy", "explore": 0.1, "items": 400, "exposures": 20_000}
        fleet.add(ModelSpec(f"m{i}", retrains=5, **world), policy=policy)
    found, _ = heard(fleet.audit(ONLY), ID)

    assert len(found) >= 19
    assert {each.severity for each in found.values()} == {"low"}


def test_luck_that_is_chased_where_everything_is_fed_is_low():
    fleet = Fleet(33)
    for i in range(10):
        fleet.add(ModelSpec(f"m{i}", "polya", exposures=60_000, items=400, retrains=4, memory="all", smoothing=5.0))
    outcome = fleet.audit(ONLY)
    found, _ = heard(outcome, ID)

    assert all(row["exploration"] is None for row in outcome.measures[ID].values())
    assert {each.severity for each in found.values()} == {"low"}


def promoted(seed: int, explored: int):
    """Exposure goes up and down by itself; what will be shown more is first given better places, and liked more."""
    rng = np.random.default_rng(seed)
    pushed = np.exp(rng.normal(0, 0.5, (4, 300)))
    rates = 0.08 * np.exp(rng.normal(0, 0.3, 300))
    exploit = np.stack([rng.multinomial(60_000, each / each.sum()) for each in pushed[:3]])
    own = rng.binomial(exploit, np.clip(rates * (pushed[1:] / pushed[:3]) ** 0.4, 0, 1))
    explore = rng.multinomial(explored, np.full(300, 1 / 300), 3) if explored else exploit * 0
    return exploit + explore, own, explore, rng.binomial(explore, rates)


def heard_of_promotions(explored: int):
    fleet = Fleet()
    for seed in range(15):
        exposures, own, explore, outside = promoted(seed, explored)
        marked = {"explore": explore, "clicks_outside": outside} if explored else {}
        fleet.add_counts(f"m{seed}", exposures, own + outside, **marked)
    return fleet.audit(ONLY)


def test_randomised_rows_clear_a_model_whose_rates_hang_on_its_places():
    own_alone, both = heard_of_promotions(0), heard_of_promotions(60_000)

    assert len(heard(own_alone, ID)[0]) == 15
    assert all(row["gain_low"] > 0.1 for row in both.measures[ID].values())
    assert abs(np.mean([row["gain_explore"] for row in both.measures[ID].values()])) < 0.03
    assert not heard(both, ID)[0]


def test_randomised_rows_convict_a_model_that_chases_their_luck():
    fleet = Fleet(34)
    fleet.add(ModelSpec("m", "polya", exposures=60_000, items=300, retrains=5, explore=0.3), policy=True)
    found, _ = heard(fleet.audit(ONLY), ID)

    assert "luck on randomised rows multiplies" in found["m"].title


def test_what_is_said_of_a_loop():
    fleet = Fleet(35)
    fleet.add(ModelSpec("m", "polya", exposures=20_000, items=200, retrains=5, exponent=2.0))
    outcome = fleet.audit(ONLY)
    found, measures = heard(outcome, ID)[0]["m"], outcome.measures[ID]["m"]
    evidence = found.evidence[0]

    assert found.title == (
        f"one standard deviation of luck multiplies an outcome's exposure in the next retrain by "
        f"{np.exp(measures['gain']):.2f}"
    )
    assert (evidence.value, evidence.null, evidence.n) == (measures["gain"], 0.0, measures["gain_outcomes"])
    assert (evidence.low, evidence.high) == (measures["gain_low"], measures["gain_high"])
    assert found.confidence == "high"


def drawn(retrains: int, items: int = 60, clicks: float = 0.1, volume: int = 6_000):
    rng = np.random.default_rng(16)
    exposures = rng.multinomial(volume, np.full(items, 1 / items), retrains)
    return Fleet().add_counts("m", exposures, rng.binomial(exposures, clicks)).audit(ONLY)


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ({"retrains": 1}, "1 retrain, needs 3: luck in one is told by the rate in the others"),
        ({"retrains": 2}, "2 retrains, needs 3: luck in one is told by the rate in the others"),
        ({"retrains": 4, "clicks": 0.0}, "no feedback was matched to exposures, and luck is in feedback"),
        ({"retrains": 4, "items": 12}, "12 outcomes with known luck, needs 20"),
        ({"retrains": 3, "volume": 330}, "needs 20: shown 10 times in a retrain, shown in another, and with feedback"),
        ({"retrains": 4, "items": 1}, "1 outcome with known luck, needs 20"),
    ],
)
def test_too_little_is_skipped_with_the_reason(log, reason):
    found, skipped = heard(drawn(**log), ID)

    assert not found
    assert reason in skipped["m"].reason


def test_new_outcomes_without_dates_are_skipped():
    fleet = Fleet(36)
    fleet.add(ModelSpec("m", "polya", exposures=20_000, items=200, retrains=5, turnover=0.2, smoothing=3.0))
    found, skipped = heard(fleet.audit(ONLY), ID)

    assert not found
    assert "never shown before" in skipped["m"].reason
    assert "`available_from`" in skipped["m"].unlock


LOOP = ModelSpec("feed", "polya", exposures=8_000, items=100, retrains=5, exponent=1.3, memory="last")
SOUND = ModelSpec("feed", "popularity", exposures=8_000, items=100, retrains=5)


def test_whole_log_of_a_loop(tmp_path):
    report = audited(simulated(tmp_path / "log", LOOP))

    assert finding(report, ID).severity == "medium"
    assert report.models[0].measures[ID]["gain_low"] > 0.1


def test_whole_log_of_a_stable_policy(tmp_path):
    report = audited(simulated(tmp_path / "log", SOUND))

    assert finding(report, ID) is None
    assert skip(report, ID) is None
    assert abs(report.models[0].measures[ID]["gain"]) < 0.06


def test_without_timestamps_retrains_have_no_order(tmp_path):
    report = audited(simulated(tmp_path / "log", LOOP, drop=("timestamp",)))

    assert skip(report, ID).reason == "the exposures log has no `timestamp`: retrains have no order"


def test_without_a_feedback_log_nothing_is_said_of_luck(tmp_path):
    folder = simulated(tmp_path / "log", LOOP)
    (folder / FILES["feedback"]).unlink()

    assert skip(audited(folder), ID).reason == "no feedback was matched to exposures, and luck is in feedback"


def test_two_actions_are_too_few_to_tell(tmp_path):
    report = audited(simulated(tmp_path / "log", ModelSpec("credit", "approval", exposures=3_000, retrains=4)))

    assert "needs 20: shown 10 times in a retrain, labelled in another" in skip(report, ID).reason
