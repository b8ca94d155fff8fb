"""Heavy and light tails are of the laws that they are said to be, and change nothing else of the world."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from auditor.simulate import ModelSpec, run_loop

LAWS = {
    "normal": stats.norm(),
    "heavy": stats.t(3, scale=1 / np.sqrt(3)),
    "light": stats.uniform(-np.sqrt(3), 2 * np.sqrt(3)),
}


def world(tail, **knobs):
    return run_loop(ModelSpec("m", "uniform", items=20_000, exposures=100, retrains=2, quality_tail=tail, **knobs), 71)


def log_odds(rates):
    logits = np.log(rates / (1.0 - rates))
    return logits - np.median(logits)


@pytest.mark.parametrize("tail", LAWS)
@pytest.mark.parametrize("groups", [1, 4])
def test_log_odds_follow_the_law(tail, groups):
    loop = world(tail, groups=groups, quality_spread=0.6)
    for group in loop.rates[0]:
        assert stats.kstest(log_odds(group) / 0.6, LAWS[tail].cdf).pvalue > 1e-4
    assert loop.rates[0].mean() == pytest.approx(0.05, abs=1e-6)


def test_the_laws_differ_and_the_deviation_does_not():
    heavy, normal, light = (log_odds(world(tail).rates[0, 0]) for tail in ("heavy", "normal", "light"))
    assert [each.std() for each in (heavy, normal, light)] == pytest.approx([0.5] * 3, rel=0.08)
    assert stats.kurtosis(heavy) > 3.0
    assert stats.kurtosis(light) == pytest.approx(-1.2, abs=0.05)
    assert stats.kstest(heavy / 0.5, LAWS["normal"].cdf).pvalue < 1e-6
    assert stats.spearmanr(light, normal)[0] == pytest.approx(1.0)


@pytest.mark.parametrize("tail", LAWS)
def test_audiences_agree_on_outcomes_as_much_as_before(tail):
    rates = world(tail, groups=2).rates[0]
    assert stats.spearmanr(*rates)[0] == pytest.approx(0.48, abs=0.04)


@pytest.mark.parametrize("tail", LAWS)
def test_drift_comes_on_top(tail):
    loop = world(tail, drift=0.2)
    step = log_odds(loop.rates[1, 0]) - log_odds(loop.rates[0, 0])
    assert stats.kstest((step - np.median(step)) / 0.2, "norm").pvalue > 1e-4
