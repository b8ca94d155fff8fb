"""Every number of a plan, computed again from the rows of the log by other means."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from math import ceil, sqrt

import numpy as np
import pytest
from planned import only, planned, way, written
from scipy import optimize, stats

from auditor.report.plan_json import to_json

START = datetime(2026, 1, 5)
LISTED, RETIRED, COMING = 120, range(110, 115), range(115, 120)
DAYS = 28
Z = stats.norm.isf(0.025)


def rows(seed=3, *, policy=True):
    """Three weeks, 30 of 120 outcomes chosen by own choice, a little exploration over the whole catalogue."""
    rng = np.random.default_rng(seed)
    week = np.repeat([0, 1, 2], 6_000)
    explores = rng.random(18_000) < 0.01
    own = rng.choice(30, 18_000, p=np.arange(30, 0, -1) ** 2.0 / np.sum(np.arange(30, 0, -1) ** 2.0))
    item = np.where(explores, rng.integers(0, 110, 18_000), own)
    clicked = rng.random(18_000) < np.where(item < 30, 0.15, 0.06)
    second = week * 604_800 + rng.integers(0, 604_800, 18_000)
    log = {
        "model_id": ["m"] * 18_000,
        "model_version": [f"v{number}" for number in week],
        "item_id": [f"i{number:03}" for number in item],
        "timestamp": [START + timedelta(seconds=int(number)) for number in second],
        "clicked": clicked.astype(int),
    }
    if policy:
        log["policy"] = np.where(explores, "explore", "exploit")
    return log


def catalogue():
    """Five outcomes have left before the end, and five are to come."""
    listed = range(LISTED)
    soon, past = START + timedelta(days=40), START + timedelta(days=16)
    return {
        "item_id": [f"i{number:03}" for number in listed],
        "available_from": [soon if number in COMING else START for number in listed],
        "available_to": [past if number in RETIRED else None for number in listed],
    }


class Again:
    """The numbers from the rows."""

    def __init__(self, log):
        shown = list(
            zip(
                log["model_version"],
                log["item_id"],
                log["clicked"],
                log.get("policy", ["exploit"] * len(log["item_id"])),
                strict=True,
            )
        )
        last = [row for row in shown if row[0] == "v2"]
        self.shown = shown
        self.current = [f"i{number:03}" for number in range(LISTED) if number not in {*RETIRED, *COMING}]
        self.exposures, self.clicks = len(last), sum(row[2] for row in last)
        self.rate = self.clicks / self.exposures
        self.need = 3 / self.rate
        own = Counter(row[1] for row in last if row[3] == "exploit")
        self.chosen = sum(own.values())
        span = max(log["timestamp"]) - min(log["timestamp"])
        self.a_day = len(shown) / (span / timedelta(days=1))
        self.n = self.a_day * DAYS
        self.own = {item: own[item] / self.chosen * self.n for item in self.current}
        self.unfed = [item for item in self.current if self.own[item] < self.need]
        self.target = optimize.brentq(
            lambda mean: stats.poisson.cdf(ceil(self.need) - 1, mean) - 0.05 / len(self.unfed),
            self.need,
            50 * self.need,
        )

    def uniform(self):
        least = min(self.own.values())
        even = self.n / len(self.current)
        return optimize.brentq(lambda share: (1 - share) * least + share * even - self.target, 0, 1)

    def targeted(self):
        portion = ceil(self.need)
        own = [self.own[item] for item in self.unfed]
        wasted = sum((sqrt(mean + (portion - mean) ** 2) - (portion - mean)) / 2 for mean in own)
        together = stats.gamma.isf(0.05, ceil(portion * len(own) + wasted))
        return optimize.brentq(lambda share: share * self.n + (1 - share) * sum(own) - together, 0, 1)

    def rate_where(self, policies, versions):
        chosen = [row[2] for row in self.shown if row[3] in policies and row[0] in versions]
        return sum(chosen), len(chosen)


def wilson(hits, trials):
    bounds = stats.binomtest(int(hits), int(trials)).proportion_ci(method="wilson")
    return hits / trials, bounds.low, bounds.high


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    log = rows()
    folder = written(tmp_path_factory.mktemp("log") / "logs", exposures=log, catalogue=catalogue())
    made = planned(folder, DAYS)
    return Again(log), only(made), made


def test_need_and_who_is_unfed(case):
    again, model, _ = case

    assert model.rate == pytest.approx(again.rate)
    assert model.need == pytest.approx(again.need)
    assert (model.outcomes, model.unfed) == (110, len(again.unfed))
    assert model.exposures_a_day == pytest.approx(again.a_day, rel=1e-6)
    assert model.exposures == pytest.approx(again.n, rel=1e-6)
    assert model.missing == pytest.approx(sum(ceil(again.need) - again.own[item] for item in again.unfed), rel=1e-6)
    assert model.target == pytest.approx(again.target, rel=1e-6)


def test_shares(case):
    again, model, _ = case

    assert way(model, "uniform").reach == pytest.approx(again.uniform(), rel=1e-6)
    assert way(model, "targeted").reach == pytest.approx(again.targeted(), rel=1e-6)
    assert way(model, "uniform").explored == pytest.approx(again.uniform() * again.n, rel=1e-6)
    assert way(model, "targeted").explored_a_day == pytest.approx(again.targeted() * again.a_day, rel=1e-6)


def test_floor_is_what_the_next_scan_sees(case):
    """Of 6,000 exposures, so many explore that the lower bound is 2 % or more with 97.5 % probability."""
    again, model, _ = case
    seen = np.arange(400)
    enough = np.array(
        [stats.binomtest(int(k), again.exposures).proportion_ci(method="wilson").low >= 0.02 for k in seen]
    )
    chance = stats.binom.pmf(seen, again.exposures, model.floor)[enough].sum()

    assert chance == pytest.approx(0.975, abs=0.005)


def test_cost_from_explore_rows(case):
    again, model, _ = case
    own, low, high = wilson(*again.rate_where({"exploit"}, {"v2"}))
    outside, outside_low, outside_high = wilson(*again.rate_where({"explore"}, {"v0", "v1", "v2"}))
    lost = own - outside
    bounds = (
        lost - sqrt((own - low) ** 2 + (outside_high - outside) ** 2),
        lost + sqrt((high - own) ** 2 + (outside - outside_low) ** 2),
    )
    explores = again.rate_where({"explore"}, {"v2"})[1] / again.exposures
    more = (again.uniform() - explores) * again.a_day
    found = way(model, "uniform").cost

    assert model.cost_from == "explore rows"
    assert (found.a_day.value, found.a_day.low, found.a_day.high) == pytest.approx(
        (more * lost, more * bounds[0], more * bounds[1]), rel=1e-5
    )
    assert found.share.value == pytest.approx(more * lost / (again.a_day * again.rate), rel=1e-5)


def test_targeted_cost_is_that_of_the_unfed_alone(case):
    again, model, _ = case
    uniform, targeted = way(model, "uniform"), way(model, "targeted")
    explores = again.rate_where({"explore"}, {"v2"})[1] / again.exposures
    an_exposure = [each.cost.a_day.value / (each.share - explores) for each in (uniform, targeted)]

    assert an_exposure[1] / an_exposure[0] == pytest.approx(model.outcomes / model.unfed, rel=1e-6)


def test_the_first_have_the_highest_upper_bounds(case):
    again, model, _ = case
    totals = {item: [0, 0] for item in again.current}
    for _, item, clicked, _ in again.shown:
        if item in totals:
            totals[item][0] += clicked
            totals[item][1] += 1
    first = model.first

    assert {outcome.item_id for outcome in first} == set(again.unfed)
    assert all([outcome.feedback, outcome.exposures] == totals[outcome.item_id] for outcome in first)
    assert [outcome.upper for outcome in first] == sorted((outcome.upper for outcome in first), reverse=True)
    assert all(outcome.own == pytest.approx(again.own[outcome.item_id], rel=1e-6) for outcome in first)
    # All bounds are Wilson's on tries to which one and the same prior is added.
    mean, strength = prior(first)
    for outcome in first:
        hits, trials = outcome.feedback + strength * mean, outcome.exposures + strength
        assert outcome.upper == pytest.approx(upper(hits / trials, trials), rel=1e-4)


def upper(rate, trials):
    return (rate + Z**2 / 2 / trials + Z * sqrt(rate * (1 - rate) / trials + Z**2 / 4 / trials**2)) / (
        1 + Z**2 / trials
    )


def prior(outcomes):
    """Mean and strength that explain the bounds of three outcomes best."""
    one, two, three = (outcomes[i] for i in (0, len(outcomes) // 2, -1))

    def off(given):
        mean, strength = given
        return [
            upper((each.feedback + strength * mean) / (each.exposures + strength), each.exposures + strength)
            - each.upper
            for each in (one, two, three)
        ]

    return optimize.least_squares(off, (0.1, 5.0), bounds=((0.001, 0.1), (0.9, 1e4)), xtol=1e-14, ftol=1e-14).x


def test_days_at_five_per_cent(case, tmp_path):
    """With as many days to plan for, 5 % is what it takes."""
    _, model, _ = case
    for each in model.ways:
        pace = each.pace[0]
        folder = written(tmp_path / each.name, exposures=rows(), catalogue=catalogue())
        longer = way(only(planned(folder, ceil(pace.days))), each.name)
        shorter = way(only(planned(folder, ceil(pace.days) - 1)), each.name)

        assert pace.share == 0.05
        assert longer.reach <= 0.05 <= shorter.reach


def test_json_has_them_with_six_digits(case):
    _, model, made = case
    told = json.loads(to_json(made))["models"][0]

    assert told["need"] == float(f"{model.need:.6g}")
    assert told["ways"][1]["cost"]["a_day"]["low"] == float(f"{way(model, 'targeted').cost.a_day.low:.6g}")
    assert len(told["first"]) == model.unfed


def test_without_explore_rows_the_history_of_the_unfed_has_to_do(tmp_path):
    log = rows(policy=False)
    model = only(planned(written(tmp_path / "logs", exposures=log, catalogue=catalogue()), DAYS))
    again = Again(log)
    unfed = [row[2] for row in again.shown if row[1] in set(again.unfed)]
    shown = {row[1] for row in again.shown} & set(again.unfed)

    assert model.cost_from == f"what {len(shown) / len(again.unfed):.0%} of the unfed outcomes got when they were shown"
    assert model.explored_rate.value == pytest.approx(np.mean(unfed), abs=0.02)
    assert model.explored_rate.low < 0.06 < model.explored_rate.high
    cost = way(model, "targeted").cost.a_day
    assert cost.low < way(model, "targeted").explored_a_day * (again.rate - 0.06) < cost.high
