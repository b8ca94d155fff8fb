from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from dated import DatedFleet
from scipy.stats import binomtest, poisson

from auditor.config import Settings

ID = "cold-start"
ONLY = Settings(select=(ID,))


def random_log(seed: int):
    """Outcomes that come and go in the middle of weeks, shown by fits and starts: counts, clicks, dates in weeks."""
    rng = np.random.default_rng(seed)
    came = np.where(rng.random(120) < 0.4, rng.uniform(-1, 0, 120), rng.uniform(0.01, 6, 120))
    left = np.where(rng.random(120) < 0.3, came + rng.uniform(0.2, 5, 120), np.inf)
    weeks = np.arange(6)[:, None]
    open_ = np.clip(np.minimum(left, weeks + 1) - np.maximum(came, weeks), 0, 1)
    shown = rng.poisson(open_ * rng.gamma(0.4, 40, 120) * rng.gamma(2, 0.5, (6, 120)))
    return shown, rng.binomial(shown, 0.05), came, left


class Known:
    """What a log shows of its newcomers, outcome by outcome."""

    def __init__(self, shown, clicks, came, left):
        self.shown, self.came, self.left, self.end = shown, came, left, len(shown) - 1
        listed = [(came <= t + 1) & (left > t) for t in range(len(shown))]
        size = np.array([each.sum() for each in listed])
        self.even = shown.sum(axis=1) / size
        self.need = np.minimum(3 * shown.sum(axis=1) / clicks.sum(axis=1), self.even / 2)
        self.new = np.flatnonzero((came > 0) & (came < self.end + 1))
        self.old = np.setdiff1d(np.flatnonzero(listed[-1]), self.new)

    def cohort(self, i: int) -> int:
        return int(self.came[i])

    def chance(self, i: int) -> float:
        overlap = [min(self.left[i], t + 1) - max(self.came[i], t) for t in range(self.end + 1)]
        return sum(even * max(part, 0.0) for even, part in zip(self.even, overlap, strict=True))

    def null(self, i: int) -> float:
        return float(poisson.cdf(np.ceil(self.need[self.cohort(i)]) - 1, round(self.chance(i), 1)))

    def delay(self, i: int) -> float:
        got = np.cumsum(self.shown[self.cohort(i) :, i])
        fed = np.flatnonzero(got >= self.need[self.cohort(i)])
        return float(fed[0]) if len(fed) else np.inf

    def judged(self) -> list[int]:
        return [i for i in self.new if self.cohort(i) < self.end and self.null(i) <= 0.05]


@pytest.fixture(scope="module")
def random():
    fleet, truth = DatedFleet(), {}
    for seed in range(4):
        shown, clicks, came, left = random_log(seed)
        truth[f"m{seed}"] = Known(shown, clicks, came, left)
        fleet.add_counts(f"m{seed}", shown, clicks).date(f"m{seed}", came, left)
    return fleet.audit(ONLY).measures[ID], truth


SEEDS = [f"m{seed}" for seed in range(4)]


@pytest.mark.parametrize("name", SEEDS)
def test_which_newcomers_are_old_enough_to_tell(random, name):
    measures, known = random[0][name], random[1][name]
    judged = known.judged()

    assert measures["newcomers"] == len(known.new)
    assert 10 < measures["judged"] == len(judged) < len(known.new)
    assert measures["never_fed_null"] == pytest.approx(np.mean([known.null(i) for i in judged]), abs=1e-5)


@pytest.mark.parametrize("name", SEEDS)
def test_share_of_newcomers_never_fed_and_how_soon_the_others_were(random, name):
    measures, known = random[0][name], random[1][name]
    delays = [known.delay(i) for i in known.judged()]
    unfed = sum(map(np.isinf, delays))
    interval = binomtest(unfed, len(delays)).proportion_ci(method="wilson")
    middle = sorted(delays)[(len(delays) + 1) // 2 - 1]

    assert measures["never_fed"] == pytest.approx(unfed / len(delays))
    assert (measures["never_fed_low"], measures["never_fed_high"]) == pytest.approx((interval.low, interval.high))
    assert measures["median_retrains"] == (None if np.isinf(middle) else middle)
    assert measures["median_days"] == (None if np.isinf(middle) else 7 * middle)


@pytest.mark.parametrize("name", SEEDS)
def test_what_those_never_fed_got_of_an_even_share(random, name):
    measures, known = random[0][name], random[1][name]
    unfed = [i for i in known.judged() if np.isinf(known.delay(i))]
    got, even = known.shown[:, unfed].sum(), sum(round(known.chance(i), 1) for i in unfed)

    assert unfed
    assert measures["pace"] == pytest.approx(got / even)
    assert measures["pace_low"] < measures["pace"] < measures["pace_high"]


@pytest.mark.parametrize("name", SEEDS)
def test_newcomers_never_fed_by_cohort(random, name):
    measures, known = random[0][name], random[1][name]
    cohorts = defaultdict(list)
    for i in known.judged():
        cohorts[known.cohort(i)].append(np.isinf(known.delay(i)))
    told = [f"{sum(unfed)} of {len(unfed)} in retrain {cohort}" for cohort, unfed in sorted(cohorts.items())]

    assert measures["by_cohort"] == ", ".join(told)


@pytest.mark.parametrize("name", SEEDS)
def test_older_outcomes_fed_in_the_last_retrain(random, name):
    measures, known = random[0][name], random[1][name]
    fed = known.shown[-1, known.old] >= known.need[-1]

    assert measures["older"] == len(known.old)
    assert measures["standing_fed"] == pytest.approx(fed.mean())
