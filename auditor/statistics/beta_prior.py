"""How rates vary between outcomes, beyond what chance makes of them: the prior that lucky streaks are shrunk to."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

_ROUNDS = 12
# Between rates that differ by nothing but chance, and rates that are 0 or 1.
_LEAST, _MOST = 1e-6, 0.95


def beta_prior(frame: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """The beta distribution of the rates in each group: [*keys, prior_mean, prior_strength].

    Each row of `frame` stands for `outcomes` outcomes with `clicks` out of `tries` each; tries need not be whole, rows
    of less than one say nothing. Beta(mean * strength, (1 - mean) * strength). Groups of one outcome have no row.

    Source: weighted moments, Kleinman (1973), JASA 68:46; weights and moments in turn until they agree.
    """
    tries = pl.col("tries")
    rows = frame.filter(tries >= 1).select(*keys, "outcomes", "tries", rate=pl.col("clicks") / tries)
    found = rows.select(*keys).unique().with_columns(alike=pl.lit(_LEAST))
    for _ in range(_ROUNDS):
        found = _round(rows.lazy().join(found.lazy(), on=keys), keys).collect()
    return found.select(*keys, "prior_mean", prior_strength=1 / pl.col("alike") - 1)


def _round(rows: pl.LazyFrame, keys: Sequence[str]) -> pl.LazyFrame:
    """`alike`, the correlation of two tries of one outcome, from weights that the last one gives."""
    weight, outcomes, rate = pl.col("weight"), pl.col("outcomes"), pl.col("rate")
    total, mean = (weight * outcomes).sum(), (weight * rate * outcomes).sum() / (weight * outcomes).sum()
    left = outcomes * weight * (1 - weight / total)
    sums = (
        rows.with_columns(weight=pl.col("tries") / (1 + pl.col("alike") * (pl.col("tries") - 1)))
        .group_by(keys)
        .agg(
            prior_mean=mean,
            spread=(weight * outcomes * (rate - mean) ** 2).sum(),
            chance=(left / pl.col("tries")).sum(),
            free=left.sum(),
            several=outcomes.sum() > 1,
        )
    )
    binomial = pl.col("prior_mean") * (1 - pl.col("prior_mean"))
    beyond = pl.col("spread") - binomial * pl.col("chance")
    alike = beyond / (binomial * (pl.col("free") - pl.col("chance")))
    known = pl.when(alike.is_finite()).then(alike).otherwise(_LEAST)
    return sums.filter("several").select(*keys, "prior_mean", alike=known.clip(_LEAST, _MOST))
