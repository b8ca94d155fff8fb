"""From a report and its rollups to a plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from auditor.config import nearest
from auditor.errors import AuditError
from auditor.finding import ModelReport, Report, Verdict
from auditor.plan.appetite import CONFIDENCE
from auditor.plan.case import STARVATION, Case, model_plan
from auditor.plan.contents import Asked, Plan, Unplanned
from auditor.plan.outcomes import counts, first
from auditor.plan.standing import standing
from auditor.rollup import Rollups
from auditor.statistics import beta_prior

FLAGGED = (Verdict.STARVED, Verdict.AT_RISK)
ENOUGH = 100
"""Exposures of the last retrain under which nothing can be planned."""


def plan(rollups: Rollups, report: Report, asked: Asked) -> Plan:
    """The plans of the models that are asked for, in the order of `report`.

    Raises AuditError for a model that is not in it.
    """
    models = _chosen(report.models, asked)
    reasons = {model.model_id: _refused(model) for model in models}
    cases = _cases(rollups, [model for model in models if not reasons[model.model_id]], asked)
    hungry = {number: case for number, case in cases.items() if not case.unfed.is_empty()}
    named, strengths = _named(rollups, hungry), _strengths(hungry)
    plans = {
        case.model.model_id: model_plan(case, named.get(number, ()), strengths.get(number))
        for number, case in cases.items()
    }
    return Plan(
        report=report,
        days=asked.days,
        confidence=CONFIDENCE,
        models=tuple(plans[model.model_id] for model in models if model.model_id in plans),
        unplanned=tuple(
            Unplanned(model.model_id, reasons[model.model_id] or "its catalogue is empty at the end of the log")
            for model in models
            if model.model_id not in plans
        ),
    )


def _chosen(models: Sequence[ModelReport], asked: Asked) -> list[ModelReport]:
    known = [model.model_id for model in models]
    for name in asked.names:
        if name not in known:
            raise AuditError(f"--model: there is no model {name!r} in these logs.", nearest(name, known))
    if asked.names:
        return [model for model in models if model.model_id in asked.names]
    return [model for model in models if asked.all_models or model.verdict in FLAGGED]


def _refused(model: ModelReport) -> str:
    """Why nothing can be planned for a model; empty where it can."""
    starved = model.measures.get(STARVATION)
    if starved is None:
        return model.why
    if starved["exposures"] < ENOUGH:
        return f"{starved['exposures']} exposures in the last retrain, needs {ENOUGH}"
    return "the log knows of one outcome: there was nothing to choose" if starved["outcomes"] < 2 else ""


def _cases(rollups: Rollups, models: Iterable[ModelReport], asked: Asked) -> dict[int, Case]:
    """The models by their number in the rollups; without those of which no outcome can be fed."""
    numbers = {name: number for number, name in rollups.frame("retrains").select("model", "model_id").unique().rows()}
    wanted = {numbers[model.model_id]: model for model in models}
    if not wanted:
        return {}
    counted = counts(rollups, wanted)
    rows = {row["model"]: row for row in standing(rollups, wanted, asked.closed).to_dicts()}
    propensities, requests = _with_propensities(rollups), rollups.has("request_id")
    outcomes = {number: counted.filter(pl.col("model") == number) for number in wanted}
    return {
        number: Case(model, rows[number], outcomes[number], asked.days, number in propensities, requests)
        for number, model in wanted.items()
        if outcomes[number]["feedable"].any()
    }


def _with_propensities(rollups: Rollups) -> set[int]:
    """Models whose propensities are not all 1, which says nothing of chance."""
    support = rollups.frame("support").filter(pl.col("certain") < pl.col("rows_with_propensity"))
    return set(support["model"].to_list())


def _strengths(hungry: dict[int, Case]) -> dict[int, float]:
    """Of the priors of the unfed outcomes."""
    if not hungry:
        return {}
    prior = beta_prior(pl.concat([case.unfed for case in hungry.values()]), ["model"])
    return dict(prior.select("model", "prior_strength").iter_rows())


def _named(rollups: Rollups, hungry: dict[int, Case]) -> dict[int, list[dict[str, object]]]:
    if not hungry:
        return {}
    counted = pl.concat([case.feedable for case in hungry.values()])
    found = first(rollups, counted, {number: (case.unfed_below, case.appetite.need) for number, case in hungry.items()})
    return {int(str(key[0])): group.to_dicts() for key, group in found.partition_by("model", as_dict=True).items()}
