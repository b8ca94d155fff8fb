from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t
from worth_logs import Counts, drawn, events, rows, shop, together
from written import audited, finding, skip, write

ID = "proxy-divergence"
ITEMS, RETRAINS = 60, 4
SEEDS = range(40, 50)
BAIT = np.arange(ITEMS) % 2 == 0
STEPS = np.arange(RETRAINS)[:, None]


def appeal(seed):
    """Click rates and purchases a click: bait is clicked three times as often and bought a fifth as often."""
    rng = np.random.default_rng([seed, 1])
    clicks = np.where(BAIT, 0.15, 0.05) * rng.lognormal(0, 0.3, ITEMS)
    return clicks, np.where(BAIT, 0.12, 0.6) * rng.lognormal(0, 0.3, ITEMS)


def towards(chosen, pull):
    return 1 + np.where(chosen, pull * STEPS, 0.0)


def clickbait(seed):
    return drawn(seed, towards(BAIT, 2.0), *appeal(seed), volume=12_000)


def slight_clickbait(seed):
    """What is clicked more is bought half as often, and yet exposures bring no less."""
    clicks, _ = appeal(seed)
    return drawn(seed, towards(BAIT, 1.0), clicks, np.where(BAIT, 0.3, 0.6), volume=16_000)


def fixed(seed):
    return drawn(seed, np.ones((RETRAINS, ITEMS)), *appeal(seed))


def season(seed):
    """Purchases halve within all outcomes alike while more is clicked, and exposure moves at random."""
    clicks, worth = appeal(seed)
    shares = np.random.default_rng([seed, 2]).lognormal(0, 0.5, (RETRAINS, ITEMS))
    return drawn(seed, shares, clicks * 1.15**STEPS, worth * 0.8**STEPS)


def still_to_come(seed):
    """Most purchases of the last retrain are not in the log yet."""
    clicks, worth = appeal(seed)
    return drawn(
        seed, towards(np.arange(ITEMS) % 3 == 0, 0.5), clicks * 1.1**STEPS, worth * np.array([[1], [1], [1], [0.4]])
    )


def better(seed):
    """Exposure moves to what is clicked more and bought more."""
    clicks, worth = appeal(seed)
    return drawn(seed, towards(BAIT, 2.0), clicks, worth[::-1])


def unrelated(seed):
    """What is clicked more is worth neither more nor less."""
    rng = np.random.default_rng([seed, 3])
    clicks = rng.lognormal(np.log(0.07), 0.6, ITEMS)
    return drawn(seed, (clicks / 0.07) ** STEPS, clicks, rng.lognormal(np.log(0.2), 0.5, ITEMS))


def fewer_clicks(seed):
    """Exposure moves to what is bought less, and clicked less too."""
    rng = np.random.default_rng([seed, 4])
    return drawn(
        seed, towards(BAIT, 2.0), np.where(BAIT, 0.05, 0.12), np.where(BAIT, 0.2, 0.6) * rng.lognormal(0, 0.2, ITEMS)
    )


HEALTHY = [fixed, season, still_to_come, better, unrelated, fewer_clicks]


def told(folder, kinds):
    logs = [shop(f"{kind.__name__}-{seed}", kind(seed)) for kind in kinds for seed in SEEDS]
    exposures, feedback = (together(*parts) for parts in zip(*logs, strict=True))
    return audited(write(folder, exposures=exposures, feedback=feedback), select=(ID,))


@pytest.fixture(scope="module")
def healthy(tmp_path_factory):
    return told(tmp_path_factory.mktemp("log"), HEALTHY)


@pytest.fixture(scope="module")
def diverging(tmp_path_factory):
    return told(tmp_path_factory.mktemp("log"), [clickbait, slight_clickbait])


def found(report, kind):
    named = {each.model_id: each for each in report.findings if each.detector == ID}
    return [named[f"{kind}-{seed}"] for seed in SEEDS if f"{kind}-{seed}" in named]


@pytest.mark.parametrize("kind", [each.__name__ for each in HEALTHY])
def test_healthy_models_raise_at_most_one_low_finding_in_ten(healthy, kind):
    alarms = found(healthy, kind)

    assert {each.severity for each in alarms} <= {"low"}
    assert len(alarms) <= 1
    assert not [each for each in healthy.skips if each.detector == ID and each.model_id.startswith(kind)]


def test_clickbait_is_medium(diverging):
    alarms = found(diverging, "clickbait")

    assert [each.severity for each in alarms] == ["medium"] * len(SEEDS)
    for each in alarms:
        assert each.title.startswith("clicks per exposure rose by ")
        assert "while 'purchase' per click fell by " in each.title
        assert each.evidence[0].low > 1
        assert max(evidence.high for evidence in each.evidence[1:]) < 1


def test_clicks_of_slightly_less_worth_are_low_where_exposures_bring_no_less(diverging):
    severities = [each.severity for each in found(diverging, "slight_clickbait")]

    assert set(severities) == {"low"}
    assert len(severities) >= 8


def test_a_season_lowers_value_within_outcomes_alone(healthy):
    measures = [model.measures[ID] for model in healthy.models if model.model_id.startswith("season-")]

    assert all(row["per_click_high"] < 1 < row["click_rate_low"] for row in measures)
    assert np.mean([row["per_click_mix"] for row in measures]) == pytest.approx(1, abs=0.05)
    assert np.mean([row["per_click"] for row in measures]) == pytest.approx(0.8**3, rel=0.05)


def rates(first, last):
    """Logs of the changes of click rate, value per click and value per exposure, and of their mixes."""
    (e0, c0, v0), (e1, c1, v1) = first, last
    shown = e0 + e1 > 0
    weights = [np.where(shown, each / np.maximum(e0 + e1, 1), 0) for each in (e0, e1)]
    crude = np.log([c1.sum() / e1.sum() / (c0.sum() / e0.sum()), v1.sum() / c1.sum() / (v0.sum() / c0.sum())])
    clicks, value = (np.log((now * weights[0]).sum() / (then * weights[1]).sum()) for then, now in ((c0, c1), (v0, v1)))
    within = np.array([clicks, value - clicks])
    changes = np.array([*crude, crude.sum()])
    return np.array([*changes, *(changes - np.array([*within, value]))])


NAMES = ["click_rate", "per_click", "per_exposure"]


@pytest.mark.parametrize("kind", [fixed, season, better, fewer_clicks])
def test_changes_their_mix_and_their_errors_are_those_counted_by_hand(healthy, kind):
    counts = kind(SEEDS[0])
    measures = next(each.measures[ID] for each in healthy.models if each.model_id == f"{kind.__name__}-{SEEDS[0]}")
    ends = [np.stack([table[at] for table in (counts.exposures, counts.clicks, counts.purchases)]) for at in (0, -1)]
    logs = rates(*ends)
    left_out = np.array([rates(*(np.delete(end, i, axis=1) for end in ends)) for i in range(ITEMS)])
    effective = min(end[1].sum() ** 2 / (end[1] ** 2).sum() for end in ends)
    errors = np.sqrt((ITEMS - 1) ** 2 / ITEMS * left_out.var(axis=0, ddof=1) * effective / (effective - 1))
    names = [*NAMES, *(f"{name}_mix" for name in NAMES)]

    assert [measures[name] for name in names] == pytest.approx(np.exp(logs))
    assert [measures[f"{name}_error"] for name in names] == pytest.approx(errors, rel=0.1)
    assert measures["freedom"] == int(effective) - 1
    reach = t.ppf(0.975, measures["freedom"]) * measures["per_click_mix_error"]
    assert measures["per_click_mix_high"] == pytest.approx(np.exp(logs[4] + reach), rel=1e-3)
    assert measures["events"] == min(end[2].sum() for end in ends)


def told_of(tmp_path, exposures, feedback=None, **settings):
    logs = {} if feedback is None else {"feedback": feedback}
    return audited(write(tmp_path / "log", exposures=exposures, **logs), select=(ID,), **settings)


def seconds(exposures, clicked, seed=5):
    """Time spent on what was clicked: bait is left at once."""
    rng = np.random.default_rng(seed)
    return rng.gamma(2.0, np.where(exposures["item_id"][clicked] % 2 == 0, 5.0, 40.0))


def test_time_spent_is_summed(tmp_path):
    exposures, clicked, _ = rows("m", clickbait(50))
    spent = seconds(exposures, clicked)
    report = told_of(
        tmp_path, exposures, together(events(exposures, clicked, "click"), events(exposures, clicked, "dwell", spent))
    )
    first = exposures["model_version"][clicked] == "v0"

    assert finding(report, ID).severity == "medium"
    assert "'dwell' per click" in finding(report, ID).title
    assert report.models[0].measures[ID]["per_click_first"] == pytest.approx(spent[first].mean())


def test_value_of_the_clicks_themselves_counts(tmp_path):
    exposures, clicked, _ = rows("m", clickbait(51))
    report = told_of(tmp_path, exposures, events(exposures, clicked, "click", seconds(exposures, clicked)))

    assert finding(report, ID).severity == "medium"
    assert "while value per click fell by" in finding(report, ID).title


def test_reward_of_the_exposures_counts(tmp_path):
    exposures, clicked, _ = rows("m", clickbait(52))
    reward = np.zeros(len(clicked))
    reward[clicked] = seconds(exposures, clicked)
    report = told_of(tmp_path, {**exposures, "reward": reward})

    assert finding(report, ID).severity == "medium"


def test_purchases_count_before_values_and_whatever_their_price(tmp_path):
    exposures, clicked, bought = rows("m", clickbait(53))
    price = np.random.default_rng(5).lognormal(3, 1, int(bought.sum()))
    feedback = together(events(exposures, clicked, "click", np.where(exposures["item_id"][clicked] % 2 == 0, 9.0, 3.0)),
                        events(exposures, bought, "purchase", price))  # fmt: skip
    measures = told_of(tmp_path, exposures, feedback).models[0].measures[ID]
    first = exposures["model_version"] == "v0"

    assert measures["event"] == "purchase"
    assert measures["per_click_first"] == pytest.approx(bought[first].sum() / clicked[first].sum())


def test_what_speaks_against_a_click_is_no_value_of_it(tmp_path):
    exposures, clicked, bought = rows("m", clickbait(54))
    feedback = together(events(exposures, clicked, "click"), events(exposures, bought, "hide"))

    assert skip(told_of(tmp_path, exposures, feedback), ID).reason.startswith("what a click is worth is not known")


def test_randomised_rows_are_not_the_models_own(tmp_path):
    own, random = rows("m", fixed(55)), rows("m", clickbait(55))
    random[0]["request_id"] = np.char.add("x", random[0]["request_id"])
    exposures = together({**own[0], "policy": np.full(len(own[1]), "exploit")},
                         {**random[0], "policy": np.full(len(random[1]), "explore")})  # fmt: skip
    clicked, bought = (np.concatenate([own[i], random[i]]) for i in (1, 2))
    feedback = together(events(exposures, clicked, "click"), events(exposures, bought, "purchase"))
    measures = told_of(tmp_path, exposures, feedback).models[0].measures[ID]

    assert measures["click_rate_low"] < 1 < measures["click_rate_high"]
    assert measures["click_rate_first"] == pytest.approx(fixed(55).clicks[0].sum() / 6_000)


def test_many_retrains_are_pooled_into_eight_spans(tmp_path):
    steps = np.arange(16)[:, None]
    counts = drawn(56, 1 + np.where(BAIT, 0.5 * steps, 0), *appeal(56), volume=6_000)
    report = told_of(tmp_path, *shop("m", counts))

    assert finding(report, ID).severity == "medium"
    assert report.models[0].measures[ID]["events"] == min(counts.purchases[:2].sum(), counts.purchases[-2:].sum())


def test_a_fall_in_the_last_retrain_alone_is_low(tmp_path):
    shares = 1 + np.where(BAIT, 4.0 * np.array([0, 0.6, 0.6, 0, 0, 1])[:, None], 0)
    report = told_of(tmp_path, *shop("m", drawn(57, shares, *appeal(57), volume=12_000)))

    assert finding(report, ID).severity == "low"
    assert finding(report, ID).evidence[3].high < 1


def few(counts, share):
    rng = np.random.default_rng(1)
    return Counts(counts.exposures, counts.clicks, rng.binomial(counts.purchases, share))


def alone(counts):
    return Counts(*(table[:1] for table in (counts.exposures, counts.clicks, counts.purchases)))


def one_for_all():
    shares = np.array([[1.0, 0, 1], [1, 0, 1]])
    return drawn(58, np.repeat(shares, 4, axis=1), np.full((2, 12), 0.1), np.full((2, 12), 0.3))


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        (alone(clickbait(59)), "1 retrain, needs 2"),
        (few(clickbait(59), 0.1), "events of value in the first or last retrain, needs 50"),
        (one_for_all(), "8 outcomes with clicks in the first and last retrain, needs 10"),
    ],
    ids=["one retrain", "few events", "few outcomes"],
)
def test_what_cannot_be_told_is_skipped(tmp_path, counts, reason):
    report = told_of(tmp_path, *shop("m", counts))

    assert finding(report, ID) is None
    assert skip(report, ID).reason.endswith(reason)


def test_clicks_on_nearly_one_outcome_are_skipped(tmp_path):
    shares = np.ones((2, 20))
    shares[1, 0] = 2_000
    report = told_of(tmp_path, *shop("m", drawn(60, shares, np.full((2, 20), 0.3), np.full((2, 20), 0.3))))

    assert skip(report, ID).reason == "nearly all clicks lie on one outcome"


@pytest.mark.parametrize("joined", [True, False])
def test_clicks_alone_are_skipped(tmp_path, joined):
    exposures, clicked, _ = rows("m", clickbait(61))
    logs = (
        ({**exposures, "clicked": clicked.astype(int)},) if joined else (exposures, events(exposures, clicked, "click"))
    )
    skipped = skip(told_of(tmp_path, *logs), ID)

    assert skipped.reason == (
        "what a click is worth is not known: feedback has no second event, and no `value` but 0 and 1"
    )
    assert "purchases" in skipped.unlock


def test_labels_are_skipped(tmp_path):
    exposures, clicked, _ = rows("m", clickbait(62))
    feedback = events(exposures, BAIT[exposures["item_id"]], "label", clicked[BAIT[exposures["item_id"]]].astype(float))

    assert skip(told_of(tmp_path, exposures, feedback), ID).reason == "feedback is a label, not a click"


def test_numbers_of_classes_are_no_value(tmp_path):
    exposures, clicked, _ = rows("m", clickbait(65))
    classes = np.where(clicked, exposures["item_id"], ITEMS) + 1.0
    told = np.arange(len(clicked)) % 2 == 0
    labels = events(exposures, told, "label", classes[told])
    report = told_of(tmp_path, exposures, {**labels, "label_source": np.full(told.sum(), "human")})

    assert skip(report, ID).reason.startswith("what a click is worth is not known")


def test_a_log_without_feedback_is_skipped(tmp_path):
    exposures, _, _ = rows("m", clickbait(63))

    assert skip(told_of(tmp_path, exposures), ID).reason.startswith("what a click is worth is not known")


def test_values_that_come_to_less_than_nothing_are_skipped(tmp_path):
    exposures, clicked, _ = rows("m", clickbait(64))
    feedback = events(exposures, clicked, "click", 1 - seconds(exposures, clicked))

    assert skip(told_of(tmp_path, exposures, feedback), ID) is not None
