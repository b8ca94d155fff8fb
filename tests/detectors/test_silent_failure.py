from __future__ import annotations

from collections import defaultdict

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest
from counted import Fleet, heard
from random_fleet import SHAPES, random_fleet
from scipy import stats
from written import FILES, audited, finding, simulated, skip

from auditor.config import Settings
from auditor.detectors import silent_failure
from auditor.detectors.rates_that_rise import risen
from auditor.detectors.thresholds import SilentFailure
from auditor.simulate import ModelSpec

ID = "silent-failure"
ALONE = Settings(select=(ID,))
LOOPS = {
    "greedy": {"policy": "greedy"},
    "urn 1": {"policy": "polya"},
    "urn 1.3": {"policy": "polya", "exponent": 1.3},
    "urn 2": {"policy": "polya", "exponent": 2.0},
    "urn in traffic that grows": {"policy": "polya", "growth": 0.3},
}
HEALTHY = {
    "uniform": {"policy": "uniform"},
    "season": {"policy": "uniform", "seasonality": 0.4},
    "season that rises": {"policy": "uniform", "seasonality": 0.4, "warmup": 3},
    "popular, season": {"policy": "popularity", "exponent": 0.7, "seasonality": 0.4, "warmup": 3},
    "quality, season": {"policy": "quality", "seasonality": 0.3, "warmup": 3},
    "quality that drifts": {"policy": "quality", "drift": 0.1},
    "traffic that grows": {"policy": "popularity", "growth": 0.4, "seasonality": 0.3, "warmup": 3},
    "turnover": {"policy": "popularity", "turnover": 0.1, "seasonality": 0.3, "warmup": 3},
    "settled loop": {"policy": "greedy", "warmup": 3},
    "narrows without a gain": {"policy": "polya", "quality_spread": 0.0},
}
EXPLORED = {
    f"{kind} {share}": {"policy": "greedy", "explore": share, "log_policy": kind == "logged"}
    for kind in ("logged", "silent")
    for share in (0.05, 0.1)
}
MODELS = 20


def found_of(kinds, seed, **world):
    """The findings of so many models of each kind, {kind: [finding or None]}."""
    fleet = Fleet(seed)
    for kind, own in kinds.items():
        for i in range(MODELS):
            spec = ModelSpec(f"{kind}/{i}", **{**world, **own})
            fleet.add(spec, policy=spec.log_policy)
    outcome = fleet.audit(ALONE)
    found, skipped = heard(outcome, ID)
    assert not skipped
    by_kind = defaultdict(list)
    for name in outcome.measures[ID]:
        by_kind[name.split("/")[0]].append(found.get(name))
    return by_kind


@pytest.fixture(scope="module", params=[(20_000, 1000, 0.95), (6_000, 300, 0.7)], ids=["20000", "6000"])
def loops(request):
    """What is found of the loops at a volume, and how many of them should be."""
    exposures, items, power = request.param
    return found_of(LOOPS, 41, exposures=exposures, items=items, retrains=6), power


@pytest.fixture(scope="module", params=[3, 6], ids=["3 retrains", "6 retrains"])
def healthy(request):
    return found_of(HEALTHY | EXPLORED, 42, exposures=20_000, items=500, retrains=request.param)


@pytest.mark.parametrize("kind", LOOPS)
def test_loops_from_a_cold_start_fail_silently(loops, kind):
    found, power = loops

    assert np.mean([each is not None and each.severity == "medium" for each in found[kind]]) >= power


@pytest.mark.parametrize("kind", HEALTHY)
def test_nothing_is_found_where_rate_and_breadth_do_not_part(healthy, kind):
    assert sum(each is not None for each in healthy[kind]) == 0


@pytest.mark.parametrize("kind", EXPLORED)
def test_narrowing_of_a_model_that_explores_is_learning(healthy, kind):
    severities = {each and each.severity for each in healthy[kind]}

    assert severities <= ({None} if kind.startswith("logged") else {None, "low"})


def test_four_retrains_are_enough_for_most_urns():
    fleet = Fleet(43)
    for i in range(MODELS):
        fleet.add(ModelSpec(f"m{i}", "polya", exposures=20_000, items=1000, retrains=4))
    found, _ = heard(fleet.audit(ALONE), ID)

    assert len(found) >= 0.9 * MODELS


def test_an_urn_shows_through_its_season_more_often_than_not():
    found = found_of({"urn": {"policy": "polya", "seasonality": 0.3}}, 44, exposures=20_000, items=1000, retrains=6)

    assert np.mean([each is not None for each in found["urn"]]) >= 0.5


def simpson(counts):
    n = counts.sum()
    return (counts * (counts - 1)).sum() / (n * (n - 1))


def log_simpson_variance(counts):
    n, s = counts.sum(), simpson(counts)
    cubes = (counts * (counts - 1) * (counts - 2)).sum() / (n * (n - 1) * (n - 2))
    return (4 * (n - 2) * max(cubes - s**2, 0) + 2 * s * (1 - s)) / (n * (n - 1)) / s**2


def kept_once(known):
    """Outcomes that each retrain would show at the volume of the smallest, and the variance of its log."""
    volume = known.exploit.sum(axis=1)
    kept = (volume.min() / volume)[:, None]
    shown = (1 - (1 - kept) ** known.exploit).sum(axis=1)
    once = kept**2 * known.exploit * (1 - kept) ** (2 * np.maximum(known.exploit - 1, 0))
    return shown, once.sum(axis=1) / shown**2


def breadths_of(known):
    """{breadth: breadth of each retrain, variance of its log}."""
    effective = np.array([1 / simpson(counts) for counts in known.exploit])
    shown, variance = kept_once(known)
    return {
        "effective outcomes": (effective, np.array([log_simpson_variance(counts) for counts in known.exploit])),
        "coverage": (shown / known.exploit.shape[1], variance),
    }


def fall_of(breadth, variance):
    """Log of the broader of the last two retrains over the first, and its standard error."""
    broader = max((-1, -2), key=lambda t: breadth[t])
    return np.log(breadth[broader] / breadth[0]), np.sqrt(variance[0] + variance[broader])


def told_of(known):
    """The breadth that narrows for sure, effective outcomes before coverage."""
    both = {name: fall_of(*each) for name, each in breadths_of(known).items()}
    sure = [name for name, (fall, error) in both.items() if np.exp(fall + 1.96 * error) < 0.8]
    return [*sure, "effective outcomes"][0]


def slope_of(known, breadth):
    """Slope of the log rate on the log breadth by matrices, and its error, widened where the rates scatter."""
    feedback, shown = (known.clicks - known.outside).sum(axis=1), known.exploit.sum(axis=1)
    rate = feedback / shown
    weight = np.diag(feedback / (1 - rate))
    design = np.column_stack([np.ones(len(rate)), np.log(breadth / breadth[0])])
    inverse = np.linalg.inv(design.T @ weight @ design)
    fit = inverse @ design.T @ weight @ np.log(rate)
    left = np.log(rate) - design @ fit
    return fit[1], np.sqrt(inverse[1, 1] * max(left @ weight @ left / (len(rate) - 2), 1))


@pytest.fixture(scope="module")
def random():
    fleet, truth = random_fleet()
    return fleet.audit(ALONE).measures[ID], truth


@pytest.mark.parametrize("name", SHAPES)
def test_breadth_and_rates_are_those_of_the_models_own_rows(random, name):
    measures, truth = random
    measured, known = measures[name], truth[name]
    told = told_of(known)
    breadth, variance = breadths_of(known)[told]
    fall, error = fall_of(breadth, variance)
    rate = (known.clicks - known.outside).sum(axis=1) / known.exploit.sum(axis=1)

    assert measured["breadth"] == told
    assert (measured["breadth_first"], measured["breadth_last"]) == pytest.approx((breadth[0], breadth[-1]))
    assert measured["narrowed"] == pytest.approx(np.exp(fall))
    assert measured["narrowed_low"] == pytest.approx(np.exp(fall - 1.96 * error))
    assert measured["narrowed_high"] == pytest.approx(np.exp(fall + 1.96 * error))
    assert (measured["rate_first"], measured["rate_last"]) == pytest.approx((rate[0], rate[-1]))


@pytest.mark.parametrize("name", SHAPES)
def test_rise_is_the_slope_of_the_rate_on_the_breadth(random, name):
    measures, truth = random
    measured, known = measures[name], truth[name]
    breadth, variance = breadths_of(known)[told_of(known)]
    fall, _ = fall_of(breadth, variance)
    slope, error = slope_of(known, breadth)
    reach = stats.t.ppf(0.975, len(breadth) - 2) * error * abs(fall)
    if fall >= -0.01:
        assert measured["rise"] is None
        return

    assert measured["rise"] == pytest.approx(np.exp(slope * fall))
    assert np.log(measured["rise_low"]) == pytest.approx(slope * fall - reach, abs=2e-3 * reach)
    assert np.log(measured["rise_high"]) == pytest.approx(slope * fall + reach, abs=2e-3 * reach)
    assert measured["rise_t"] == pytest.approx(-slope / error)


@pytest.mark.parametrize("noise", [0.0, 1e-15, -1e-15])
def test_of_two_retrains_as_broad_as_each_other_the_later_one_counts(noise):
    """Which of them is broader by its last digit depends on the order of sums, and their errors are not the same."""
    change = [0.0, -0.2, -0.5, -0.5 + noise]
    series = pl.LazyFrame(
        {"model": 0, "breadth": "coverage", "retrain": range(4), "change": change, "variance": [0.0, 0.01, 0.02, 0.04]}
    ).with_columns(first=pl.lit(100.0), log_rate=-pl.col("change"), rate_variance=pl.lit(0.01), feedback=100)
    told = risen(series, SilentFailure()).collect()

    assert told["narrowed_low"].item() == pytest.approx(np.exp(-0.5 - 1.96 * 0.2))


def counted(shares, rates, volume=20_000, seed=5, **more):
    """One model with these shares and rates of outcomes in each retrain."""
    rng = np.random.default_rng(seed)
    exposures = np.stack([rng.multinomial(volume, np.asarray(each) / np.sum(each)) for each in shares])
    return Fleet(seed).add_counts("m", exposures, rng.binomial(exposures, np.asarray(rates)[:, None]), **more)


def tail_cut(kept):
    """Half of the exposures on ten outcomes, the rest alike on so many of 490 others."""
    return np.concatenate([np.full(10, 0.05), np.full(kept, 0.5 / kept), np.zeros(490 - kept)])


def test_a_tail_that_drops_out_is_found_by_coverage_alone():
    kept = [490, 380, 290, 220, 170, 130]
    outcome = counted([tail_cut(k) for k in kept], 0.05 * (490 / np.array(kept)) ** 0.5).audit(ALONE)
    found, _ = heard(outcome, ID)

    assert outcome.measures[ID]["m"]["breadth"] == "coverage"
    assert outcome.measures[ID]["m"]["narrowed"] == pytest.approx(180 / 500, abs=0.01)
    assert found["m"].severity == "medium"
    assert "while coverage at equal volume fell from 100% to 28%" in found["m"].title


def test_one_narrow_retrain_at_the_end_is_no_trend():
    shares = [np.full(200, 1.0)] * 5 + [np.arange(1, 201) ** -1.5]
    found, _ = heard(counted(shares, [0.05, 0.051, 0.049, 0.05, 0.05, 0.09]).audit(ALONE), ID)

    assert not found


def test_a_rate_that_rises_apart_from_the_narrowing_is_not_laid_to_it():
    shares = [np.full(200, 1.0)] + [np.arange(1, 201) ** -1.0] * 5
    found, _ = heard(counted(shares, [0.05, 0.052, 0.06, 0.07, 0.085, 0.1]).audit(ALONE), ID)

    assert not found


WIDTHS = np.array([200, 120, 70, 40, 25, 15])
GAINED = 0.05 * (200 / WIDTHS) ** 0.3


def test_title_and_evidence_carry_the_numbers():
    found, _ = heard(counted([np.arange(200) < width for width in WIDTHS], GAINED).audit(ALONE), ID)
    narrowed, rise, *_ = found["m"].evidence

    assert found["m"].title.startswith("feedback rate rose from ")
    assert "over 6 retrains while effective outcomes fell from 199.8 to 15.0" in found["m"].title
    assert narrowed.value == pytest.approx(25 / 200, rel=0.02)
    assert rise.low < 8**0.3 < rise.high
    assert rise.low > rise.null


def test_p_value_is_that_of_the_less_certain_trend():
    row = counted([np.arange(200) < width for width in WIDTHS], GAINED, volume=5_000).audit(ALONE).measures[ID]["m"]
    fall, rise = stats.norm.sf(row["narrowed_z"]), stats.t.sf(row["rise_t"], row["freedom"])

    assert rise > fall
    assert silent_failure.judge(row, SilentFailure()).p_value == pytest.approx(rise)


def test_with_labels_the_rate_is_positives_over_labelled():
    exposures = np.tile([[600, 400]], (4, 1))
    labelled = np.array([[588, 0], [590, 0], [585, 0], [592, 0]])
    clicks = np.array([[300, 0], [330, 0], [350, 0], [370, 0]])
    measures = Fleet().add_counts("m", exposures, clicks, labelled=labelled).audit(ALONE).measures[ID]["m"]

    assert measures["labels"] is True
    assert (measures["rate_first"], measures["rate_last"]) == pytest.approx((300 / 588, 370 / 592))


UNLIKE = [np.full(50, 1.0)] * 4


@pytest.mark.parametrize(
    ("fleet", "reason"),
    [
        (counted(UNLIKE[:1], [0.1]), "1 retrain, needs 3"),
        (counted(UNLIKE[:2], [0.1] * 2), "2 retrains, needs 3"),
        (counted(UNLIKE, [0.0] * 4), "no feedback on the model's own exposures"),
        (counted(UNLIKE, [0.5] * 4, volume=150), "a retrain has 150 exposures, needs 200"),
    ],
)
def test_skips_say_what_is_missing(fleet, reason):
    found, skipped = heard(fleet.audit(ALONE), ID)

    assert not found
    assert skipped["m"].reason.startswith(reason)


def test_too_little_feedback_is_skipped():
    _, skipped = heard(counted(UNLIKE, [0.02, 0.02, 0.001, 0.02], volume=2_000).audit(ALONE), ID)

    assert "feedback, needs 20" in skipped["m"].reason


URN = ModelSpec("feed", "polya", exposures=6_000, items=200, retrains=6, exponent=1.3)


def test_whole_log_of_an_urn(tmp_path):
    report = audited(simulated(tmp_path / "log", URN), select=(ID,))

    assert finding(report, ID).severity == "medium"
    assert "over 6 retrains while effective outcomes fell from 199.8 to 4.6" in finding(report, ID).title


def test_whole_log_of_a_dated_catalogue_that_turns_over_in_a_season(tmp_path):
    spec = ModelSpec("news", "uniform", exposures=6_000, items=150, retrains=6, turnover=0.2, seasonality=0.3, warmup=3)
    report = audited(simulated(tmp_path / "log", spec), select=(ID,))

    assert finding(report, ID) is None
    assert skip(report, ID) is None
    assert report.models[0].measures[ID]["narrowed"] == pytest.approx(1, abs=0.1)


def test_catalogue_that_is_new_in_every_retrain_shares_nothing(tmp_path):
    spec = ModelSpec("news", "uniform", exposures=2_000, items=50, retrains=4, turnover=1.0)
    report = audited(simulated(tmp_path / "log", spec), select=(ID,))

    assert skip(report, ID).reason == "its retrains share too little of their catalogue to be held against each other"


def test_without_timestamps_retrains_have_no_order(tmp_path):
    report = audited(simulated(tmp_path / "log", URN, drop=("timestamp",)), select=(ID,))

    assert skip(report, ID).reason == "the exposures log has no `timestamp`: retrains have no order"


def test_without_feedback_there_is_no_rate(tmp_path):
    folder = simulated(tmp_path / "log", URN)
    (folder / FILES["feedback"]).unlink()
    report = audited(folder, select=(ID,))

    assert skip(report, ID).reason == "no feedback on the model's own exposures"
    assert pq.read_table(folder / FILES["exposures"]).num_rows == 36_000
