"""The fleet behind the sample logs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from auditor.simulate.defaults import LABELLED
from auditor.simulate.spec import ModelSpec


def sample_fleet() -> tuple[ModelSpec, ...]:
    """Eighteen models: six closed loops, seven that are sound, five at risk, each for a reason of its own."""
    return (*_closed(), *_open(), _narrowing(), _trending(), *_at_risk(), _personal())


def resized(spec: ModelSpec, **sizes: Any) -> ModelSpec:
    """The same model at other `retrains`, `exposures` or `items`; actions and classes stay as they are."""
    if spec.policy in LABELLED:
        sizes.pop("items", None)
    return replace(spec, **sizes)


def _closed() -> tuple[ModelSpec, ...]:
    return (
        ModelSpec(
            "home_feed", "greedy", exposures=7_200, items=360, top_k=20, slate=6, click_rate=0.1, warmup=4,
            prefix="post", users=900, organic=0.03, metrics="offline",
        ),
        ModelSpec(
            "related_videos", "polya", exposures=6_400, items=300, exponent=2.0, memory="all", smoothing=1.0,
            slate=4, click_rate=0.08, quality_spread=0.3, warmup=4, prefix="vid", users=1_200, organic=0.02,
            metrics="loop",
        ),
        ModelSpec(
            "playlist_continue", "collaborative", exposures=8_400, items=240, groups=6, top_k=12, slate=6,
            click_rate=0.12, warmup=5, prefix="track", users=800,
        ),
        ModelSpec(
            "credit_approval", "approval", exposures=6_000, click_rate=0.84, quality_spread=1.2, users=1_500,
            log_policy=True, log_score=True,
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
            click_rate=0.1, log_policy=True, prefix="doc", users=1_100, organic=0.04, direct=0.25, segments=4,
            second_event="purchase", second_rate=0.3, second_fit=0.9, metrics="sound", log_feedback_model=True,
        ),
        ModelSpec(
            "homepage_banners", "uniform", exposures=6_000, items=60, slate=1, click_rate=0.03,
            prefix="banner", users=1_300,
        ),
        ModelSpec(
            "email_digest", "popularity", exposures=6_300, items=180, exponent=0.8, slate=6, click_rate=0.06,
            prefix="story", users=700, metrics="sound",
        ),
        ModelSpec(
            "ads_ranking", "thompson", exposures=6_800, items=120, slate=4, explore=0.1, click_rate=0.05,
            log_policy=True, log_propensity=True, prefix="ad", users=1_400, log_score=True, log_feedback_model=True,
        ),
        ModelSpec(
            "push_notifications", "quality", exposures=6_000, items=150, slate=1, click_rate=0.09,
            prefix="push", users=1_000, seasonality=0.1,
        ),
        ModelSpec(
            "loan_limit", "approval", exposures=6_000, items=3, explore=0.04, click_rate=0.86,
            quality_spread=1.1, log_policy=True, users=1_200, rule_labels=0.05, log_score=True,
        ),
    )  # fmt: skip


def _narrowing() -> ModelSpec:
    return ModelSpec(
        "marketplace_search", "polya", exposures=8_000, items=400, exponent=1.0, memory="all", smoothing=0.05, slate=5,
        click_rate=0.04, prefix="sku", users=1_000, organic=0.02, second_event="purchase", second_rate=0.35,
        second_fit=-0.9, credited_to="gift_ideas", credited_share=1.0,
    )  # fmt: skip


def _trending() -> ModelSpec:
    return ModelSpec(
        "trending_now", "greedy", exposures=8_000, items=100, top_k=10, ranks_by="clicks", launch="popularity",
        popularity_fit=-0.9, memory="all", turnover=0.08, slate=4, click_rate=0.12, quality_spread=0.5,
        prefix="clip", users=900,
    )  # fmt: skip


def _at_risk() -> tuple[ModelSpec, ...]:
    return (
        ModelSpec(
            "news_for_you", "personal", exposures=7_200, items=240, groups=12, exponent=1.8, memory="all",
            category_taste=0.8, quality_spread=0.4, slate=6, click_rate=0.1, prefix="news", users=120,
            log_category=True,
        ),
        ModelSpec(
            "ticket_routing", "classifier", exposures=6_000, items=24, exponent=1.5, self_labels=0.3,
            self_labels_growth=0.14, prefix="queue", users=1_500, log_score=True,
        ),
        ModelSpec(
            "gift_ideas", "greedy", exposures=8_000, items=400, top_k=24, slate=5, click_rate=0.08, explore=0.06,
            explore_from="popular", explore_served=0.6, propensities="stale", log_policy=True,
            log_propensity=True, prefix="sku", users=1_000,
        ),
        ModelSpec(
            "city_guides", "greedy", exposures=8_000, items=120, top_k=20, slate=4, click_rate=0.1, explore=0.06,
            segments=4, closed_segments=1, log_policy=True, prefix="place", users=1_200, warmup=1,
        ),
    )  # fmt: skip


def _personal() -> ModelSpec:
    return ModelSpec(
        "podcast_picks", "quality", exposures=7_200, items=240, groups=12, exponent=1.5, category_taste=0.8,
        quality_spread=0.4, turnover=0.04, newcomer_boost=0.05, uplift=0.06, slate=6, click_rate=0.08,
        second_event="dwell", second_rate=1.0, second_value=420.0, second_fit=0.8, prefix="podcast", users=120,
        metrics="sound", log_category=True, log_score=True, log_feedback_model=True,
    )  # fmt: skip
