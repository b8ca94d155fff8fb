"""Which starved outcomes are credibly better than what is shown, and what that costs."""

from __future__ import annotations

import polars as pl

from auditor.rollup import Rollups
from auditor.rollup.names import names_of
from auditor.statistics import beta_above, beta_prior

NAMED, LONGEST = 3, 60


def winners(rollups: Rollups, shown: pl.LazyFrame, margin: float, false_share: float) -> pl.LazyFrame:
    """One row a model with outcomes that have a history: its prior, its winners, and what they forgo.

    `shown` holds the rate of what is shown (`shown_rate` over `shown_tries`) and the `even_share` of an outcome.
    """
    counts = rollups.frame("history_counts")
    prior = beta_prior(counts, ["model"])
    histories = counts.filter(pl.col("tries") >= 1).group_by("model").agg(histories=pl.col("outcomes").sum())
    credible = _credible(rollups.frame("hopefuls").lazy(), prior.lazy(), shown, margin, false_share).collect()
    found = credible.lazy().group_by("model").agg(_forgone())
    return (
        histories.lazy()
        .join(prior.lazy(), on="model", how="left")
        .join(found, on="model", how="left")
        .join(_named(rollups, credible).lazy(), on="model", how="left")
        .with_columns(pl.col("winners_count").fill_null(0))
    )


def _credible(
    hopefuls: pl.LazyFrame, prior: pl.LazyFrame, shown: pl.LazyFrame, margin: float, false_share: float
) -> pl.LazyFrame:
    """The most credible outcomes of each model, as many as keep the mean of their doubts within `false_share`.

    They are picked at the upper bounds of the levels, and what they forgo is reckoned at the levels themselves.
    """
    rates = shown.select("model", "shown_rate", "shown_tries", "even_share", bar=(1 + margin) * pl.col("shown_rate"))
    a, b, doubt = pl.col("a"), pl.col("b"), pl.col("doubt")
    posteriors = (
        hopefuls.join(prior, on="model")
        .join(rates, on="model")
        .with_columns(a=_liked(), b=_passed("tries"), most=_passed("tries_most"))
    )
    return (
        beta_above(posteriors, "above", pl.col("bar"), a, pl.col("most"))
        .with_columns(
            doubt=1 - pl.col("above"),
            rate=a / (a + b),
            variance=a * b / (a + b) ** 2 / (a + b + 1),
            lacks=(pl.col("even_share") - pl.col("tries_last")).clip(lower_bound=0.0),
        )
        .sort("model", "doubt", "item")
        .filter(doubt.cum_sum().over("model") / doubt.cum_count().over("model") <= false_share)
        .with_columns(gain=(pl.col("rate") - pl.col("shown_rate")) * pl.col("lacks"))
    )


def _liked() -> pl.Expr:
    """The first parameter of the posterior beta."""
    return pl.col("prior_mean") * pl.col("prior_strength") + pl.col("clicks")


def _passed(tries: str) -> pl.Expr:
    """The second one."""
    return (1 - pl.col("prior_mean")) * pl.col("prior_strength") + pl.col(tries) - pl.col("clicks")


def _forgone() -> list[pl.Expr]:
    """Errors of single rates are their own; those of the levels and of what is shown are shared by all."""
    lacks, shown = pl.col("lacks"), pl.col("shown_rate").first()
    shown_variance = shown * (1 - shown) / pl.col("shown_tries").first()
    level_error = (lacks * pl.col("rate") * pl.col("error")).sum()
    error = ((lacks**2 * pl.col("variance")).sum() + lacks.sum() ** 2 * shown_variance + level_error**2).sqrt()
    forgone = pl.col("gain").sum()
    return [
        pl.len().alias("winners_count"),
        pl.col("doubt").sum().alias("winners_false"),
        pl.col("rate").mean().alias("winners_rate"),
        pl.col("tries").sum().alias("winners_tries"),
        forgone.alias("forgone"),
        (forgone - 1.96 * error).alias("forgone_low"),
        (forgone + 1.96 * error).alias("forgone_high"),
    ]


def _named(rollups: Rollups, credible: pl.DataFrame) -> pl.DataFrame:
    """[model, winners]: the names of the few that forgo most."""
    top = credible.sort("gain", "item", descending=[True, False]).group_by("model", maintain_order=True).head(NAMED)
    names = names_of(rollups, top["item"].to_list())
    shown = [name[:LONGEST] for name in names.values()]
    known = pl.DataFrame({"item": list(names), "name": shown}, {"item": pl.UInt64, "name": pl.String})
    joined = top.join(known, on="item", maintain_order="left")
    return joined.group_by("model", maintain_order=True).agg(winners=pl.col("name").str.join(", "))
