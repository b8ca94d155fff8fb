"""What each outcome of the planned models got: a row an outcome in the engine, and out of it only what is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files

import polars as pl

from auditor.rollup import Rollups
from auditor.rollup.frames import frame_of
from auditor.statistics import beta_prior

MOST_NAMED = 1_000
"""Outcomes of one model that are named."""

UNKNOWN = -1.0


def counts(rollups: Rollups, models: Iterable[int]) -> pl.DataFrame:
    """How many outcomes of each model have the same counts: [model, feedable, own, exposures, tries, clicks, outcomes].

    `own` is what own choices brought in the last retrain, the others are of the whole log; see outcomes.sql.
    """
    for needed in ("outcomes", "catalogue_outcomes", "kinds"):
        rollups.build(needed)
    _create(rollups, "plan_outcomes", _sql("outcomes").replace("{models}", ", ".join(map(str, models))))
    columns = "model, feedable, own, exposures, tries, clicks"
    _create(rollups, "plan_counts", f"SELECT {columns}, count(*) AS outcomes FROM plan_outcomes GROUP BY {columns}")
    return frame_of("plan_counts", rollups.connection)


def first(rollups: Rollups, counted: pl.DataFrame, limits: Mapping[int, tuple[float, float]]) -> pl.DataFrame:
    """Up to a thousand unfed outcomes of each model, those first that may still be the best; see first.sql.

    Columns: model, item_id, exposures, clicks, own, upper. `limits` maps a model to the count of its own choices under
    which an outcome is unfed, and the most tries that its prior may be worth. Needs `counts`.
    """
    known = {model: (mean, strength) for model, mean, strength in priors(counted).iter_rows()}
    asked = []
    for model, (below, most) in limits.items():
        mean, strength = known.get(model, (UNKNOWN, 0.0))
        asked.append(f"({model}, {below!r}, {mean!r}, {min(strength, most)!r})")
    query = _sql("first").replace("{asked}", ", ".join(asked)).replace("{most}", str(MOST_NAMED))
    query = query.replace("{named}", rollups.intake.named)
    _create(rollups, "plan_first", query)
    return frame_of("plan_first", rollups.connection)


def priors(counted: pl.DataFrame) -> pl.DataFrame:
    """[model, prior_mean, prior_strength] of models with feedback; one outcome alone says little of the others."""
    tried = counted.filter(pl.col("tries") > 0)
    totals = tried.group_by("model").agg(
        clicks=(pl.col("clicks") * pl.col("outcomes")).sum(), tries=(pl.col("tries") * pl.col("outcomes")).sum()
    )
    pooled = totals.filter(pl.col("clicks") > 0).select("model", pooled=pl.col("clicks") / pl.col("tries"))
    return pooled.join(beta_prior(tried, ["model"]), on="model", how="left").select(
        "model", pl.col("prior_mean").fill_null(pl.col("pooled")), pl.col("prior_strength").fill_null(1.0)
    )


def _sql(name: str) -> str:
    return files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")


def _create(rollups: Rollups, table: str, query: str) -> None:
    rollups.connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {query}")
