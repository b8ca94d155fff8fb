from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise

import numpy as np
import pytest
from user_logs import categories, pages, together
from written import audited, finding, skip, write

ID = "user-narrowing"
ITEMS, KINDS, USERS, RETRAINS = 60, 6, 120, 5
SEEDS = range(20, 26)
KIND = np.arange(ITEMS) % KINDS
STEPS = np.arange(RETRAINS)[:, None, None]


def favourites(seed):
    """The favourite category of every user, (1, users, 1), and the outcomes in it, (1, users, items)."""
    rng = np.random.default_rng([seed, 1])
    return KIND[None, None, :] == rng.integers(KINDS, size=USERS)[None, :, None]


def shaped(weights):
    return np.broadcast_to(weights, (RETRAINS, USERS, ITEMS))


def uniform(seed):
    return pages("uniform", seed, shaped(1.0))


def popular(seed):
    return pages("popular", seed, shaped(1 / (1 + np.random.default_rng(seed).permutation(ITEMS))))


def personal(seed):
    return pages("personal", seed, shaped(1 + 6.0 * favourites(seed)))


def busier(seed):
    return pages("busier", seed, shaped(1 + 6.0 * favourites(seed)), mean=4 * 1.4 ** np.arange(RETRAINS))


def joined(seed):
    """Half of the users come in later, and they are shown far less than those there before."""
    late = np.arange(USERS) >= USERS // 2
    there = ~late | (np.arange(RETRAINS)[:, None] >= 3)
    return pages(
        "joined", seed, shaped(1 + np.where(late, 60.0, 2.0)[None, :, None] * favourites(seed)), mean=6 * there
    )


def narrower_for_all(seed):
    tail = 1 + np.random.default_rng(seed).permutation(ITEMS)
    return pages("narrower_for_all", seed, shaped(1.0 / tail ** (0.2 + 0.3 * STEPS)))


def seasonal(seed):
    wave = np.array([0, 3, 6, 3, 0])[:, None, None]
    return pages("seasonal", seed, shaped(1 + 3.0 * favourites(seed) + wave * (KIND == 2)))


def bubble(seed):
    return pages("bubble", seed, shaped(1 + 3.0**STEPS * favourites(seed)))


def slight_bubble(seed):
    return pages("slight_bubble", seed, shaped(1 + 1.6**STEPS * favourites(seed)))


def convergence(seed):
    hits = np.isin(np.arange(ITEMS), np.random.default_rng(seed).choice(ITEMS, 6, replace=False))
    mine = np.arange(ITEMS) // 6 == np.random.default_rng([seed, 2]).integers(10, size=USERS)[:, None]
    return pages("convergence", seed, shaped(0.05 + (1 - STEPS / 4) * 20 * mine + STEPS / 4 * 20 * hits))


HEALTHY = [uniform, popular, personal, busier, joined, narrower_for_all, seasonal]
NARROWING = [bubble, slight_bubble]


def fleet(*kinds):
    """One log of every kind with every seed; models are named kind-seed."""
    logs = [{**log, "model_id": np.char.add(log["model_id"], f"-{seed}")} for kind in kinds for seed in SEEDS
            for log in [kind(seed)]]  # fmt: skip
    return together(*logs)


def found(report):
    return {each.model_id: each for each in report.findings if each.detector == ID}


@pytest.fixture(scope="module", params=[True, False], ids=["by category", "by outcome"])
def report(request, tmp_path_factory):
    logs = {"catalogue": categories(ITEMS, KINDS)} if request.param else {}
    log = fleet(*HEALTHY, *NARROWING, convergence)
    return audited(write(tmp_path_factory.mktemp("log"), exposures=log, **logs), select=(ID,))


@pytest.mark.parametrize("kind", [each.__name__ for each in HEALTHY])
def test_healthy_users_raise_nothing(report, kind):
    models = {f"{kind}-{seed}" for seed in SEEDS}

    assert not models & found(report).keys()
    assert not [each for each in report.skips if each.detector == ID and each.model_id in models]


def test_users_narrowed_to_their_favourites_are_medium(report):
    for seed in SEEDS:
        told = found(report)[f"bubble-{seed}"]
        assert told.severity == "medium"
        assert told.title.startswith("users narrow from ")
        assert told.evidence[0].high < 0.5
        assert 0.9 < told.evidence[1].value < 1.1


def test_a_narrowing_by_less_than_half_is_low(report):
    severities = [found(report)[f"slight_bubble-{seed}"].severity for seed in SEEDS]

    assert severities == ["low"] * len(SEEDS)


def test_users_who_come_to_see_the_same_are_medium(report):
    for seed in SEEDS:
        told = found(report)[f"convergence-{seed}"]
        assert told.severity == "medium"
        assert told.title.startswith(
            "users converge: the chance that two of them are shown the same outcome rose from "
        )
        assert told.evidence[1].low > 2
        assert told.evidence[2].value > 2 * told.evidence[2].null


def chances(rows, users, key):
    """By hand, of users: the share of the pairs of exposures on different pages that are alike; the overlap of two."""
    shown = {
        user: [(row["request_id"], key(row["item_id"])) for row in rows if row["user_id"] == user] for user in users
    }
    within = {}
    for user, seen in shown.items():
        across = [(a, b) for (page, a), (other, b) in combinations(seen, 2) if page != other]
        within[user] = sum(a == b for a, b in across) / len(across)
    shares = {user: {kind: count / len(seen) for kind, count in Counter(kind for _, kind in seen).items()}
              for user, seen in shown.items()}  # fmt: skip
    between = {
        pair: sum(share * shares[pair[1]].get(kind, 0) for kind, share in shares[pair[0]].items())
        for pair in combinations(users, 2)
    }
    return within, between


def pairs_of(rows, user):
    sizes = Counter(row["request_id"] for row in rows if row["user_id"] == user)
    return sum(a * b for a, b in combinations(sizes.values(), 2))


def falls(steps, without=None):
    """Logs of narrowing, whole and own of every step, on the users of both retrains but one: (steps, 3)."""
    logs = []
    for step in steps:
        sums = [
            sum(value for key, value in told.items() if without not in (key if isinstance(key, tuple) else (key,)))
            for told in step
        ]
        within, between = np.log(sums[0] / sums[2]), np.log(sums[1] / sums[3])
        logs.append([within, between, within - between])
    return np.array(logs)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Six retrains, of which the first is the launch; users come and go."""
    rng = np.random.default_rng(33)
    log = pages("small", 32, rng.gamma(0.5, size=(6, 45, 12)), slate=3, mean=rng.gamma(3.0, 3.0, (6, 45)))
    folder = write(tmp_path_factory.mktemp("log"), exposures=log, catalogue=categories(12, 4))
    rows = [dict(zip(log, values, strict=True)) for values in zip(*log.values(), strict=True)]
    return audited(folder, select=(ID,)).models[0].measures[ID], rows


def by_hand(rows, key):
    """Of each step what is told of both of its retrains, on the users who were shown enough in both."""
    users = sorted({row["user_id"] for row in rows})
    retrains = [[row for row in rows if row["model_version"] == f"v{retrain}"] for retrain in range(1, 6)]
    enough = [{user for user in users if pairs_of(each, user) >= 10} for each in retrains]
    shared = [sorted(before & after) for before, after in pairwise(enough)]
    return [
        (*chances(before, both, key), *chances(after, both, key))
        for (before, after), both in zip(pairwise(retrains), shared, strict=True)
    ]


@pytest.fixture(scope="module")
def steps(small):
    return by_hand(small[1], lambda item: item % 4)


NAMES = ["narrowing", "whole", "own"]


def test_changes_are_those_counted_pair_by_pair(small, steps):
    measures, _ = small
    logs = falls(steps)

    assert measures["users"] == min(len(step[0]) for step in steps) < max(len(step[0]) for step in steps)
    assert [measures[name] for name in NAMES] == pytest.approx(np.exp(logs.sum(axis=0)))
    assert measures["effective_first"] == pytest.approx(1 / np.mean(list(steps[0][0].values())))
    assert measures["effective_whole_last"] == pytest.approx(1 / np.mean(list(steps[-1][3].values())))


def test_halves_are_the_mean_levels_of_the_first_and_last_two_of_five(small, steps):
    measures, _ = small
    levels = np.vstack([np.zeros(3), falls(steps).cumsum(axis=0)])
    halves = levels[-2:].mean(axis=0) - levels[:2].mean(axis=0)

    assert [measures[f"{name}_halves"] for name in NAMES] == pytest.approx(np.exp(halves))


def test_errors_are_those_of_leaving_out_one_user_after_another(small, steps):
    measures, rows = small
    users = sorted({row["user_id"] for row in rows})
    left_out = np.array([falls(steps, user).sum(axis=0) for user in users])
    errors = np.sqrt((len(users) - 1) * ((left_out - falls(steps).sum(axis=0)) ** 2).mean(axis=0))

    assert [measures[f"{name}_error"] for name in NAMES] == pytest.approx(errors, rel=0.08)
    assert measures["own_high"] == pytest.approx(measures["own"] * np.exp(1.96 * measures["own_error"]))


def test_overlap_is_that_of_outcomes(small):
    measures, rows = small
    by_outcome = by_hand(rows, int)
    overlaps = [np.mean(list(told.values())) for told in (by_outcome[0][1], by_outcome[-1][3])]

    assert [measures["overlap_first"], measures["overlap_last"]] == pytest.approx(overlaps)
    assert [measures["merging"], measures["parting"]] == pytest.approx(np.exp(falls(by_outcome).sum(axis=0)[1:]))


def one(tmp_path, log, **logs):
    return audited(write(tmp_path / "log", exposures=log, **logs), select=(ID,))


def test_category_of_the_exposures_counts_before_that_of_the_catalogue(tmp_path):
    log = {**bubble(7), "category": np.char.add("k", (bubble(7)["item_id"] % KINDS).astype(str))}
    alike = {"item_id": np.arange(ITEMS), "category": np.full(ITEMS, "one")}
    measures = one(tmp_path, log, catalogue=alike).models[0].measures[ID]

    assert measures["grouped"]
    assert measures["effective_whole_first"] == pytest.approx(KINDS, rel=0.05)


def test_categories_that_half_of_the_outcomes_lack_are_not_used(tmp_path):
    half = {"item_id": np.arange(ITEMS // 2), "category": np.char.add("k", (np.arange(ITEMS // 2) % KINDS).astype(str))}
    measures = one(tmp_path, bubble(8), catalogue=half).models[0].measures[ID]

    assert not measures["grouped"]
    assert measures["effective_first"] > KINDS


def test_a_narrowing_of_randomised_rows_is_not_the_models_own(tmp_path):
    own, random = personal(9), bubble(9)
    random = {**random, "model_id": own["model_id"][:1].repeat(len(random["item_id"]))}
    random["request_id"] = np.char.add("x", random["request_id"])
    log = together({**own, "policy": np.full(len(own["item_id"]), "exploit")},
                   {**random, "policy": np.full(len(random["item_id"]), "explore")})  # fmt: skip
    report = one(tmp_path, log, catalogue=categories(ITEMS, KINDS))

    assert finding(report, ID) is None
    assert 0.85 < report.models[0].measures[ID]["narrowing"] < 1.15


def test_logged_exploration_leaves_a_bubble_low(tmp_path):
    own, random = bubble(10), uniform(10)
    rows = len(own["item_id"]) // 20
    random = {column: values[:: len(values) // rows] for column, values in random.items()}
    random = {**random, "model_id": own["model_id"][: len(random["item_id"])]}
    log = together({**own, "policy": np.full(len(own["item_id"]), "exploit")},
                   {**random, "policy": np.full(len(random["item_id"]), "explore")})  # fmt: skip

    assert finding(one(tmp_path, log, catalogue=categories(ITEMS, KINDS)), ID).severity == "low"


def test_without_requests_what_is_shown_at_one_moment_is_a_page(tmp_path):
    """Outcomes on a page differ by construction: taken apart, its rows would say that users see more than there is."""
    log = pages("m", 11, np.ones((2, 80, 4)), slate=4)
    told = {column: values for column, values in log.items() if column != "request_id"}
    measures = one(tmp_path, told).models[0].measures[ID]

    assert measures["effective_first"] == pytest.approx(4)
    assert measures["narrowing"] == pytest.approx(1)


def test_many_retrains_are_pooled_into_eight_spans(tmp_path):
    weights = 1 + 1.35 ** np.arange(17)[:, None, None] * (KIND[None, None] == np.arange(80)[None, :, None] % KINDS)
    report = one(tmp_path, pages("m", 12, weights, slate=2, mean=2.5), catalogue=categories(ITEMS, KINDS))

    assert report.models[0].measures[ID]["users"] > 40
    assert finding(report, ID).severity == "medium"


def test_a_launch_is_no_narrowing_where_there_are_four_retrains(tmp_path):
    """What the model was started from knows nobody."""
    known = 8.0 * np.array([0, 1, 1, 1])[:, None, None] * favourites(13)[:, :, :]
    report = one(tmp_path, pages("m", 13, 1 + known), catalogue=categories(ITEMS, KINDS))

    assert finding(report, ID) is None
    assert 0.9 < report.models[0].measures[ID]["narrowing"] < 1.1


def test_two_retrains_are_never_more_than_low(tmp_path):
    weights = 1 + np.array([0, 40.0])[:, None, None] * favourites(14)
    report = one(tmp_path, pages("m", 14, weights), catalogue=categories(ITEMS, KINDS))

    assert finding(report, ID).severity == "low"
    assert finding(report, ID).evidence[0].high < 0.5


def test_a_log_without_users_is_skipped(tmp_path):
    log = {column: values for column, values in bubble(15).items() if column != "user_id"}
    told = skip(one(tmp_path, log), ID)

    assert told.reason.startswith("the exposures log has no `user_id`")


@pytest.mark.parametrize(
    ("weights", "mean", "reason"),
    [
        (np.ones((1, 90, 20)), 5.0, "1 retrain, needs 2"),
        (np.ones((3, 20, 20)), 25.0, "20 users were shown enough in each retrain and the next, needs 30"),
        (np.ones((3, 90, 20)), 0.3, "0 users were shown enough in each retrain and the next, needs 30"),
        (np.ones((2, 40, 40_000)), 4.0, "users are hardly ever shown an outcome twice"),
    ],
    ids=["one retrain", "few users", "rare users", "nothing twice"],
)  # fmt: skip
def test_what_cannot_be_told_is_skipped(tmp_path, weights, mean, reason):
    report = one(tmp_path, pages("m", 16, weights, mean=mean))

    assert finding(report, ID) is None
    assert skip(report, ID).reason == reason


def test_one_outcome_for_all_users_is_nothing(tmp_path):
    report = one(tmp_path, pages("m", 17, np.ones((4, 60, 1)), slate=1, mean=8.0))

    assert finding(report, ID) is None
    assert report.models[0].measures[ID]["narrowing"] == pytest.approx(1)


def test_users_without_a_name_are_left_out(tmp_path):
    log = personal(18)
    log = {**log, "user_id": np.where(np.arange(len(log["user_id"])) % 3 == 0, None, log["user_id"].astype(object))}
    report = one(tmp_path, log, catalogue=categories(ITEMS, KINDS))

    assert finding(report, ID) is None
    assert report.models[0].measures[ID]["users"] <= USERS
