"""What a plan is made of."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.finding import Report, Verdict


@dataclass(frozen=True)
class Asked:
    """What is to be planned: every outcome fed in `days`, for the models in `names`, else for all, else the flagged.

    `closed` is the share of exploration under which the scan calls a loop closed.
    """

    days: int = 28
    names: tuple[str, ...] = ()
    all_models: bool = False
    closed: float = 0.02


@dataclass(frozen=True)
class Estimate:
    """A number and its interval (95 %). `value` is None where only the bounds are known."""

    value: float | None
    low: float
    high: float


@dataclass(frozen=True)
class Cost:
    """Clicks that a model is expected to lose beside today: a day, and as a share of those that it gets.

    Below 0 it gains. `a_day` is None for a log without time.
    """

    a_day: Estimate | None
    share: Estimate


@dataclass(frozen=True)
class Pace:
    """The days until every outcome is fed if this share of exposures explores, and what it costs."""

    share: float
    days: float
    cost: Cost | None


@dataclass(frozen=True)
class Way:
    """One way to draw what is explored, out of `outcomes`, and how much of it is needed.

    `reach` is the share of exposures that feeds every outcome in time, None where not even all of them would. `share`
    is what to set: `reach`, but no less than the plan's `floor`. `explored` are the exposures that it makes in all.
    """

    name: str
    outcomes: int
    reach: float | None
    share: float | None
    explored: float | None
    explored_a_day: float | None
    cost: Cost | None
    pace: tuple[Pace, ...]


@dataclass(frozen=True)
class Unfed:
    """An outcome to feed: what it got in the whole log, how good it may still be, and what it is short of.

    `upper` is the upper bound (95 %) of its feedback rate, shrunk to the model's; `own` what the model's own choices
    would bring it in the time of the plan, and `lacks` what is then missing to its need.
    """

    item_id: str
    exposures: int
    feedback: int
    upper: float | None
    own: float
    lacks: float


@dataclass(frozen=True)
class Addition:
    """A column that the log should have, and what for."""

    column: str
    why: str


@dataclass(frozen=True)
class ModelPlan:
    """What one model needs so that the next retrain can learn about every outcome.

    An outcome is fed by `need` exposures (labelled ones, where `labels`), and unfed if the model's own choices bring it
    fewer of the next `exposures`, those of the plan's days (without timestamps: as many as the last retrain had).
    `missing` is what the `unfed` lack together, and `target` the mean count at which chance leaves none of them short;
    `outcomes` are those that can be fed, beside them are the `never_labelled`. `explores` is today's exploration.
    """

    rank: int
    model_id: str
    verdict: Verdict
    outcomes: int
    unfed: int
    never_shown: int
    never_labelled: int
    labels: bool
    rate: float | None
    need: float
    target: float
    missing: float
    exposures: float
    exposures_a_day: float | None
    explores: Estimate | None
    explores_from: str | None
    floor: float
    ways: tuple[Way, ...]
    explored_rate: Estimate | None
    cost_from: str
    first: tuple[Unfed, ...]
    additions: tuple[Addition, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unplanned:
    """A model that was asked for and has no plan, and why."""

    model_id: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """The plans of one fleet, in the order of its report."""

    report: Report
    days: int
    confidence: float
    models: tuple[ModelPlan, ...]
    unplanned: tuple[Unplanned, ...]
