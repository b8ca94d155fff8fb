"""Exposure piled on few outcomes, beyond chance at this volume.

What it looks for
    A policy whose exposures concentrate on few outcomes of the catalogue,
    never-shown outcomes included.

Why it matters
    Concentration is the trace that a closing loop leaves, and it limits what
    the log can be used for: what is hardly shown can hardly be evaluated. By
    itself it is no fault; demand may be as uneven.

How it is computed
    On exploit rows of the last retrain. With x_(i) the exposures of the K
    outcomes in ascending order,
    gini            sum_i (2i - K - 1) x_(i) / (K sum x), zeros included
    gini_excess     (gini - null) / (1 - null)
    effective       exp(-sum p log p), the number of equally shown outcomes
                    that would be as diverse (Hill, order 1), and 1 / sum p^2
                    from sum e(e-1) / (n(n-1)), which does not depend on volume
                    (Hill, order 2)
    top_share       share of exposures on the top 1 % of the catalogue
    effective_sample  (sum 1/p)^2 / sum 1/p^2 over logged propensities (Kish)
    evenness        the share of uniform exploration whose weights 1/p would
                    be as uneven (exploration-support)
    Low: excess above its threshold. Medium: besides, the propensities leave a
    weak effective sample, of weights more uneven than exploration explains,
    and there are twenty outcomes or more.

Null
    Uniform exposure with lambda = n / K an outcome has Gini exp(-2 lambda)
    [I0(2 lambda) + I1(2 lambda)]: 0.52 at 1, 0.18 at 10, 0.06 at 100.

When it is wrong
    Where demand itself is concentrated, a good policy is too. Catalogue Gini
    saturates: compare effective numbers. Without a catalogue, outcomes never
    shown are missing and concentration is understated.

What to do
    Hold exposure against demand on randomised rows. Where support is weak,
    raise the floor of the propensities.

References
    Gini (1912). Sen (1973). Ramasubban (1958), Biometrika 45:549. Hill (1973),
    Ecology 54:427. Simpson (1949), Nature 163:688. Kish (1965), Survey
    Sampling.
"""

from __future__ import annotations

import polars as pl

from auditor.detectors.detector import Detector, Judgement, Row, Signal, Want, number
from auditor.detectors.support import evenness
from auditor.detectors.thresholds import ImpressionGini
from auditor.finding import Confidence, Evidence, Severity
from auditor.rollup import Rollups
from auditor.statistics import (
    effective_number_shannon,
    effective_number_simpson,
    gini,
    gini_error,
    gini_null,
    normal_tail,
    simpson_unbiased,
    top_share,
)

KEYS = ["model", "retrain"]


def measure(rollups: Rollups, thresholds: ImpressionGini) -> pl.LazyFrame:  # noqa: ARG001
    """One row a model, of its last retrain."""
    windows = rollups.frame("windows").lazy()
    last = windows.filter(pl.col("retrain") == pl.col("retrain").max().over("model"))
    size = last.select(*KEYS, "exploit", "listed", "labels", catalogue="outcomes", exploit_volume="exploit")
    shown = rollups.frame("profile").lazy().join(size.drop("exploit"), on=KEYS)
    concentrated = shown.filter(pl.col("exploit") > 0).group_by(KEYS).agg(_concentration())
    null = gini_null(pl.col("exploit_volume") / pl.col("catalogue"))
    return (
        size.join(concentrated, on=KEYS)
        .join(evenness(rollups), on="model", how="left")
        .with_columns(gini_null=null)
        .with_columns(
            gini_excess=(pl.col("gini") - null) / (1 - null),
            effective_share=pl.col("effective") / pl.col("catalogue"),
        )
        .with_columns(
            gini_low=pl.col("gini") - 1.96 * pl.col("gini_error"),
            gini_high=(pl.col("gini") + 1.96 * pl.col("gini_error")).clip(upper_bound=1.0),
        )
        .sort("model")
    )


def _concentration() -> list[pl.Expr]:
    counts, outcomes, size = pl.col("exploit"), pl.col("outcomes"), pl.col("catalogue")
    return [
        gini(counts, size, outcomes).alias("gini"),
        gini_error(counts, size, outcomes).alias("gini_error"),
        effective_number_shannon(counts, outcomes).alias("effective"),
        effective_number_simpson(counts, outcomes).alias("effective_simpson"),
        (1 / simpson_unbiased(counts, outcomes)).alias("effective_simpson_unbiased"),
        top_share(counts, size, outcomes).alias("top_share"),
    ]


def judge(row: Row, thresholds: ImpressionGini) -> Judgement:
    """Concentrated is low; concentrated with weak logged support is medium."""
    excess, error = number(row, "gini_excess"), number(row, "gini_error")
    if excess is None or error is None or excess < thresholds.excess:
        return None
    weak = _is_weak(row, thresholds)
    p_value = normal_tail((row["gini"] - row["gini_null"]) / max(error, 1e-9))
    title = f"exposure is as diverse as {row['effective']:,.0f} of {row['catalogue']:,} outcomes"
    if weak:
        title += (
            f", and {row['rows_weighed']:,} rows are worth {row['effective_sample']:,.0f} for judging other policies"
        )
    remedy = "Hold exposure against demand on randomised rows; if the model does not explore, let it."
    if weak:
        remedy = (
            "Raise the floor of the propensities (or mix in 2-5 % uniform choices) so that rare outcomes can be judged."
        )
    severity = Severity.MEDIUM if weak else Severity.LOW
    confidence = Confidence.HIGH if row["listed"] else Confidence.MEDIUM
    return Signal(severity, title, _evidence(row), remedy, confidence, p_value)


def _is_weak(row: Row, thresholds: ImpressionGini) -> bool:
    sample = number(row, "effective_sample")
    if sample is None or row["catalogue"] < thresholds.enough_outcomes:
        return False
    return sample < thresholds.weak_support and row["evenness_most"] < thresholds.even_enough


def _evidence(row: Row) -> tuple[Evidence, ...]:
    n = int(row["exploit"])
    items = [
        Evidence("Gini of exposures", row["gini"], row["gini_low"], row["gini_high"], row["gini_null"], n),
        Evidence("effective outcomes", row["effective"], null=float(row["catalogue"]), n=n, unit="outcomes"),
        Evidence("exposures on the top 1 %", row["top_share"], null=0.01, n=n, unit="share"),
    ]
    if number(row, "effective_sample") is not None:
        rows, sample = int(row["rows_weighed"]), row["effective_sample"]
        items.append(Evidence("effective sample", sample, null=float(rows), n=rows, unit="exposures"))
    return tuple(items)


DETECTOR = Detector(
    id="impression-gini",
    page=__doc__,
    thresholds=ImpressionGini(),
    measure=measure,
    judge=judge,
    wants=(
        Want("policy", "randomised rows count as the model's own choice"),
        Want("propensity", "weak support cannot be told from concentrated demand"),
        Want("item_id", "outcomes never shown are missing, so concentration is understated", role="catalogue"),
    ),
)
