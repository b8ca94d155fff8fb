"""One model to plan for: from what is counted of it to its plan. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from auditor.detectors.detector import Row, number
from auditor.finding import ModelReport
from auditor.plan.additions import additions
from auditor.plan.appetite import Appetite
from auditor.plan.contents import Estimate, ModelPlan, Unfed
from auditor.plan.cost import price
from auditor.plan.notes import notes
from auditor.plan.ways import ways

STARVATION = "outcome-starvation"


@dataclass(frozen=True)
class Case:
    """What the report says of one model, and what the log does: `row` of its last retrain (standing.py).

    `counted` are its outcomes (outcomes.py). `propensities` and `requests` say whether its log tells those.
    """

    model: ModelReport
    row: Row
    counted: pl.DataFrame
    days: int
    propensities: bool
    requests: bool

    @property
    def exposures(self) -> float:
        """Those of the plan's days; without time, of one retrain like the last."""
        a_day = number(self.row, "a_day")
        return float(self.row["exposures"]) if a_day is None else a_day * self.days

    @property
    def chosen(self) -> float:
        """Exposures of the last retrain that were the model's own choice."""
        return float(max(self.row["exploit"], 1))

    @property
    def unfed_below(self) -> float:
        """The count of own choices in the last retrain under which an outcome stays unfed."""
        return float(self.row["need"]) / self.exposures * self.chosen

    @cached_property
    def feedable(self) -> pl.DataFrame:
        """The outcomes that can be fed."""
        return self.counted.filter("feedable")

    @cached_property
    def unfed(self) -> pl.DataFrame:
        """The outcomes that own choices do not feed."""
        return self.feedable.filter(pl.col("own") < self.unfed_below)

    @cached_property
    def appetite(self) -> Appetite:
        """What its outcomes need."""
        shares = self.feedable.group_by(pl.col("own") / self.chosen).agg(pl.col("outcomes").sum())
        return Appetite(float(self.row["need"]), self._yields(), tuple(shares.iter_rows()))

    def _yields(self) -> float:
        """Labels that an exposure brings, where labels come at all."""
        if not self.row["labels"]:
            return 1.0
        labelled = self.feedable.filter(pl.col("tries") > 0)
        totals = labelled.select((pl.col("tries", "exposures") * pl.col("outcomes")).sum()).row(0)
        return totals[0] / totals[1] if totals[1] else 1.0

    @property
    def floor(self) -> float:
        """The least share worth setting: none where nothing is unfed."""
        starved = self.model.measures[STARVATION]
        hungry = starved["fed"] < starved["outcomes"] or not self.unfed.is_empty()
        return float(self.row["floor"]) if hungry else 0.0

    @property
    def explores(self) -> Estimate | None:
        """Today's exploration, as the scan tells it."""
        starved = self.model.measures[STARVATION]
        value, low, high = (number(starved, f"exploration{end}") for end in ("", "_low", "_high"))
        return None if value is None or low is None or high is None else Estimate(value, low, high)


def model_plan(case: Case, named: Sequence[Row], strength: float | None) -> ModelPlan:
    """The plan of one model.

    `named` are its unfed outcomes by name, those to feed first before the others; `strength` is that of their prior.
    """
    row = {**case.row, "floor": case.floor}
    hunger = case.appetite.hunger(case.exposures)
    priced = price(row, case.unfed, case.appetite.outcomes, strength)
    drawn = ways(case.appetite, hunger, case.exposures, row, priced)
    made = ModelPlan(
        rank=case.model.rank,
        model_id=case.model.model_id,
        verdict=case.model.verdict,
        outcomes=case.appetite.outcomes,
        unfed=hunger.outcomes,
        never_shown=_outcomes(case.unfed.filter(pl.col("exposures") == 0)),
        never_labelled=_outcomes(case.counted) - case.appetite.outcomes,
        labels=row["labels"],
        rate=row["clicks"] / row["learnable"] if row["clicks"] else None,
        need=row["need"],
        target=hunger.target,
        missing=hunger.outcomes * case.appetite.portion - hunger.own,
        exposures=case.exposures,
        exposures_a_day=row["a_day"],
        explores=case.explores,
        explores_from=case.model.measures[STARVATION].get("exploration_source"),
        floor=row["floor"],
        ways=drawn,
        explored_rate=priced.rate,
        cost_from=priced.source,
        first=_first(case, named),
        additions=additions(row, _missing(case.model), case.propensities, case.requests),
    )
    return replace(made, notes=tuple(notes(made, bool(row["listed"]))))


def _outcomes(counted: pl.DataFrame) -> int:
    return int(counted["outcomes"].sum())


def _missing(model: ModelReport) -> str:
    return str(model.measures.get("auditability", {}).get("missing") or "")


def _first(case: Case, named: Sequence[Row]) -> tuple[Unfed, ...]:
    def unfed(each: Row) -> Unfed:
        own = each["own"] / case.chosen * case.exposures
        lacks = case.appetite.portion - own
        return Unfed(each["item_id"], each["exposures"], each["clicks"], number(each, "upper"), own, lacks)

    return tuple(map(unfed, named))
