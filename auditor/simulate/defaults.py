"""What a spec may hold: the policies and their own defaults, the range of every number, the known words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FALLBACK: Mapping[str, Any] = {
    "items": 1_000, "click_rate": 0.05, "quality_spread": 0.5, "memory": "all", "smoothing": 1.0, "groups": 1,
    "slate": 5,
}  # fmt: skip
"""What a policy uses where neither the spec nor `POLICY_DEFAULTS` says otherwise."""

POLICY_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "uniform": {},
    "popularity": {},
    "quality": {},
    "polya": {"memory": "last", "smoothing": 0.0},
    "greedy": {"memory": "last", "smoothing": 20.0},
    "thompson": {"smoothing": 20.0},
    "collaborative": {"memory": "last", "smoothing": 20.0, "groups": 8},
    "item_knn": {"memory": "last", "smoothing": 5.0, "groups": 16},
    "linucb": {},
    "personal": {"groups": 12},
    "approval": {
        "items": 2, "click_rate": 0.85, "quality_spread": 1.0, "memory": "last", "smoothing": 5.0,
        "groups": 8, "slate": 1,
    },
    "classifier": {"items": 12, "memory": "last", "smoothing": 0.0, "slate": 1},
}  # fmt: skip
"""Every policy, and what differs from `FALLBACK` for it."""

UNSET: Mapping[str, Any] = {
    "items": 0, "click_rate": 0.0, "quality_spread": -1.0, "memory": "", "smoothing": -1.0, "groups": 0,
    "slate": 0,
}  # fmt: skip
"""The fields that a policy fills, at the value that means: not set."""

RANGES: Mapping[str, tuple[float, float]] = {
    "exposures": (1, 1e9), "items": (2, 1e7), "retrains": (1, 10_000), "warmup": (0, 1_000),
    "explore": (0, 1), "exponent": (0, 10), "top_k": (1, 1e7), "click_rate": (1e-6, 0.999),
    "quality_spread": (0, 5), "smoothing": (0, 1e9), "groups": (1, 1_000), "drift": (0, 5),
    "turnover": (0, 1), "seasonality": (0, 0.9), "growth": (-0.9, 10), "users": (0, 1e8),
    "slate": (1, 1_000), "organic": (0, 10), "newcomer_boost": (0, 1), "pooling": (0, 1),
    "explore_served": (0, 1), "closed_segments": (0, 10), "segments": (0, 10), "self_labels": (0, 1),
    "self_labels_growth": (0, 1), "followed_up": (0, 1), "category_taste": (0, 5), "uplift": (-0.9, 10),
    "popularity_fit": (-1, 1), "second_rate": (1e-6, 1), "second_spread": (0, 5), "second_fit": (-1, 1),
    "second_value": (1e-6, 1e9), "rule_labels": (0, 1), "direct": (0, 1), "credited_share": (0, 1),
    "metrics_noise": (0, 10), "position_decay": (0, 5), "late": (0, 1), "log_duplicates": (0, 1), "log_lost": (0, 1),
}  # fmt: skip
"""The numbers that a spec takes, both ends included."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "memory": ("last", "all"),
    "ranks_by": ("rate", "clicks"),
    "launch": ("uniform", "popularity"),
    "explore_from": ("all", "popular"),
    "propensities": ("honest", "configured", "stale", "ones"),
    "metrics": ("", "sound", "offline", "loop"),
    "quality_tail": ("normal", "heavy", "light"),
}
"""The words that a spec takes."""

ACTIONS = ("approve", "deny", "refer", "reprice")
"""The outcomes of an approval model; labels arrive for the first alone, unless they are followed up."""

SEGMENTS = ("de", "fr", "gb", "es", "it", "nl", "pl", "se", "us", "br")
"""Countries that audiences are in."""

LABEL_SHARE = 0.97
"""Share of approvals whose repayment is ever recorded."""

CHECKED_SHARE = 0.6
"""Share of a classifier's cases that ever get a label."""

LABELLED = frozenset({"approval", "classifier"})
"""The policies whose feedback is a label, and which have their own number of outcomes."""

CLICKED = ("turnover", "newcomer_boost", "position_decay")
"""What only a model whose feedback is clicks may have."""

LABELS = ("self_labels", "self_labels_growth", "followed_up", "rule_labels")
"""What only a model whose feedback is labels may have."""
