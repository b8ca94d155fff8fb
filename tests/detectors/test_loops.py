"""Models that retrain on their own clicks, beside some that explore and some that do not learn."""

from __future__ import annotations

from collections import defaultdict

import pytest
from counted import Fleet, ranked

from auditor.config import Settings
from auditor.detectors import run
from auditor.simulate import ModelSpec

ID = "outcome-starvation"
CLOSED = {
    "greedy": {"policy": "greedy"},
    "urn 1.3": {"policy": "polya", "exponent": 1.3, "memory": "last"},
    "urn 2": {"policy": "polya", "exponent": 2.0, "memory": "last"},
}
NARROWING = {"urn 1": {"policy": "polya", "exponent": 1.0, "memory": "last"}}
EXPLORED = {
    f"{kind} {share}": {"policy": "greedy", "explore": share, "log_policy": kind == "logged"}
    for kind in ("logged", "silent")
    for share in (0.01, 0.02, 0.05, 0.1)
}
OPEN = {
    "uniform": {"policy": "uniform"},
    "popular": {"policy": "popularity"},
    "quality": {"policy": "quality"},
}
KINDS = {**CLOSED, **NARROWING, **EXPLORED, **OPEN}
SIZES = {(1000, 4): 40, (1000, 6): 40, (20_000, 4): 8, (100, 6): 20}


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size[0]} outcomes, {size[1]} retrains")
def fleet(request):
    """Every kind of model, so many times; ranked together, {kind: its models}."""
    items, retrains = request.param
    counted = Fleet(11)
    for kind, world in KINDS.items():
        for i in range(SIZES[request.param]):
            spec = ModelSpec(f"{kind}/{i}", exposures=50_000, items=items, retrains=retrains, **world)
            counted.add(spec, policy=spec.log_policy)
    rollups = counted.rollups()
    outcome = run(rollups, Settings())
    by_kind = defaultdict(list)
    for model in ranked(rollups, outcome)[0]:
        by_kind[model.model_id.split("/")[0]].append(model)
    titles = defaultdict(list)
    for finding in outcome.findings:
        titles[finding.model_id].append(finding.title)
    return by_kind, titles


def share(models, holds) -> float:
    return sum(map(holds, models)) / len(models)


@pytest.mark.parametrize("kind", CLOSED)
def test_retraining_on_own_clicks_without_exploration_is_starved(fleet, kind):
    models, _ = fleet

    assert share(models[kind], lambda model: model.verdict == "starved") >= 0.95


def test_an_urn_that_narrows_slowly_is_at_risk_at_least(fleet):
    models, _ = fleet

    assert share(models["urn 1"], lambda model: model.verdict in {"at risk", "starved"}) >= 0.95


def test_the_fall_of_an_urn_is_told(fleet):
    models, titles = fleet

    def told(model):
        return any("implied exploration fell" in each or "narrow exposure" in each for each in titles[model.model_id])

    assert share(models["urn 1"], told) >= 0.95


@pytest.mark.parametrize("kind", ["logged 0.05", "silent 0.05", "logged 0.1", "silent 0.1"])
def test_five_per_cent_of_exploration_is_never_starved_and_never_closed(fleet, kind):
    models, titles = fleet

    assert {model.verdict for model in models[kind]} <= {"healthy"}
    assert not any("too few exposures" in each for model in models[kind] for each in titles[model.model_id])


def test_two_per_cent_with_a_policy_column_is_never_starved(fleet):
    models, _ = fleet

    assert all(model.verdict != "starved" for model in models["logged 0.02"])


@pytest.mark.parametrize("explored", [0.01, 0.02, 0.05, 0.1])
def test_exploration_is_found_without_a_policy_column(fleet, explored):
    """All of them, but for those whose exploration alone feeds nearly all of a small catalogue: nothing tells there."""
    models, _ = fleet
    measures = [model.measures[ID] for model in models[f"silent {explored}"]]
    told = [each["exploration"] for each in measures if each["exploration"] is not None]

    assert all(abs(value - explored) <= explored / 3 for value in told)
    assert all(each["exploration"] is not None for each in measures if each["starved_excess"] >= 0.25)


def test_every_loop_ranks_above_every_healthy_model(fleet):
    models, _ = fleet
    loops = [model.rank for kind in (*CLOSED, *NARROWING) for model in models[kind]]
    healthy = [model for found in models.values() for model in found if model.verdict == "healthy"]

    assert {f"{kind}/0" for kind in OPEN} <= {model.model_id for model in healthy}
    assert max(loops) < min(model.rank for model in healthy)


@pytest.mark.parametrize("kind", OPEN)
def test_models_that_do_not_learn_are_healthy(fleet, kind):
    models, _ = fleet

    assert share(models[kind], lambda model: model.verdict == "healthy") == 1
