"""How much exploration would cure what was found: for how long, for which outcomes first, and at what cost.

An outcome is fed by need = 3 / q exposures, at the feedback rate q of the last retrain: with no click in so many,
it is ruled out at 95 % that it is as good as what is shown (rule of three; Hanley, Lippman-Hand 1983). The cap of
the verdict, half the even share lambda, does not hold here: with lambda of the days planned for, to bring each
outcome lambda / 2 takes more than half of all exposures, and where there is so little room it is days that are
short. Without any feedback there is nothing else, and the verdict's own need is taken.

All outcomes in the catalogue at the end of the log count. What own choices would bring each of them in those days is
their share of the last retrain's; those left with less than need are unfed. Counts are Poisson, and exploration is so
large that all unfed outcomes have need with 95 % probability, whether it draws from all outcomes alike or only from
those that still lack exposures (appetite.py). It is no less than a floor: what it takes for the next scan to see in one
retrain that at least 2 % explore. Less would feed a small catalogue, but over a month, and each retrain by itself would
still look closed.

It is taken for granted that the next retrains learn from all of these days' feedback, that traffic stays what it was in
the last four weeks, and that own choices stay what they were: where the worst fed outcome gets nothing of them, as in a
closed loop, uniform exploration does not rest on that. A "yes" is taken to be worth the same on every outcome.
"""

from __future__ import annotations

from auditor.plan.contents import (
    Addition,
    Asked,
    Cost,
    Estimate,
    ModelPlan,
    Pace,
    Plan,
    Unfed,
    Unplanned,
    Way,
)
from auditor.plan.planning import plan

__all__ = [
    "Addition",
    "Asked",
    "Cost",
    "Estimate",
    "ModelPlan",
    "Pace",
    "Plan",
    "Unfed",
    "Unplanned",
    "Way",
    "plan",
]
