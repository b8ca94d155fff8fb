"""What the models of the row-level grid are: healthy ones, faults by strength, and what only looks like a fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Spec = Mapping[str, Any]

LOGGED: Spec = {
    "log_policy": True, "log_propensity": True, "log_score": True, "log_category": True, "log_feedback_model": True,
    "segments": 4, "users": 160, "metrics": "sound",
}  # fmt: skip
"""Every optional column, so that as many detectors as possible run at once."""

GOOD_CLICKS: Spec = {"second_event": "purchase", "second_rate": 0.35, "second_fit": 0.9}
SECOND: Sequence[Spec] = (
    GOOD_CLICKS,
    {"second_event": "dwell", "second_rate": 1.0, "second_value": 420.0, "second_fit": 0.8},
    {"second_event": "purchase", "second_rate": 0.35, "second_fit": 0.0},
)
TASTES: Spec = {"groups": 12, "category_taste": 0.8, "quality_spread": 0.4}

HEALTHY: Mapping[str, Spec] = {
    "uniform": {"policy": "uniform"},
    "uniform, 10 % logged as explore": {"policy": "uniform", "explore": 0.1},
    "uniform, turnover": {"policy": "uniform", "turnover": 0.1},
    "uniform, season": {"policy": "uniform", "seasonality": 0.4, "warmup": 3},
    "popularity 0.8": {"policy": "popularity", "exponent": 0.8},
    "popularity 1.2": {"policy": "popularity", "exponent": 1.2},
    "popularity 1, 5 % explored": {"policy": "popularity", "explore": 0.05},
    "popularity 0.8, turnover": {"policy": "popularity", "exponent": 0.8, "turnover": 0.05},
    "popularity 0.8, season": {"policy": "popularity", "exponent": 0.8, "seasonality": 0.3, "warmup": 3},
    "popularity 0.8, growth": {"policy": "popularity", "exponent": 0.8, "growth": 0.3},
    "popularity 0.8, position": {"policy": "popularity", "exponent": 0.8, "position_decay": 0.5},
    "quality": {"policy": "quality"},
    "quality 2": {"policy": "quality", "exponent": 2.0},
    "quality, drift": {"policy": "quality", "drift": 0.1},
    "quality, season": {"policy": "quality", "seasonality": 0.3},
    "quality, all rates rise": {"policy": "quality", "uplift": 0.06},
    "quality, shrinking traffic": {"policy": "quality", "growth": -0.2},
    "quality, taste": {"policy": "quality", "exponent": 1.5, **TASTES},
    "quality, taste and turnover": {"policy": "quality", "turnover": 0.04, "newcomer_boost": 0.05, **TASTES},
    "quality, heavy tails": {"policy": "quality", "quality_tail": "heavy"},
    "quality, light tails": {"policy": "quality", "quality_tail": "light"},
    "quality, position": {"policy": "quality", "position_decay": 0.5},
    "quality, late feedback": {"policy": "quality", "late": 0.3},
    "classifier, human labels": {"policy": "classifier", "rule_labels": 0.05},
}
"""Models without a loop."""

OPEN: Mapping[str, Spec] = {
    "greedy, 5 %": {"policy": "greedy", "explore": 0.05},
    "greedy, 10 %": {"policy": "greedy", "explore": 0.1},
    "greedy, 10 %, newcomers": {"policy": "greedy", "explore": 0.1, "turnover": 0.04, "newcomer_boost": 0.05},
    "greedy, 10 %, position": {"policy": "greedy", "explore": 0.1, "position_decay": 0.5},
    "urn 1, 10 %": {"policy": "polya", "explore": 0.1},
    "thompson, 10 %": {"policy": "thompson", "explore": 0.1},
    "collaborative, 10 %": {"policy": "collaborative", "explore": 0.1},
    "item_knn, 10 %": {"policy": "item_knn", "explore": 0.1},
    "linucb, 10 %": {"policy": "linucb", "explore": 0.1},
    "approval, 4 %": {"policy": "approval", "explore": 0.04},
    "approval, denials followed up": {"policy": "approval", "followed_up": 0.05},
}
"""Loops that randomised exposures, or labels of what was denied, keep open."""


@dataclass(frozen=True)
class Fault:
    """A spec, what makes it stronger by and by, who is right to report it, and the kind of world that it is."""

    kind: str
    expects: tuple[str, ...]
    spec: Spec
    strengths: Mapping[str, Spec]


LOOP = (
    "outcome-starvation", "silent-failure", "feedback-gain", "retrain-drift", "exposure-coverage", "impression-gini",
    "missed-winners",
)  # fmt: skip
"""Who may report a model that retrains on its own clicks, whatever else is wrong with it."""

TICKETS: Spec = {"policy": "classifier", "items": 24, "exponent": 1.5}
OFFLINE: Spec = {"policy": "quality", "metrics": "offline"}
TESTED: Spec = {"policy": "greedy", "explore": 0.1, "log_policy": True}
PRICED: Spec = {"policy": "greedy", "log_policy": True, "log_propensity": True}
DECIDED: Spec = {"policy": "approval", "log_policy": True}

FAULTS: Mapping[str, Fault] = {
    "users narrow": Fault(
        "narrowing", ("user-narrowing", *LOOP),
        {"policy": "personal", "memory": "all", "users": 160, "log_category": True, **TASTES},
        {f"exponent {each}": {"exponent": each} for each in (1.0, 1.4, 1.8)},
    ),
    "users converge": Fault(
        "closed", ("user-narrowing", *LOOP), {"policy": "collaborative", "groups": 8, "users": 160, "warmup": 2},
        {f"pooling {each}": {"pooling": each} for each in (0.1, 0.25, 0.5)},
    ),
    "clickbait": Fault(
        "narrowing", ("proxy-divergence", *LOOP),
        {"policy": "polya", "memory": "all", "smoothing": 0.05, "second_event": "purchase", "second_rate": 0.35},
        {f"fit {each}": {"second_fit": each} for each in (-0.3, -0.6, -0.9)},
    ),
    "offline up, online down": Fault(
        "narrowing", ("evaluation-gap",), OFFLINE,
        {f"noise {each}": {"metrics_noise": each} for each in (1.0, 0.5, 0.2)},
    ),
    "loop up, authentic down": Fault(
        "narrowing", ("evaluation-gap",), {**OFFLINE, "metrics": "loop"},
        {f"noise {each}": {"metrics_noise": each} for each in (1.0, 0.5, 0.2)},
    ),
    "own rates up, random down": Fault(
        "narrowing", ("evaluation-gap",), {**TESTED, "explore": 0.2, "click_rate": 0.1, "top_k": 100, "warmup": 2},
        {f"tilt {each}": {"tilt": each} for each in (0.2, 0.4, 0.6)},
    ),
    "explores the popular half": Fault(
        "narrowing", ("exploration-support", *LOOP), {**TESTED, "explore_from": "popular"},
        {f"{each:.0%}": {"explore": each} for each in (0.02, 0.05, 0.1)},
    ),
    "stale propensities": Fault(
        "narrowing", ("exploration-support",), {**PRICED, "explore": 0.1, "propensities": "stale"},
        {"quality drifts 0.2": {"policy": "quality", "drift": 0.2}, "urn 1": {"policy": "polya"}, "greedy": {}},
    ),
    "exploration not served": Fault(
        "narrowing", ("exploration-support", *LOOP), {**PRICED, "explore": 0.2, "propensities": "configured"},
        {f"{each:.0%} of 20 %": {"explore_served": each} for each in (0.6, 0.3, 0.05)},
    ),
    "propensities all 1": Fault(
        "explored", ("exploration-support",), {**PRICED, "propensities": "ones"},
        {f"{each:.0%} explored": {"explore": each} for each in (0.05, 0.1)},
    ),
    "writes its own labels": Fault(
        "narrowing", ("self-labelling", "outcome-starvation", "retrain-drift", "silent-failure"), TICKETS,
        {"25 %": {"self_labels": 0.25}, "60 %": {"self_labels": 0.6},
         "30 to 100 %": {"self_labels": 0.3, "self_labels_growth": 0.14}},
    ),
    "labels of approvals alone": Fault(
        "closed", ("selective-labels", "outcome-starvation", "retrain-drift"), DECIDED,
        {"none of the others": {}, "the same, riskier": {"quality_spread": 1.5}},
    ),
    "labels of hardly any denial": Fault(
        "narrowing", ("selective-labels", "outcome-starvation", "retrain-drift"), DECIDED,
        {f"{each:.1%} followed up": {"followed_up": each} for each in (0.01, 0.005)},
    ),
    "another's clicks": Fault(
        "narrowing", ("cross-model-loop",), {"policy": "quality"},
        {f"{each:.0%} of them": {"donor": each} for each in (0.1, 0.4, 1.0)},
    ),
    "newcomers starve in an urn": Fault(
        "narrowing", ("cold-start", *LOOP), {"policy": "polya", "memory": "all", "smoothing": 0.01},
        {f"turnover {each}": {"turnover": each} for each in (0.04, 0.08, 0.12)},
    ),
    "newcomers starve in a closed loop": Fault(
        "narrowing", ("cold-start", *LOOP), {"policy": "greedy"},
        {f"turnover {each}": {"turnover": each} for each in (0.04, 0.08, 0.12)},
    ),
    "winners starve": Fault(
        "closed", ("missed-winners", *LOOP[:-1]),
        {"policy": "greedy", "top_k": 10, "ranks_by": "clicks", "launch": "popularity", "memory": "all",
         "click_rate": 0.12},
        {f"fit {each}": {"popularity_fit": each} for each in (0.0, -0.5, -0.9)},
    ),
    "urn": Fault("narrowing", LOOP, {"policy": "polya"}, {"exponent 1": {}}),
    "urn that closes": Fault(
        "closed", LOOP, {"policy": "polya"}, {f"exponent {each}": {"exponent": each} for each in (1.3, 2.0)},
    ),
    "greedy": Fault("closed", LOOP, {"policy": "greedy"}, {"top 20": {}, "top 10, warm": {"top_k": 10, "warmup": 2}}),
    "one country closed": Fault(
        "narrowing", ("outcome-starvation", "missed-winners", "silent-failure", "retrain-drift", "feedback-gain"),
        {**TESTED, "segments": 4, "warmup": 1},
        {f"{each} of 4": {"closed_segments": each} for each in (1, 2)},
    ),
}  # fmt: skip
"""Each detector's positives."""

NEAR_MISSES: Mapping[str, tuple[str, Spec]] = {
    "near user-narrowing: tastes served": ("null", {"policy": "quality", "exponent": 1.5, "users": 160,
                                                    "log_category": True, **TASTES}),
    "near proxy-divergence: worth rises too": ("explored", {**TESTED, **GOOD_CLICKS}),
    "near evaluation-gap: noisy metrics": ("null", {"policy": "quality", "metrics": "sound", "metrics_noise": 1.0}),
    "near evaluation-gap: learns tastes": ("explored", {**TESTED, "policy": "collaborative"}),
    "near exploration-support: honest": ("explored", {**PRICED, "policy": "thompson", "explore": 0.1}),
    "near self-labelling: a constant tenth": ("null", {**TICKETS, "exponent": 1.0, "self_labels": 0.1}),
    "near selective-labels: 5 % followed up": ("explored", {"policy": "approval", "followed_up": 0.05}),
    "near selective-labels: 4 % at random": ("explored", {**DECIDED, "explore": 0.04}),
    "near cross-model-loop: names its own": ("null", {"policy": "quality", "log_feedback_model": True}),
    "near cold-start: newcomers get 15 %": ("explored", {**TESTED, "turnover": 0.1, "newcomer_boost": 0.15}),
    "near missed-winners: the best are known": ("null", {"policy": "quality", "exponent": 2.0, "seasonality": 0.3}),
    "near feedback-gain: quality moves": ("null", {"policy": "quality", "drift": 0.2}),
    "near silent-failure: all rates rise": ("null", {"policy": "popularity", "uplift": 0.08, "warmup": 1}),
}  # fmt: skip
"""What looks like the fault of one detector, and is none."""

DAMAGED: Mapping[str, tuple[str, tuple[str, ...], Spec]] = {
    "greedy": ("closed", LOOP, {"policy": "greedy", "top_k": 10}),
    "urn 1.3": ("closed", LOOP, {"policy": "polya", "exponent": 1.3}),
    "urn 2": ("closed", LOOP, {"policy": "polya", "exponent": 2.0}),
    "approval": ("closed", ("selective-labels", *LOOP), DECIDED),
    "urn 1": ("narrowing", LOOP, {"policy": "polya"}),
    "greedy, 5 %": ("explored", (), {**TESTED, "explore": 0.05}),
    "greedy, 10 %": ("explored", (), TESTED),
    "approval, 4 %": ("explored", (), {**DECIDED, "explore": 0.04}),
    "uniform": ("null", (), {"policy": "uniform"}),
    "popularity 0.8": ("null", (), {"policy": "popularity", "exponent": 0.8}),
    "quality": ("null", (), {"policy": "quality"}),
}
"""The models whose logs are damaged: kind, who may report them, spec."""
