from __future__ import annotations

from hashlib import md5

import numpy as np
import pytest
from counted import Fleet, heard
from explored_logs import (
    CATALOGUE,
    ITEMS,
    by_position,
    by_segment,
    honest,
    log_of,
    mixed,
    of_explore_rows_alone,
    softmax,
    table,
    uniform,
    within_the_arm,
)
from scipy.stats import binomtest
from test_open_bandit import write_like_open_bandit
from written import audited, audited_file, finding, skip, write

from auditor.config import Settings

ID = "exploration-support"
CONFIGURED = {"thresholds": {ID: {"configured_share": 0.05}}}


def heard_of(folder, *logs, **settings):
    """Findings and skips by model, and the measures."""
    report = audited(write(folder / "log", exposures=table(*logs), catalogue=CATALOGUE), select=(ID,), **settings)
    found = {each.model_id: each for each in report.findings if each.detector == ID}
    skipped = {each.model_id: each for each in report.skips if each.detector == ID}
    return found, skipped, {each.model_id: each.measures.get(ID) for each in report.models}


def fleet(policy, claim=honest, models=30, **shape):
    return [log_of(policy, claim, seed=1000 + i, name=f"m{i:02}", **shape) for i in range(models)]


HEALTHY = {
    "uniform": (uniform, honest, {}),
    "a few rows": (uniform, honest, {"rows": 400}),
    "5 % exploration": (mixed(0.05), honest, {}),
    "5 % that no column marks": (mixed(0.05), honest, {"marked": False}),
    "10 % exploration": (mixed(0.1), honest, {}),
    "propensities within the arm": (mixed(0.05), within_the_arm, {}),
    "propensities of explore rows alone": (mixed(0.05), of_explore_rows_alone, {}),
    "no propensities": (mixed(0.05), None, {}),
    "soft choices": (softmax(0.8), honest, {}),
    "positions": (by_position, honest, {"rows": 6000}),
    "segments": (by_segment, honest, {"rows": 6000}),
}


@pytest.mark.parametrize("kind", HEALTHY)
def test_true_exploration_is_believed(tmp_path, kind):
    policy, claim, shape = HEALTHY[kind]
    found, skipped, _ = heard_of(tmp_path, *fleet(policy, claim, **shape))

    assert not skipped
    assert {each.severity for each in found.values()} <= {"low"}
    assert len(found) <= 1


def stale(chosen):
    """What the policy of the week before gave, which preferred half as many others."""
    before = np.where((chosen.item >= 5) & (chosen.item < 15), 0.1, 0.0)
    return 0.05 / ITEMS + 0.95 * before


LIES = {
    "one for all": lambda chosen: np.full(len(chosen.item), 1 / ITEMS),
    "of the policy before": stale,
    "of the whole slate": lambda chosen: chosen.chance**3,
}


@pytest.mark.parametrize("kind", LIES)
def test_propensities_of_another_policy_are_found(tmp_path, kind):
    found, _, _ = heard_of(tmp_path, *fleet(mixed(0.05), LIES[kind], rows=2500))

    assert len(found) == 30
    assert {each.severity for each in found.values()} == {"medium"}
    assert all("more than their logged propensities allow" in each.title for each in found.values())


def softened(chosen):
    """The probabilities of a policy that has moved on a little."""
    rng = np.random.default_rng(6)
    chances = np.zeros(ITEMS)
    chances[chosen.item] = chosen.chance
    moved = chances * np.exp(rng.normal(0, 0.6, ITEMS))
    return (moved / moved.sum() * chances.sum())[chosen.item]


def test_excess_is_the_distance_between_the_policies(tmp_path):
    logs = fleet(softmax(1.0), softened, rows=12_000, models=10)
    true = fleet(softmax(1.0), honest, rows=12_000, models=10)
    _, _, measures = heard_of(tmp_path, *logs)
    distances = []
    for log, same in zip(logs, true, strict=True):
        chances, claims = np.zeros(ITEMS), np.zeros(ITEMS)
        chances[same["item_id"]], claims[log["item_id"]] = same["propensity"], log["propensity"]
        distances.append(np.abs(chances - claims).sum() / 2)
    misplaced = [each["misplaced"] for each in measures.values()]

    assert np.mean(misplaced) == pytest.approx(np.mean(distances), abs=0.02)
    assert all(row["misplaced_low"] > 0 for row in measures.values())


def test_propensities_that_are_one_everywhere_are_not_identifiable(tmp_path):
    ones = log_of(mixed(0.05), lambda chosen: np.ones(len(chosen.item)), marked=False)
    contradicted = log_of(mixed(0.05), lambda chosen: np.ones(len(chosen.item)), name="marked")
    found, skipped, _ = heard_of(tmp_path, ones, contradicted)

    assert skipped["m"].reason.startswith("not identifiable: the propensities of all 4,000 rows are 1")
    assert "`policy`" not in skipped["m"].reason
    assert found["marked"].severity == "low"
    assert found["marked"].title.startswith("not identifiable: ")


def of_the_arm(chosen):
    """The probability of exploring, not that of what it chose."""
    return np.where(chosen.explored, 0.05, 0.95)


def half_served(chosen):
    """What a share twice as high would give."""
    return np.where(chosen.explored, 2, 1) * chosen.chance


def test_propensities_that_are_too_high_are_found_where_explore_rows_say_so(tmp_path):
    logs = [log_of(mixed(0.05), of_the_arm, name="arm"), log_of(mixed(0.05), half_served, name="half", rows=20_000)]
    found, _, _ = heard_of(tmp_path, *logs)

    assert {name: each.severity for name, each in found.items()} == {"arm": "low", "half": "low"}
    assert "98% of the choices no chance, or are too high" in found["arm"].title


def test_greedy_choices_leave_others_no_chance(tmp_path):
    found, _, measures = heard_of(tmp_path, log_of(mixed(0.0), marked=False))

    assert measures["m"]["supported"] == pytest.approx(10 / ITEMS)
    assert found["m"].severity == "low"
    assert found["m"].title == "the logged propensities leave 92% of the choices no chance"


def test_weak_support_is_told_by_the_effective_sample_and_the_tail_of_the_weights(tmp_path):
    logs = [log_of(softmax(2.2), name="heavy", rows=6000), log_of(mixed(0.02), name="two", rows=3000),
            log_of(mixed(0.02), name="many", rows=80_000), log_of(mixed(0.05), name="five", rows=3000)]  # fmt: skip
    found, _, measures = heard_of(tmp_path, *logs)

    assert set(found) == {"heavy", "two"}
    assert {each.severity for each in found.values()} == {"low"}
    assert found["two"].title == f"3,000 rows are worth {measures['two']['effective_sample']:,.0f} for judging other " \
        "policies"  # fmt: skip
    assert measures["many"]["effective_sample"] > 1000
    assert measures["five"]["effective_sample"] < 1000


def test_segments_have_an_effective_sample_each(tmp_path):
    explored, thin = log_of(uniform, rows=4000, marked=False), log_of(mixed(0.005), seed=2, rows=5000, marked=False)
    logs = [{**explored, "segment": np.full(4000, "open")}, {**thin, "segment": np.full(5000, "shut")}]
    _, _, measures = heard_of(tmp_path, *logs)
    weight = 1 / thin["propensity"]

    assert (measures["m"]["segments"], measures["m"]["weak_segments"]) == (2, 1)
    assert measures["m"]["weak_rows"] == pytest.approx(5 / 9)
    assert measures["m"]["weakest_sample"] == pytest.approx(weight.sum() ** 2 / (weight**2).sum())


def test_enough_in_all_may_be_too_little_in_each_segment(tmp_path):
    log = log_of(mixed(0.02), rows=80_000)
    found, _, _ = heard_of(tmp_path, {**log, "segment": np.random.default_rng(1).choice(list("abcdefgh"), 80_000)})

    assert found["m"].severity == "low"
    assert found["m"].title == "in 8 of 8 segments the log hardly supports other policies"


def counted(explore):
    """Ten of a hundred outcomes are shown, besides what is explored."""
    exposures = np.zeros((3, 100), np.int64)
    exposures[:, :10] = 2000
    total = exposures + explore
    clicks = np.ceil(0.05 * total).astype(np.int64)
    outcome = Fleet(4).add_counts("m", total, clicks, explore=explore).audit(Settings(select=(ID,)))
    found, skipped = heard(outcome, ID)
    return found.get("m"), skipped.get("m"), outcome.measures[ID]["m"]


def drawn(chances):
    return np.random.default_rng(12).multinomial(1000, chances / chances.sum(), 3)


def test_exploration_that_is_only_a_label_is_found():
    found, _, measures = counted(drawn(np.repeat([1.0, 0.002], [10, 90])))

    assert measures["reach"] < 0.1
    assert found.severity == "medium"
    assert found.title.startswith("explore rows bring the outcomes that the model does not feed")


def test_exploration_of_a_part_of_the_catalogue_is_low():
    found, _, measures = counted(drawn(np.repeat([1.0, 0.0], [60, 40])))

    assert (measures["standing"], measures["reached"]) == (100, 60)
    assert found.severity == "low"
    assert found.title == "explore rows never came to 40 of 100 outcomes; drawn uniformly, 0 would be left"


def test_exploration_piled_on_few_is_low():
    found, _, measures = counted(drawn(np.repeat([30.0, 1.0], [10, 90])[::-1].copy()))

    assert measures["explore_excess"] > 0.5
    assert found.severity == "low"
    assert "explore rows are as diverse as" in found.title


def test_uniform_exploration_is_nothing():
    found, skipped, measures = counted(drawn(np.ones(100)))

    assert measures["reach"] == pytest.approx(1, abs=0.1)
    assert abs(measures["explore_excess"]) < 0.1
    assert (found, skipped) == (None, None)


def test_reach_by_hand():
    explore = drawn(np.arange(1.0, 101.0))
    _, _, measures = counted(explore)
    share = explore[-1, 10:].sum() / explore[-1].sum()
    interval = binomtest(int(explore[-1, 10:].sum()), int(explore[-1].sum())).proportion_ci(method="wilson")

    assert measures["reach"] == pytest.approx(share / 0.9)
    assert (measures["reach_low"], measures["reach_high"]) == pytest.approx((interval.low / 0.9, interval.high / 0.9))


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory):
    log = log_of(mixed(0.08), stale, rows=3000)
    log["user_id"] = np.array([f"u{each}" for each in log["user_id"]])
    _, _, measures = heard_of(tmp_path_factory.mktemp("hand"), log)
    return measures["m"], log


def test_weights_by_hand(by_hand):
    measures, log = by_hand
    weight = 1 / log["propensity"]
    clicked = weight * log["clicked"]
    rate = clicked.sum() / weight.sum()
    error = np.sqrt((weight**2 * (log["clicked"] - rate) ** 2).sum()) / weight.sum()

    assert measures["effective_sample"] == pytest.approx(weight.sum() ** 2 / (weight**2).sum())
    assert measures["heaviest"] == pytest.approx(weight.max() / weight.sum())
    assert measures["tail_weight"] == pytest.approx(np.sort(weight)[-30:].sum() / weight.sum(), rel=0.03)
    assert measures["supported"] == pytest.approx(min(weight.mean() / ITEMS, 1))
    assert measures["uniform_rate"] == pytest.approx(rate)
    assert measures["uniform_rate_high"] - rate == pytest.approx(1.96 * error, rel=1e-3)


def test_misplaced_rows_by_hand(by_hand):
    measures, log = by_hand
    weight = 1 / log["propensity"]
    half = np.array([md5(user.encode()).hexdigest() < "8" for user in log["user_id"]])
    excess, error = 0.0, 0.0
    for picks, counts in ((half, ~half), (~half, half)):
        variance = 0.0
        for item in range(ITEMS):
            mine, theirs = weight[picks & (log["item_id"] == item)], weight[counts & (log["item_id"] == item)]
            if mine.sum() > picks.sum():
                claim = len(mine) / mine.sum()
                excess += claim * (theirs.sum() - counts.sum())
                variance += claim**2 * (theirs**2 - theirs).sum()
        error += variance**0.5

    assert 0.2 < measures["misplaced"] < 0.8
    assert measures["misplaced"] == pytest.approx(excess / 3000)
    assert measures["misplaced_low"] == pytest.approx((excess - 1.96 * error) / 3000)


def test_clicks_of_a_log_of_their_own_are_weighed_too(tmp_path):
    log = {**log_of(mixed(0.2)), "request_id": np.arange(4000)}
    clicked = log.pop("clicked") > 0
    clicks = {"request_id": np.flatnonzero(clicked), "item_id": log["item_id"][clicked]}
    folder = write(tmp_path / "log", exposures=table(log), feedback=clicks, catalogue=CATALOGUE)
    measures = audited(folder).models[0].measures[ID]
    weight = 1 / log["propensity"]

    assert measures["uniform_rate"] == pytest.approx((weight * clicked).sum() / weight.sum())


def by_user(share, seed, rows=12_000, name="m"):
    """Whole users explore, half of them or all of their rows."""
    log = log_of(mixed(0.0), None, seed=seed, rows=rows, name=name)
    chosen = np.random.default_rng(seed).random(rows) < share
    return {**log, "policy": np.where(chosen[log["user_id"]], "explore", "exploit")}


def test_share_of_explore_rows_against_what_is_configured(tmp_path):
    logs = [*(by_user(0.05, i, name=f"same{i:02}") for i in range(40)), by_user(0.0375, 77, name="less"),
            by_user(0.02, 78, name="lost"), by_user(0.0, 79, name="none")]  # fmt: skip
    report = audited(write(tmp_path / "log", exposures=table(*logs)), select=(ID,), **CONFIGURED)
    told = {each.model_id: each for each in report.findings if each.detector == ID and "configured" in each.title}

    assert sum(name.startswith("same") for name in told) <= 1
    assert {name: each.severity for name, each in told.items() if not name.startswith("same")} == {
        "less": "low", "lost": "medium", "none": "medium",
    }  # fmt: skip
    assert told["none"].title == "0.0% of the model's rows explore, and 5.0% are configured to"


def test_error_of_the_share_is_that_of_users(tmp_path):
    log = by_user(0.05, 3)
    _, _, measures = heard_of(tmp_path, log, **CONFIGURED)
    explored = log["policy"] == "explore"
    share = explored.mean()
    sums = [(explored[log["user_id"] == user] - share).sum() for user in np.unique(log["user_id"])]

    assert measures["m"]["explore_share"] == pytest.approx(share)
    assert measures["m"]["explore_share_error"] == pytest.approx((np.square(sums).sum()) ** 0.5 / len(explored))


def test_skipped_without_explore_rows_and_propensities(tmp_path):
    log = log_of(mixed(0.05), None)
    held_out = {**log, "policy": np.where(log["policy"] == "explore", "holdout", "exploit")}
    for name, columns in {"held": held_out, "none": {**log, "policy": np.full(4000, None)}}.items():
        report = audited(write(tmp_path / name, exposures=table(columns), catalogue=CATALOGUE))

        assert finding(report, ID) is None
        assert skip(report, ID).reason == "no row is marked as explored, and none has a propensity"
        assert "`propensity`" in skip(report, ID).unlock


def test_too_little_to_say(tmp_path):
    _, skipped, _ = heard_of(tmp_path, log_of(mixed(0.5), rows=80))
    assert skipped["m"].reason == "80 exposures in the last retrain, needs 100"


def test_log_like_open_bandit(tmp_path):
    for kind in ("uniform", "learned"):
        write_like_open_bandit(tmp_path / f"{kind}.csv.gz", kind)
    uniform_log, learned = (audited_file(tmp_path / f"{kind}.csv.gz") for kind in ("uniform", "learned"))

    assert finding(uniform_log, ID) is None
    assert skip(uniform_log, ID) is None
    assert finding(learned, ID).severity == "low"
    assert "for judging other policies" in finding(learned, ID).title
    assert abs(learned.models[0].measures[ID]["misplaced"]) < 0.05


def explored_in_part(outcomes, share):
    """A model that shows the first outcomes most, and explores these alone; nothing came back."""
    exposures = np.full((3, outcomes), round(8_000 * share / (outcomes - 1)))
    exposures[:, 0] = round(8_000 * (1 - share))
    explore = np.zeros_like(exposures)
    explore[:, 0] = 400
    return heard(Fleet().add_counts("m", exposures, exposures * 0, explore=explore).audit(), ID)


def test_without_feedback_it_is_not_known_whether_a_few_outcomes_could_be_explored():
    decisions, _ = explored_in_part(2, 0.2)
    things, _ = explored_in_part(40, 0.2)

    assert not decisions
    assert things["m"].severity == "medium"
