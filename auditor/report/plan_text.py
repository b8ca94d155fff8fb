"""A plan in words: the same for the terminal and for Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from auditor.plan import Cost, Estimate, ModelPlan, Plan, Unfed, Way
from auditor.report.figures import DASH, count, estimate, quantity, whole

NOTHING = "Nothing to plan: no model is starved or at risk."
NAMED = 10
COLUMNS = ("#", "model", "unfed", "of", "explores", "uniform", "targeted", "clicks lost")
DRAWN = {
    "uniform": "drawn from all {outcomes} outcomes",
    "targeted": "drawn from those that still lack exposures, the unfed first",
}
DRAWN_LABELS = "decided at random among the outcomes that get a label"


def headline(plan: Plan) -> str:
    """What the plan is for."""
    if not plan.models:
        return NOTHING if not plan.unplanned else "Nothing can be planned."
    models = f"{len(plan.models):,} model" + ("s" if len(plan.models) != 1 else "")
    return f"What {models} would have to explore for every outcome to be fed in {plan.days} days"


def cells(model: ModelPlan) -> tuple[str, ...]:
    """One line of the table: what the cheapest way costs stands last."""
    shares = {way.name: way.share for way in model.ways}
    explores = model.explores.value if model.explores else None
    return (
        str(model.rank),
        model.model_id,
        count(model.unfed),
        count(model.outcomes),
        quantity(explores, "share"),
        *(quantity(shares.get(name), "share") for name in DRAWN),
        _clicks(model.ways[-1].cost),
    )


def facts(model: ModelPlan, days: int, told: dict[tuple[str, ...], str]) -> Iterator[tuple[str, str]]:
    """(topic, text) pairs. `told` holds the columns that other models were told to log, and is added to."""
    yield "unfed", _unfed(model, days)
    if model.explores is not None:
        bounds = estimate("share", model.explores.value, model.explores.low, model.explores.high)
        yield "explores", f"{' '.join(bounds)} today ({model.explores_from})"
    for way in model.ways:
        yield way.name, _way(way, model, days)
    yield "costs", _costs(model)
    if model.first:
        yield "first", _first(model)
    if model.additions:
        columns = tuple(addition.column for addition in model.additions)
        same = told.setdefault(columns, model.model_id)
        listed = "; ".join(f"{addition.column}: {addition.why}" for addition in model.additions)
        yield "log", listed if same == model.model_id else f"as for {same}"
    yield from (("note", note) for note in model.notes)


def _unfed(model: ModelPlan, days: int) -> str:
    what = "labelled exposures" if model.labels else "exposures"
    why = f" (3 / {quantity(model.rate, 'share')})" if model.rate else ""
    need = f"the {quantity(model.need, 'exposures')} {what}{why} that it takes to learn about one"
    if not model.unfed:
        return f"none: own choices bring each outcome that can be fed {need}"
    never = f"; {count(model.never_shown)} were never shown" if model.never_shown else ""
    within = f"in {days} days " if model.exposures_a_day is not None else ""
    return f"{count(model.unfed)} of {count(model.outcomes)}: own choices bring them {within}less than {need}{never}"


def _way(way: Way, model: ModelPlan, days: int) -> str:
    pace = ", ".join(f"{quantity(pace.share, 'share', 0)} takes {whole(pace.days)} days" for pace in way.pace)
    slower = f"; {pace}" if pace else ""
    if way.share is None:
        return f"not within {days} days{slower}"
    a_day = f", {whole(way.explored_a_day)} a day" if way.explored_a_day is not None else ""
    drawn = DRAWN_LABELS if model.labels else DRAWN[way.name].format(outcomes=count(way.outcomes))
    return f"{quantity(way.share, 'share')} of exposures{a_day}, {drawn}{slower}"


def _costs(model: ModelPlan) -> str:
    known = [f"{way.name} {_cost(way.cost)}" for way in model.ways if way.cost is not None]
    return "; ".join([*known, f"from {model.cost_from}" if known else model.cost_from])


def _cost(cost: Cost) -> str:
    gains = (cost.share.value or 0.0) < 0
    told = Cost(_gained(cost.a_day), _gained(cost.share) or cost.share) if gains else cost
    share, verb = _range(told.share, "share"), "gains" if gains else "loses"
    return (
        f"{verb} {share} of all clicks"
        if told.a_day is None
        else f"{verb} {_clicks(told)} clicks a day, {share} of all"
    )


def _gained(lost: Estimate | None) -> Estimate | None:
    return None if lost is None or lost.value is None else Estimate(-lost.value, -lost.high, -lost.low)


def _clicks(cost: Cost | None) -> str:
    return DASH if cost is None or cost.a_day is None else _range(cost.a_day, "feedback")


def _range(told: Estimate, unit: str) -> str:
    if told.value is None:
        return f"{quantity(told.low, unit)} to {quantity(told.high, unit)}"
    return " ".join(estimate(unit, told.value, told.low, told.high))


def _first(model: ModelPlan) -> str:
    """Those never shown are told together, as they follow each other."""
    told = []
    for never, outcomes in groupby(model.first[:NAMED], key=lambda outcome: not outcome.exposures):
        told.append(", ".join(outcome.item_id if never else _outcome(outcome) for outcome in outcomes))
        told[-1] += " (never shown)" if never else ""
    more = model.unfed - min(len(model.first), NAMED)
    return ", ".join(told) + (f", and {count(more)} more" if more else "")


def _outcome(outcome: Unfed) -> str:
    return f"{outcome.item_id} ({count(outcome.feedback)} of {count(outcome.exposures)})"
