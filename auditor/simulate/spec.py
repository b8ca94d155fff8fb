"""What a model of a simulated fleet is: its policy, its world, and what its log records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.errors import AuditError
from auditor.simulate.nearest import nearest

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
    "approval": {
        "items": 2, "click_rate": 0.85, "quality_spread": 1.0, "memory": "last", "smoothing": 5.0,
        "groups": 8, "slate": 1,
    },
}  # fmt: skip
"""Every policy, and what differs from `FALLBACK` for it."""

ACTIONS = ("approve", "deny", "refer", "reprice")
"""The outcomes of an approval model; labels arrive for the first alone."""

LABEL_SHARE = 0.97
"""Share of approvals whose repayment is ever recorded."""

_UNSET: Mapping[str, Any] = {
    "items": 0, "click_rate": 0.0, "quality_spread": -1.0, "memory": "", "smoothing": -1.0, "groups": 0,
    "slate": 0,
}  # fmt: skip

_RANGES: Mapping[str, tuple[float, float]] = {
    "exposures": (1, 1e9), "items": (2, 1e7), "retrains": (1, 10_000), "warmup": (0, 1_000),
    "explore": (0, 1), "exponent": (0, 10), "top_k": (1, 1e7), "click_rate": (1e-6, 0.999),
    "quality_spread": (0, 5), "smoothing": (0, 1e9), "groups": (1, 1_000), "drift": (0, 5),
    "turnover": (0, 1), "seasonality": (0, 0.9), "growth": (-0.9, 10), "users": (0, 1e8),
    "slate": (1, 1_000), "organic": (0, 10),
}  # fmt: skip


@dataclass(frozen=True)
class ModelSpec:
    """One simulated model. Raises AuditError for a value out of its range.

    The loop
        `policy` is a key of `POLICY_DEFAULTS`; `exposures` a retrain, over `items` live outcomes, for
        `retrains` logged retrains after `warmup` that are not logged. `explore` is the share of exposures
        drawn uniformly over the catalogue (approval: approved whatever the score). `exponent` sharpens
        polya, popularity and quality; `top_k` outcomes are shown by greedy and collaborative. `memory` is
        the feedback that a retrain learns from, 'last' retrain's or 'all' so far; `smoothing` the prior in
        clicks an outcome (polya) or in exposures an outcome (the rest).
    The world
        `click_rate` is the mean feedback rate, `quality_spread` the standard deviation of its log-odds over
        outcomes, `groups` the number of audiences of different taste, `drift` the standard deviation of the
        random walk of the log-odds a retrain, `turnover` the share of the catalogue replaced a retrain,
        `seasonality` the amplitude of the feedback rate over four retrains, `growth` of exposures a retrain.
    The log
        `log_*` say which columns are filled; `users` is the number of user ids (0: not logged), `slate`
        the most outcomes a request holds, `organic` feedback without exposure as a share of the feedback
        with, `prefix` the beginning of item ids.

    Fields left at '', 0 or -1 where that means nothing take the policy's own default (`POLICY_DEFAULTS`).
    """

    name: str
    policy: str
    exposures: int = 20_000
    items: int = 0
    retrains: int = 6
    explore: float = 0.0
    exponent: float = 1.0
    top_k: int = 20
    click_rate: float = 0.0
    quality_spread: float = -1.0
    memory: str = ""
    smoothing: float = -1.0
    groups: int = 0
    warmup: int = 0
    drift: float = 0.0
    turnover: float = 0.0
    seasonality: float = 0.0
    growth: float = 0.0
    users: int = 2_000
    slate: int = 0
    organic: float = 0.0
    prefix: str = "item"
    log_version: bool = True
    log_policy: bool = False
    log_propensity: bool = False
    log_clicked: bool = False

    def __post_init__(self) -> None:
        if self.policy not in POLICY_DEFAULTS:
            hint = nearest(self.policy, POLICY_DEFAULTS)
            raise AuditError(f"model {self.name!r}: there is no policy {self.policy!r}", hint)
        self._fill_from_policy()
        for field, (low, high) in _RANGES.items():
            self._check(field, low <= getattr(self, field) <= high, f"between {low:g} and {high:g}")
        self._check("name", bool(self.name), "some text")
        self._check("memory", self.memory in {"last", "all"}, "'last' or 'all'")
        enough = self.users == 0 or self.users >= self.groups
        self._check("users", enough, f"0, or at least {self.groups}: one a group")
        if self.policy == "approval":
            self._check("items", self.items <= len(ACTIONS), f"at most {len(ACTIONS)} for an approval model")
            self._check("turnover", self.turnover == 0, "0 for an approval model")

    def _fill_from_policy(self) -> None:
        chosen = {**FALLBACK, **POLICY_DEFAULTS[self.policy]}
        for field, unset in _UNSET.items():
            if getattr(self, field) == unset:
                object.__setattr__(self, field, chosen[field])

    def _check(self, field: str, holds: bool, expected: str) -> None:
        if not holds:
            raise AuditError(f"model {self.name!r}: {field} is {getattr(self, field)!r}", f"{field} must be {expected}")
