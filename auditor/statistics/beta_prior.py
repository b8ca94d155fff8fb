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
    clicks, tries, outcomes = pl.col("clicks"), pl.col("tries"), pl.col("outcomes")
    centre = ((clicks * outcomes).sum() / (tries * outcomes).sum()).over(keys)
    rows = frame.filter(tries >= 1).select(*keys, "outcomes", "tries", centre=centre, off=clicks / tries - centre)
    found = rows.select(*keys).unique().with_columns(alike=pl.lit(_LEAST))
    for _ in range(_ROUNDS):
        found = _round(rows.lazy().join(found.lazy(), on=keys), keys).collect()
    return found.select(*keys, "prior_mean", prior_strength=1 / pl.col("alike") - 1)


def _round(rows: pl.LazyFrame, keys: Sequence[str]) -> pl.LazyFrame:
    """`alike`, the correlation of two tries of one outcome, from weights that the last one gives.

    With weights w that sum to W, and rates r: their mean m = sum w r / W, their spread = sum w (r - m)^2, and the sum
    of w (1 - w / W), as it is (`free`) and with each term over its tries (`chance`). All are made of plain sums, which
    polars adds many times faster than it does expressions of whole groups; of rates, what they are `off` some `centre`
    is summed, so that nothing cancels where all of them are high.
    """
    weight, tries, off = pl.col("weight"), pl.col("tries"), pl.col("off")
    sums = (
        rows.with_columns(weight=tries / (1 + pl.col("alike") * (tries - 1)))
        .with_columns(total=pl.col("outcomes") * weight)
        .with_columns(
            off=pl.col("total") * off,
            off_twice=pl.col("total") * off * off,
            weighted=pl.col("total") * weight,
            tried=pl.col("total") / tries,
            weighted_tried=pl.col("total") * weight / tries,
        )
        .group_by(keys)
        .agg(
            pl.col("outcomes", "total", "off", "off_twice", "weighted", "tried", "weighted_tried").sum(),
            pl.col("centre").first(),
        )
    )
    total, shift = pl.col("total"), pl.col("off") / pl.col("total")
    mean, spread = pl.col("centre") + shift, pl.col("off_twice") - shift * pl.col("off")
    free, chance = total - pl.col("weighted") / total, pl.col("tried") - pl.col("weighted_tried") / total
    binomial = mean * (1 - mean)
    alike = (spread - binomial * chance) / (binomial * (free - chance))
    known = pl.when(alike.is_finite()).then(alike).otherwise(_LEAST)
    return sums.filter(pl.col("outcomes") > 1).select(*keys, prior_mean=mean, alike=known.clip(_LEAST, _MOST))
