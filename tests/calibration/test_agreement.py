"""The exact test of agreement, against Fisher's in one cell and against what it promises in many."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.calibration.agreement import agreement


@pytest.mark.parametrize("counts", [(3, 20, 1, 40), (0, 10, 30, 60), (9, 9, 50, 60), (2, 8, 4, 16)])
def test_one_cell_is_fishers_test(counts):
    a, n, b, m = counts
    table = [[a, n - a], [b, m - b]]
    tails = [stats.fisher_exact(table, alternative=side).pvalue for side in ("less", "greater")]

    assert agreement([counts]) == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-9)


def test_several_cells_are_added_up():
    strata = [(2, 6, 5, 9), (1, 4, 3, 12), (3, 5, 1, 7)]
    chances = {0: 1.0}
    for a, n, b, m in strata:
        law = stats.hypergeom(n + m, a + b, n)
        chances = {
            total: sum(chances.get(total - k, 0.0) * law.pmf(k) for k in range(n + 1)) for total in range(6 + 4 + 5 + 1)
        }
    tails = [sum(p for k, p in chances.items() if (k <= 6 if side else k >= 6)) for side in (True, False)]

    assert agreement(strata) == pytest.approx(min(1.0, 2 * min(tails)), rel=1e-9)


def test_equal_rates_are_seldom_told_apart_and_others_nearly_always():
    rng = np.random.default_rng(3)
    rates, models, others = rng.uniform(0, 1, 12), 5, 40

    def drawn(shift):
        first, second = rng.binomial(models, np.clip(rates + shift, 0, 1)), rng.binomial(others, rates)
        return agreement((int(a), models, int(b), others) for a, b in zip(first, second, strict=True))

    assert np.mean([drawn(0.0) < 0.05 for _ in range(400)]) < 0.08
    assert np.mean([drawn(0.4) < 0.05 for _ in range(100)]) > 0.95


def test_cells_that_the_other_run_has_not_say_nothing():
    assert agreement([(3, 5, 0, 0)]) == 1.0
    assert agreement([]) == 1.0
