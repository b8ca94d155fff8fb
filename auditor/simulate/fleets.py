"""The fleet behind the sample logs, and what is planted in a model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from auditor.simulate.spec import ModelSpec

LEARNS = frozenset({"polya", "greedy", "thompson", "collaborative", "approval"})
"""The policies that retrain on their own feedback."""

ENOUGH = 0.02
"""Share of randomised exposures from which on a loop is no longer closed (Scarone and Baeza-Yates 2026)."""


def sample_fleet() -> tuple[ModelSpec, ...]:
    """A dozen models: five closed loops, six that are sound, one urn that is narrowing."""
    return (*_closed(), *_open(), _narrowing())


def resized(spec: ModelSpec, **sizes: Any) -> ModelSpec:
    """The same model at other `retrains`, `exposures` or `items`; an approval model keeps its actions."""
    if spec.policy == "approval":
        sizes.pop("items", None)
    return replace(spec, **sizes)


def planted(spec: ModelSpec) -> str:
    """What a model's spec plants, in a few words."""
    if spec.policy not in LEARNS:
        return "no loop"
    if spec.explore >= ENOUGH:
        return f"loop kept open: explores {spec.explore:.0%}"
    urn = spec.policy == "polya" and spec.exponent <= 1.0 and spec.smoothing > 0.0
    if urn or spec.policy == "thompson":
        return "loop that narrows"
    return "closed loop"


def _closed() -> tuple[ModelSpec, ...]:
    return (
        ModelSpec(
            "home_feed", "greedy", exposures=7_200, items=360, top_k=20, slate=6, click_rate=0.1, warmup=4,
            prefix="post", users=900, organic=0.03,
        ),
        ModelSpec(
            "related_videos", "polya", exposures=6_400, items=300, exponent=2.0, memory="all", smoothing=1.0,
            slate=4, click_rate=0.08, quality_spread=0.3, warmup=4, prefix="vid", users=1_200, organic=0.02,
        ),
        ModelSpec(
            "playlist_continue", "collaborative", exposures=8_400, items=240, groups=6, top_k=12, slate=6,
            click_rate=0.12, warmup=5, prefix="track", users=800,
        ),
        ModelSpec(
            "credit_approval", "approval", exposures=6_000, click_rate=0.84, quality_spread=1.2, users=1_500,
        ),
        ModelSpec(
            "job_matches", "polya", exposures=6_000, items=240, exponent=1.3, smoothing=0.0, memory="last",
            slate=3, click_rate=0.05, quality_spread=0.2, warmup=3, prefix="job", users=1_000,
        ),
    )  # fmt: skip


def _open() -> tuple[ModelSpec, ...]:
    return (
        ModelSpec(
            "search_ranking", "greedy", exposures=8_000, items=200, top_k=25, slate=5, explore=0.05,
            click_rate=0.1, log_policy=True, prefix="doc", users=1_100, organic=0.04,
        ),
        ModelSpec(
            "homepage_banners", "uniform", exposures=6_000, items=60, slate=1, click_rate=0.03,
            prefix="banner", users=1_300,
        ),
        ModelSpec(
            "email_digest", "popularity", exposures=6_300, items=180, exponent=0.8, slate=6, click_rate=0.06,
            prefix="story", users=700,
        ),
        ModelSpec(
            "ads_ranking", "thompson", exposures=6_800, items=120, slate=4, explore=0.1, click_rate=0.05,
            log_policy=True, log_propensity=True, prefix="ad", users=1_400,
        ),
        ModelSpec(
            "push_notifications", "quality", exposures=6_000, items=150, slate=1, click_rate=0.09,
            prefix="push", users=1_000, seasonality=0.1,
        ),
        ModelSpec(
            "loan_limit", "approval", exposures=6_000, items=3, explore=0.04, click_rate=0.86,
            quality_spread=1.1, log_policy=True, users=1_200,
        ),
    )  # fmt: skip


def _narrowing() -> ModelSpec:
    return ModelSpec(
        "marketplace_search", "polya", exposures=8_000, items=400, exponent=1.0, memory="all", smoothing=0.05, slate=5,
        click_rate=0.04, prefix="sku", users=1_000, organic=0.02,
    )  # fmt: skip
