"""A plan with everything that a plan can hold, made by hand."""

from __future__ import annotations

from auditor.finding import ColumnUse, InputSummary, Report, Summary, Verdict
from auditor.plan import Addition, Cost, Estimate, ModelPlan, Pace, Plan, Unfed, Unplanned, Way

LOST = Cost(Estimate(8.2266, 0.27778, 35.2087), Estimate(0.0752708, 0.0025416, 0.322148))
BOUNDS = Cost(Estimate(None, 0.0, 88.0), Estimate(None, 0.0, 0.409))
POLICY = Addition("policy", "marks what explores")
LONG = "checkout/recommendations-for-you_and.everybody-else-2026-blue-green"


def report(audited: int = 3, warnings: tuple[str, ...] = ()) -> Report:
    columns = (ColumnUse("item_id", "sku", "alias"),)
    return Report(
        run_id="run",
        started_at="2026-03-30T04:00:00+00:00",
        tool={"name": "auditor", "version": "0"},
        inputs=(InputSummary("exposures", ("logs/a.csv",), "csv", columns, (), 100, 99),),
        window={"start": "2026-01-01", "end": None},
        settings={},
        summary=Summary(f"1 of {audited} audited models is outcome-starved", 3, audited, 1, 1, 1, 0, {}, 0),
        models=(),
        findings=(),
        skips=(),
        warnings=warnings,
    )


def both(cost: Cost | None, share: float | None) -> tuple[Way, Way]:
    pace = (Pace(0.05, 316.2, cost), Pace(0.1, 158.4, cost))
    a_day = None if share is None else 914 * share
    explored = None if a_day is None else 28 * a_day
    return tuple(
        Way(name, outcomes, share, share, explored, a_day, None if share is None else cost, pace)
        for name, outcomes in (("uniform", 300), ("targeted", 296))
    )


def model(rank: int, name: str, verdict: Verdict = Verdict.STARVED, **changes) -> ModelPlan:
    values = {
        "rank": rank,
        "model_id": name,
        "verdict": verdict,
        "outcomes": 300,
        "unfed": 296,
        "never_shown": 133,
        "never_labelled": 0,
        "labels": False,
        "rate": 0.11953125,
        "need": 25.098039215,
        "target": 48.3163,
        "missing": 7_400.0,
        "exposures": 25_601.8,
        "exposures_a_day": 914.35,
        "explores": Estimate(0.0041, 0.0028, 0.0060),
        "explores_from": "implied",
        "floor": 0.0274,
        "ways": both(LOST, 0.3032927352),
        "explored_rate": Estimate(0.1034, 0.0512, 0.1169),
        "cost_from": "what 55% of the unfed outcomes got when they were shown",
        "first": tuple(Unfed(f"vid_{i:03}", 7 - i if i < 7 else 0, 1, 0.35, 0.5, 25.5) for i in range(12)),
        "additions": (POLICY,),
        "notes": ("the first note", "the second note"),
    }
    return ModelPlan(**{**values, **changes})


def example() -> Plan:
    models = (
        model(1, "related_videos"),
        model(2, LONG, ways=both(BOUNDS, 0.4), cost_from="bounds alone", explores=None, explores_from=None),
        model(3, "hopeless", ways=both(None, None), exposures_a_day=1.5),
        model(4, "loans", labels=True, outcomes=1, unfed=0, never_labelled=1, first=(), never_shown=0, rate=0.89,
              ways=(Way("uniform", 1, 0.0, 0.0277, 664.0, 23.7, None, ()),), cost_from="a label has no price"),
        model(5, "timeless", Verdict.AT_RISK, exposures_a_day=None, additions=(), notes=(), unfed=2_000,
              ways=(Way("uniform", 3_000, 0.2, 0.2, 1_600.0, None, Cost(None, LOST.share), ()),)),
    )  # fmt: skip
    unplanned = (Unplanned("beta\x1bwidget", "50 exposures in the last retrain, needs 100"),)
    return Plan(report(warnings=("short",)), 28, 0.95, models, unplanned)
