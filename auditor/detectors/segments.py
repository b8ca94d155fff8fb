"""Whether one segment (country, surface, audience) of an open model is closed: its exploration passes that one by."""

from __future__ import annotations

from math import exp, log1p

import polars as pl

from auditor.detectors.detector import Judgement, Row, Signal
from auditor.detectors.thresholds import OutcomeStarvation
from auditor.finding import Evidence, Severity
from auditor.rollup import Rollups
from auditor.statistics import poisson_below, wilson


def measure(rollups: Rollups, thresholds: OutcomeStarvation) -> pl.LazyFrame:
    """The segment with the least exploration of each model that logs some and whose feedback is a reaction.

    Starvation is that of the last retrain within the segment, as in outcome-starvation; `elsewhere` is the logged
    exploration of all other segments.
    """
    windows = rollups.frame("windows").lazy().filter(~pl.col("labels"))
    last = windows.filter(pl.col("retrain") == pl.col("retrain").max().over("model")).select(
        "model", catalogue="outcomes", rate=pl.col("clicks") / pl.col("exposures")
    )
    counted = rollups.frame("segments").lazy().join(last, on="model").with_columns(need=_need())
    outcomes = pl.col("outcomes")
    told = counted.group_by("model", "segment").agg(
        pl.col("catalogue", "need").first(),
        exposures=(pl.col("exposures") * outcomes).sum(),
        logged=pl.col("logged").sum(),
        randomised=pl.col("randomised").sum(),
        fed=outcomes.filter(pl.col("exposures") >= pl.col("need")).sum(),
        segments=pl.col("segment").n_unique(),
    )
    return _worst(told, thresholds).sort("model")


def _need() -> pl.Expr:
    """The rule of three or half the even share of the segment, as in `windows`."""
    exposures = (pl.col("exposures") * pl.col("outcomes")).sum().over("model", "segment")
    rule_of_three = pl.when(pl.col("rate") > 0).then(3 / pl.col("rate")).otherwise(float("inf"))
    return pl.min_horizontal(rule_of_three, exposures / pl.col("catalogue") / 2)


def _worst(told: pl.LazyFrame, thresholds: OutcomeStarvation) -> pl.LazyFrame:
    low, high = wilson(pl.col("randomised"), pl.col("exposures"))
    size, null = pl.col("catalogue"), poisson_below(pl.col("need"), pl.col("exposures") / pl.col("catalogue"))
    others = pl.col("exposures").sum().over("model") - pl.col("exposures")
    spared = pl.col("randomised").sum().over("model") - pl.col("randomised")
    return (
        told.with_columns(
            segments=pl.len().over("model"),
            explored=pl.col("randomised") / pl.col("exposures"),
            explored_low=low,
            explored_high=high,
            elsewhere=pl.when(others > 0).then(spared / others),
            starved=1 - pl.col("fed") / size,
            starved_null=null,
        )
        .with_columns(starved_excess=((pl.col("starved") - null) / (1 - null)).clip(0))
        .filter(pl.col("exposures") >= thresholds.enough_exposures)
        .sort("explored_high", "segment")
        .group_by("model", maintain_order=True)
        .first()
    )


def judge(row: Row, thresholds: OutcomeStarvation) -> Judgement:
    """Starved and without exploration, while the other segments have it."""
    closed = row["explored_high"] < thresholds.closed <= (row["elsewhere"] or 0.0)
    if not closed or row["starved_excess"] < thresholds.excess:
        return None
    hungry = row["catalogue"] - row["fed"]
    title = (
        f"in one segment of {row['segments']:,}, at most {row['explored_high']:.2%} of exposures explore, elsewhere "
        f"{row['elsewhere']:.1%}: {hungry:,} of {row['catalogue']:,} outcomes get too few exposures there"
    )
    return Signal(
        Severity.MEDIUM,
        title,
        _evidence(row),
        "Let exploration reach this segment too: find what switches it off there (a rule, a cache, an experiment).",
        p_value=_p_value(row),
        segment=row["segment"],
    )


def _p_value(row: Row) -> float:
    """Of no more randomised rows than these at the rate of the other segments, for the worst of all segments."""
    expected = row["exposures"] * row["elsewhere"]
    k = row["randomised"]
    if k >= expected:
        return 1.0
    # Chernoff: P(X <= k) <= exp(-n KL(k/n, p)).
    n, p = row["exposures"], row["elsewhere"]
    share = k / n
    divergence = (share * (log1p(share / p - 1)) if share > 0 else 0.0) + (1 - share) * log1p((p - share) / (1 - p))
    return float(min(1.0, row["segments"] * exp(-n * divergence)))


def _evidence(row: Row) -> tuple[Evidence, ...]:
    n = int(row["exposures"])
    return (
        Evidence(
            "exploration (policy column)", row["explored"], row["explored_low"], row["explored_high"],
            row["elsewhere"], n, "share",
        ),
        Evidence(
            "outcomes not fed", row["starved"], null=row["starved_null"], n=int(row["catalogue"]), unit="share"
        ),
    )  # fmt: skip
