"""Small fleets for hypothesis to draw: every kind of policy in every kind of world, with all that a log may hold."""

from __future__ import annotations

from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st

from auditor.simulate import ModelSpec

# Examples are few and whole scans: what fails is told as it was drawn, without a search for a smaller one.
FEW = settings(derandomize=True, deadline=None, database=None, max_examples=2, phases=(Phase.explicit, Phase.generate))
MODELS = 10

FIXED: tuple[dict[str, Any], ...] = (
    {"policy": "uniform"},
    {"policy": "popularity"},
    {"policy": "popularity", "exponent": 0.7},
    {"policy": "quality"},
)
SHUT: tuple[dict[str, Any], ...] = (
    {"policy": "greedy", "top_k": 10},
    {"policy": "greedy", "top_k": 10, "memory": "all"},
    {"policy": "greedy", "top_k": 10, "ranks_by": "clicks"},
)
CLOSED: tuple[dict[str, Any], ...] = (
    *SHUT,
    {"policy": "polya", "exponent": 1.5},
    {"policy": "polya", "exponent": 2.0},
)
LOOPS: tuple[dict[str, Any], ...] = (
    *SHUT,
    {"policy": "polya", "exponent": 1.0},
    {"policy": "polya", "exponent": 1.5},
    {"policy": "collaborative", "top_k": 5},
    {"policy": "personal"},
    {"policy": "thompson"},
)
WORLDS: tuple[dict[str, Any], ...] = (
    {},
    {"drift": 0.2},
    {"seasonality": 0.3},
    {"growth": 0.3},
    {"quality_spread": 1.0},
    {"category_taste": 1.0},
)
LOGS: tuple[dict[str, Any], ...] = (
    {},
    {"explore": 0.02},
    {"explore": 0.05, "log_policy": True},
    {"explore": 0.05, "log_policy": True, "log_propensity": True, "log_score": True},
    {"segments": 2, "explore": 0.05, "log_policy": True},
    {"log_category": True},
)
SEEDS = st.integers(0, 2**20)


@st.composite
def fleets(
    draw: st.DrawFn,
    policies: tuple[dict[str, Any], ...] = (*FIXED, *LOOPS, {"policy": "approval", "items": 2}),
    logs: tuple[dict[str, Any], ...] = LOGS,
    worlds: tuple[dict[str, Any], ...] = WORLDS,
    exposures: tuple[int, ...] = (600, 1_500, 4_000),
    items: tuple[int, ...] = (30, 80, 200),
    retrains: tuple[int, ...] = (1, 2, 3, 4, 5),
) -> list[ModelSpec]:
    """Models of drawn policies, worlds, logs and volumes."""
    return [
        ModelSpec(
            f"m{number}",
            **{
                "items": draw(st.sampled_from(items)),
                "exposures": draw(st.sampled_from(exposures)),
                "retrains": draw(st.sampled_from(retrains)),
                "users": draw(st.sampled_from((60, 400))),
                **draw(st.sampled_from(worlds)),
                **draw(st.sampled_from(logs)),
                **draw(st.sampled_from(policies)),
            },
        )
        for number in range(MODELS)
    ]
