from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest
from counted import Fleet, heard
from scipy import stats
from written import FILES, audited, finding, simulated, skip, write

from auditor.config import Settings
from auditor.simulate import ModelSpec

ID = "missed-winners"
ONLY = Settings(select=(ID,))
K, GEMS, LAUNCH, SHOWN = 400, 12, (200_000, 200_000, 8_000), 20


def world(rng, gems=GEMS, times=2.6, spread=0.2, season=0.0, retrains=8):
    """Feedback rates (retrains, outcomes): the first are so many times as good as the others are on average."""
    rates = 0.05 * np.exp(rng.normal(0, spread, K))
    rates[:gems] = 0.05 * times
    return rates * (1 + season * np.sin(np.pi * np.arange(retrains) / 2))[:, None]


def forgetful(rng, rates, volumes=LAUNCH, explore=0.0):
    """Shows everything, at last for a week of few visitors, and then only what that week liked, by its own clicks."""
    exposures, clicks, explored, outside = [], [], [], []
    seen, liked = np.zeros(K), np.zeros(K)
    for t, rate in enumerate(rates):
        volume = volumes[t] if t < len(volumes) else 20_000
        best = np.argsort(-(liked + 0.25) / (seen + 10), kind="stable")[:SHOWN]
        policy = np.isin(np.arange(K), best) if t >= len(volumes) else np.ones(K)
        explored.append(rng.multinomial(round(explore * volume), np.full(K, 1 / K)))
        own = rng.multinomial(volume - explored[-1].sum(), policy / policy.sum())
        outside.append(rng.binomial(explored[-1], rate))
        clicks.append(rng.binomial(own, rate) + outside[-1])
        exposures.append(own + explored[-1])
        seen, liked = exposures[-1], clicks[-1]
    return np.array(exposures), np.array(clicks), np.array(explored), np.array(outside)


def heard_of(make, models=20, seed=900, catalogue=True, policy=False):
    """Findings by model and measures, of as many models as `make(rng)` gives counts and rates of."""
    fleet, rates = Fleet(seed), {}
    for i in range(models):
        rng = np.random.default_rng([seed, i])
        (exposures, clicks, explore, outside), rates[f"m{i:02}"] = make(rng)
        marked = {"explore": explore, "clicks_outside": outside} if policy else {}
        fleet.add_counts(f"m{i:02}", exposures, clicks, catalogue=catalogue, **marked)
    outcome = fleet.audit(ONLY)
    found, skipped = heard(outcome, ID)
    return found, skipped, outcome.measures[ID], rates


def forgetful_of(**kind):
    volumes, explore = kind.pop("volumes", LAUNCH), kind.pop("explore", 0.0)

    def make(rng):
        rates = world(rng, **kind)
        return forgetful(rng, rates, volumes, explore), rates

    return make


@pytest.fixture(scope="module")
def unlucky():
    return heard_of(forgetful_of())


def severities(found, severity):
    return sum(each.severity == severity for each in found.values())


def test_winners_that_an_unlucky_week_removed_are_found(unlucky):
    found, _, _, _ = unlucky

    assert len(found) >= 17
    assert severities(found, "medium") >= 14
    assert severities(found, "high") == 0


def test_the_names_are_those_of_winners(unlucky):
    _, _, measures, _ = unlucky
    named = [int(name) for row in measures.values() if row["winners"] for name in row["winners"].split(", ")]

    assert len(named) >= 40
    assert np.mean([name < GEMS for name in named]) >= 0.95


def test_what_is_forgone_is_not_overstated(unlucky):
    """Outcomes far out are shrunk to the others, so more may be forgone."""
    found, _, measures, _ = unlucky
    for name in found:
        row = measures[name]
        gain = 0.05 * 2.6 - row["shown_rate"]
        most = row["winners_count"] * gain * row["even_share"]

        assert 0 < row["forgone_low"] < row["forgone"] < row["forgone_high"]
        assert row["forgone"] < 1.1 * most


def test_a_season_hides_no_winners():
    found, _, measures, _ = heard_of(forgetful_of(season=0.4))
    named = [int(name) for row in measures.values() if row["winners"] for name in row["winners"].split(", ")]

    assert len(found) >= 10
    assert np.mean([name < GEMS for name in named]) >= 0.95


def best_known(rng, rates):
    """Shows the best from the second retrain on, as if it knew them."""
    policy = np.isin(np.arange(K), np.argsort(-rates[0])[:SHOWN]) / SHOWN
    exposures = np.array([rng.multinomial(100_000, np.full(K, 1 / K) if t == 0 else policy) for t in range(len(rates))])
    return exposures, rng.binomial(exposures, rates), None, None


def best_known_of(**kind):
    def make(rng):
        rates = world(rng, **kind)
        return best_known(rng, rates), rates

    return make


NEAR_MISSES = {
    "all alike": forgetful_of(gems=0, spread=0.0),
    "all alike, in a season": forgetful_of(gems=0, spread=0.0, season=0.5),
    "lucky streaks": forgetful_of(gems=0, spread=0.0, volumes=(8_000, 8_000, 8_000)),
    "the best are shown": best_known_of(gems=0, spread=0.4),
    "the best are shown, in a season": best_known_of(gems=0, spread=0.4, season=0.5),
    "the best are shown, and the season ends low": best_known_of(gems=0, spread=0.4, season=-0.5, retrains=4),
}


@pytest.mark.parametrize("kind", NEAR_MISSES)
def test_outcomes_that_are_no_better_are_not_missed(kind):
    found, skipped, measures, _ = heard_of(NEAR_MISSES[kind], models=40, seed=920)

    assert not skipped
    assert not found
    assert all(row["starved"] > 0.9 for row in measures.values())


HEALTHY = {
    "uniform": {"policy": "uniform"},
    "in a season": {"policy": "uniform", "seasonality": 0.4},
    "popular": {"policy": "popularity"},
    "popular in a season": {"policy": "popularity", "seasonality": 0.4},
    "quality": {"policy": "quality", "exponent": 2.0},
    "moving quality": {"policy": "quality", "drift": 0.2},
    "explored": {"policy": "greedy", "explore": 0.05, "log_policy": True},
    "sampled": {"policy": "thompson"},
}


@pytest.mark.parametrize("volume", [4_000, 40_000])
def test_models_that_give_everything_a_chance_raise_no_alarm(volume):
    fleet = Fleet(31)
    for i in range(10):
        for kind, world_of in HEALTHY.items():
            spec = ModelSpec(f"{kind}/{i}", exposures=volume, items=300, retrains=6, **world_of)
            fleet.add(spec, policy=spec.log_policy)
    found, _ = heard(fleet.audit(ONLY), ID)

    assert {each.severity for each in found.values()} <= {"low"}
    assert {name.split("/")[0] for name in found} <= {"popular", "popular in a season"}


def moving(rng, drift):
    """A greedy model over outcomes whose appeal wanders, that explores a hundredth and remembers a week."""
    rates, spread = 0.05 * np.exp(rng.normal(0, 0.5, K)), rng.normal(0, drift, (10, K))
    rates = np.clip(rates * np.exp(np.cumsum(spread, axis=0)), 0, 0.9)
    return forgetful_of_last_week(rng, rates), rates


def forgetful_of_last_week(rng, rates):
    exposures, clicks, explored, outside = [], [], [], []
    seen, liked = np.ones(K), np.zeros(K)
    for t, rate in enumerate(rates):
        best = np.argsort(-(liked + 0.5) / (seen + 20), kind="stable")[:SHOWN]
        policy = np.isin(np.arange(K), best) if t else np.ones(K)
        explored.append(rng.multinomial(1_000, np.full(K, 1 / K)))
        own = rng.multinomial(99_000, policy / policy.sum())
        outside.append(rng.binomial(explored[-1], rate))
        clicks.append(rng.binomial(own, rate) + outside[-1])
        exposures.append(own + explored[-1])
        seen, liked = exposures[-1], clicks[-1]
    return np.array(exposures), np.array(clicks), np.array(explored), np.array(outside)


@pytest.mark.parametrize("drift", [0.05, 0.1])
def test_outcomes_dropped_as_their_appeal_fell_are_not_missed(drift):
    found, _, _, _ = heard_of(lambda rng: moving(rng, drift), models=30, seed=940, policy=True)

    assert severities(found, "medium") <= 1


def test_expected_share_of_false_ones_holds():
    """Stable popularity that runs against nothing: the tail has many that are better, and many that are not."""
    fleet, truth = Fleet(55), []
    for i in range(20):
        rng = np.random.default_rng([55, i])
        rates = 0.05 * np.exp(rng.normal(0, 0.5, K))
        popular = 1 / rng.permutation(np.arange(1.0, K + 1))
        exposures = rng.multinomial(40_000, popular / popular.sum(), 8)
        fleet.add_counts(f"m{i:02}", exposures, rng.binomial(exposures, rates))
        truth.append((rates, exposures[-1]))
    measures = fleet.audit(ONLY).measures[ID]
    named, false = 0, 0
    for (rates, last), row in zip(truth, measures.values(), strict=True):
        shown = rates @ last / last.sum()
        names = [int(name) for name in row["winners"].split(", ")] if row["winners"] else []
        named, false = named + len(names), false + sum(rates[name] <= shown for name in names)

    assert named >= 50
    assert false / named <= 0.1
    assert all(row["winners_false"] <= 0.1 * row["winners_count"] for row in measures.values() if row["winners_count"])


def test_fewer_than_three_winners_are_low(unlucky):
    found, _, measures, _ = unlucky
    few, _, more, _ = heard_of(forgetful_of(gems=3, times=4.0), seed=930)
    counts = {**{(1, name): row for name, row in measures.items()}, **{(2, name): row for name, row in more.items()}}
    told = {**{(1, name): each for name, each in found.items()}, **{(2, name): each for name, each in few.items()}}

    assert {each.severity for key, each in told.items() if counts[key]["winners_count"] < 3} == {"low"}
    assert {each.severity for key, each in told.items() if counts[key]["winners_count"] >= 3} == {"medium"}


@pytest.mark.parametrize("kind", [{"policy": True}, {"catalogue": False}])
def test_models_that_explore_and_outcomes_that_may_be_gone_are_low(kind):
    found, _, _, _ = heard_of(forgetful_of(explore=0.05 if "policy" in kind else 0.0), seed=931, **kind)

    assert len(found) >= 12
    assert {each.severity for each in found.values()} == {"low"}
    assert {each.confidence for each in found.values()} == {"low" if "catalogue" in kind else "medium"}


def mantel_haenszel(then, now):
    (clicks, tries), (clicks_now, tries_now) = then, now
    both = np.where(tries + tries_now > 0, tries + tries_now, 1)
    higher, lower = (clicks * tries_now / both).sum(), (clicks_now * tries / both).sum()
    spread = ((clicks + clicks_now) * tries * tries_now / both**2).sum()
    return higher / lower, (spread / (higher * lower)) ** 0.5


def test_levels_are_the_ratio_of_deaths_among_british_doctors():
    """Doll and Hill (1966), smokers against others by five ages; Rothman gives 1.42 (1.2 to 1.8)."""
    deaths = np.array([[32, 104, 206, 186, 102], [2, 12, 28, 28, 31]])
    years = np.array([[52407, 43248, 28612, 12663, 5317], [18790, 10673, 5710, 2585, 1462]])
    levels = Fleet().add_counts("m", years, deaths).rollups().frame("levels").sort("retrain")
    ratio, error = levels["level"][0], levels["error"][0]

    assert levels["level"].to_list() == pytest.approx([mantel_haenszel(*zip(deaths, years, strict=True))[0], 1.0])
    assert (levels["level"] * 2**20 % 1 == 0).all()  # sums of counts at such levels are exact, in any order
    assert ratio == pytest.approx(1.42, abs=0.005)
    assert np.exp(np.log(ratio) + np.array([-1.96, 1.96]) * error) == pytest.approx([1.15, 1.76], abs=0.05)


@pytest.fixture(scope="module")
def one():
    rng = np.random.default_rng(5)
    exposures, clicks, _, _ = forgetful(rng, world(rng))
    rollups = Fleet(5).add_counts("m", exposures, clicks).rollups()
    return rollups, exposures, clicks


def by_hand(exposures, clicks):
    """Effective clicks, tries and tries at the upper bound of each outcome."""
    total = [np.zeros(K) for _ in range(4)]
    for t, (shown, liked) in enumerate(zip(exposures, clicks, strict=True)):
        ratio, error = mantel_haenszel((liked, shown), (clicks[-1], exposures[-1])) if t < len(clicks) - 1 else (1, 0)
        age = len(clicks) - 1 - t
        worth = 1 / (1 + shown * liked.sum() / shown.sum() * age / 400)
        parts = (liked * worth, shown * ratio * worth, shown * ratio * np.exp(1.645 * error) * worth, shown * ratio)
        total = [before + part for before, part in zip(total, parts, strict=True)]
    return total


def rows_by_item(rollups, table, columns):
    rollups.build(table)
    named = "JOIN (SELECT DISTINCT hash(item_id) AS item, item_id FROM listed) USING (item) ORDER BY item_id"
    rows = rollups.connection.execute(f"SELECT item_id, {columns} FROM {table} {named}")
    return np.array(rows.fetchall(), float).T


def test_histories_by_hand(one):
    rollups, exposures, clicks = one
    _, _, _, ever = by_hand(exposures, clicks)
    item, tries_ever, clicks_ever, tries_last = rows_by_item(
        rollups, "histories", "tries_ever, clicks_ever, tries_last"
    )

    assert item.tolist() == list(range(K))
    assert tries_ever == pytest.approx(np.maximum(ever, clicks.sum(axis=0)))
    assert clicks_ever.tolist() == clicks.sum(axis=0).tolist()
    assert tries_last.tolist() == exposures[-1].tolist()


def test_histories_of_starved_outcomes_by_hand(one):
    rollups, exposures, clicks = one
    liked, tries, most, _ = by_hand(exposures, clicks)
    item, *found = rows_by_item(rollups, "starved_histories", "clicks, tries, tries_most, tries_last")
    starved = (exposures[-1] < min(3 * 20_000 / clicks[-1].sum(), 25)) & (clicks.sum(axis=0) >= 2)

    assert 0 < len(item) < K
    assert item.tolist() == np.flatnonzero(starved).tolist()
    assert found[0] == pytest.approx(liked[starved])
    assert found[1] == pytest.approx(np.maximum(tries, liked)[starved])
    assert found[2] == pytest.approx(np.maximum(most, liked)[starved])
    assert found[3].tolist() == exposures[-1][starved].tolist()


def test_winners_and_what_they_forgo_by_hand(one):
    _, exposures, clicks = one
    row = Fleet(5).add_counts("m", exposures, clicks).audit(ONLY).measures[ID]["m"]
    liked, tries, most, _ = by_hand(exposures, clicks)
    shown = clicks[-1].sum() / exposures[-1].sum()
    a = row["prior_mean"] * row["prior_strength"] + liked
    fixed = (1 - row["prior_mean"]) * row["prior_strength"] - liked
    last_fed = np.where(exposures[2] >= 10, 2, 1)
    back = clicks[last_fed, np.arange(K)], exposures[last_fed, np.arange(K)]
    level = np.array([mantel_haenszel((clicks[t], exposures[t]), (clicks[-1], exposures[-1]))[0] for t in range(3)])
    expected = back[1] * level[last_fed] * shown
    hopeful = (
        (exposures[-1] < 25) & (liked >= 2) & (liked > most * shown) & (back[0] >= expected - 1.28 * expected**0.5)
    )
    doubt = np.where(hopeful, stats.beta.cdf(1.1 * shown, a, fixed + most), np.inf)
    order = np.argsort(doubt)[: hopeful.sum()]
    chosen = order[np.cumsum(doubt[order]) / np.arange(1, len(order) + 1) <= 0.1]
    rate = a / (a + fixed + tries)
    gain = (rate[chosen] - shown) * (exposures[-1].mean() - exposures[-1][chosen])

    assert len(chosen) >= 3
    assert row["winners_count"] == len(chosen)
    assert row["winners_false"] == pytest.approx(doubt[chosen].sum(), abs=5e-3)
    assert row["winners_rate"] == pytest.approx(rate[chosen].mean())
    assert row["forgone"] == pytest.approx(gain.sum())
    assert row["winners"] == ", ".join(str(each) for each in chosen[np.argsort(-gain)][:3])


def rows_of(exposures, clicks):
    """Row by row: version, time, item and click."""
    version, item = (np.repeat(each.ravel(), exposures.ravel()) for each in np.indices(exposures.shape))
    first = np.r_[0, np.cumsum(exposures.ravel())[:-1]].repeat(exposures.ravel())
    clicked = np.arange(exposures.sum()) - first < clicks.ravel().repeat(exposures.ravel())
    day = np.datetime64("2026-03-02T00:00:00") + version.astype("timedelta64[W]").astype("timedelta64[s]")
    return {
        "model_id": np.full(len(item), "shop"), "item_id": [f"sku|{i}" for i in item],
        "model_version": [f"v{t}" for t in version], "timestamp": day, "clicked": clicked.astype(int),
    }  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory, one):
    _, exposures, clicks = one
    catalogue = {"item_id": [f"sku|{i}" for i in range(K)]}
    return write(tmp_path_factory.mktemp("winners") / "log", exposures=rows_of(exposures, clicks), catalogue=catalogue)


def test_whole_log(written):
    report = audited(written)
    found = finding(report, ID)
    count = report.models[0].measures[ID]["winners_count"]
    evidence = {each.name: each for each in found.evidence}

    assert found.severity == "medium"
    assert found.title.startswith(f"{count} outcomes that are hardly shown (sku|")
    assert evidence["forgone a retrain"].low > 0
    assert evidence["winners"].value == count


def test_outcomes_that_left_the_catalogue_are_not_missed(written, tmp_path):
    gone = np.array([np.datetime64("2026-04-15T00:00:00") if i < GEMS else np.datetime64("NaT") for i in range(K)])
    catalogue = {"item_id": [f"sku|{i}" for i in range(K)], "available_to": gone.astype("datetime64[us]")}
    report = audited(
        write(tmp_path / "log", exposures=pq.read_table(written / FILES["exposures"]), catalogue=catalogue)
    )

    assert finding(report, ID) is None
    assert report.models[0].measures[ID]["winners_count"] == 0


def test_skipped_without_retrains_or_feedback(tmp_path):
    spec = ModelSpec("feed", "greedy", exposures=4000, items=100, retrains=4)
    without_time = audited(simulated(tmp_path / "log", spec, drop=("timestamp",)))
    without_version = audited(simulated(tmp_path / "log", spec, drop=("model_version",)))
    folder = simulated(tmp_path / "log", spec)
    (folder / FILES["feedback"]).unlink()

    assert skip(without_time, ID).reason == "1 retrain, needs 2"
    assert skip(without_version, ID).reason == "1 retrain, needs 2"
    assert skip(audited(folder), ID).reason == "0 feedback on the model's own choices in the last retrain, needs 30"


def test_skipped_with_too_few_outcomes_or_exposures(tmp_path):
    few = audited(simulated(tmp_path / "few", ModelSpec("few", "greedy", exposures=4000, items=5, retrains=3)))
    small = audited(simulated(tmp_path / "small", ModelSpec("small", "greedy", exposures=60, items=20, retrains=3)))

    assert skip(few, ID).reason == "5 outcomes with a history, needs 10: how rates vary is not known"
    assert skip(small, ID).reason == "60 exposures in the last retrain, needs 100"
