"""What retrains change for users: how alike the exposures of one are, and those of two, and how sure that is."""

from __future__ import annotations

import polars as pl

from auditor.rollup import Rollups
from auditor.statistics import clustered_error, log_ratio_parts

KIND = ["model", "grouped"]
STEP = [*KIND, "step"]

# Which logs of effective numbers each change is made of: the first, less the second.
CHANGES = {"narrowing": ("alike",), "whole": ("shared",), "own": ("alike", "shared")}


def user_changes(rollups: Rollups) -> pl.LazyFrame:
    """One row a model and kind (`grouped`: by category, else by outcome), last span of retrains over the first.

    Each span is held against the one before on the users of both, and the ratios are multiplied. `NAME_halves` is the
    mean level of the later half of the spans over that of the earlier; `NAME_error` is of the log. Null where some span
    has no two exposures alike. `steps` are those measured; `users` is their smallest number in one.
    """
    users = rollups.frame("user_steps").lazy()
    whole = _levels(users).sort(STEP).group_by(KIND).agg(_over_steps())
    return whole.join(_errors(users), on=KIND).with_columns(bound for name in CHANGES for bound in _bounds(name))


def _levels(users: pl.LazyFrame) -> pl.LazyFrame:
    m = pl.len()
    return users.group_by(STEP).agg(
        users=m,
        alike_before=pl.col("alike_before").mean(),
        alike_after=pl.col("alike_after").mean(),
        shared_before=pl.col("shared_before").sum() / (m * (m - 1)),
        shared_after=pl.col("shared_after").sum() / (m * (m - 1)),
    )


def _over_steps() -> list[pl.Expr]:
    logs = {name: -(pl.col(f"{name}_after") / pl.col(f"{name}_before")).log() for name in ("alike", "shared")}
    made = {name: logs[parts[0]] - (logs[parts[1]] if parts[1:] else 0.0) for name, parts in CHANGES.items()}
    known = (pl.min_horizontal(pl.col("^(alike|shared)_(before|after)$")) > 0).all()
    return [
        pl.len().alias("steps"),
        pl.col("users").min(),
        (1 / pl.col("alike_before").first()).alias("effective_first"),
        (1 / pl.col("alike_after").last()).alias("effective_last"),
        (1 / pl.col("shared_before").first()).alias("effective_whole_first"),
        (1 / pl.col("shared_after").last()).alias("effective_whole_last"),
        *(pl.when(known).then(log.sum().exp()).alias(name) for name, log in made.items()),
        *(pl.when(known).then((log * _halves()).sum().exp()).alias(f"{name}_halves") for name, log in made.items()),
    ]


def _halves() -> pl.Expr:
    """Weight of each step in the mean level of the later half of the spans, less that of the earlier half."""
    step, spans = pl.int_range(pl.len()), pl.len() + 1
    half = spans // 2
    late = pl.min_horizontal(half, spans - 1 - step)
    early = pl.max_horizontal(half - 1 - step, 0)
    return (late - early) / half


def _errors(users: pl.LazyFrame) -> pl.LazyFrame:
    """Of the logs of the changes. What one user does to several steps is held together."""
    alike = log_ratio_parts(pl.col("alike_after"), pl.col("alike_before")).over(STEP)
    # Every user is in its own pairs and in those of the others.
    shared = 2 * log_ratio_parts(pl.col("shared_after"), pl.col("shared_before")).over(STEP)
    parts = (
        users.with_columns(alike=alike, shared=shared).group_by(*KIND, "person").agg(pl.col("alike", "shared").sum())
    )
    return parts.group_by(KIND).agg(
        narrowing_error=clustered_error(pl.col("alike")),
        whole_error=clustered_error(pl.col("shared")),
        own_error=clustered_error(pl.col("alike") - pl.col("shared")),
    )


def _bounds(name: str) -> list[pl.Expr]:
    value, reach = pl.col(name), 1.96 * pl.col(f"{name}_error")
    return [(value * (-reach).exp()).alias(f"{name}_low"), (value * reach.exp()).alias(f"{name}_high")]
