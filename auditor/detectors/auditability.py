"""A grade for the log: which verdicts it can support.

What it looks for
    What each model's log lacks: time, retrains, a catalogue, a policy column,
    feedback, users.

Why it matters
    "Nothing found" and "nothing could be found" look alike unless a tool says
    which it is.

How it is computed
    grade           A to D: A with none of the six missing, B with one or two,
                    C with three, D with more
    missing         their names
    verdict_possible  whether starvation can be judged: two retrains in time
                    order, or explore rows, or propensities; where labels come
                    for some outcomes alone, a policy on every row instead of
                    retrains
    verdicts        how many of the other detectors could speak of the model
    no_verdict      the ids of those that could not; what would unlock each
                    stands with the skips of the report
    Low: exposures are enough for a verdict, and none is possible.

Null
    Not applicable: columns are there or not.

When it is wrong
    A column can be there and wrong: see log-integrity.

What to do
    Add the named column. `policy` is the cheapest and unlocks most.

References
    Saito et al. (2021), NeurIPS Datasets and Benchmarks (what a log needs for
    off-policy evaluation).
"""

from __future__ import annotations

import polars as pl

from auditor.detectors.detector import Detector, Judgement, Row, Signal, Silence
from auditor.detectors.exploration import tells_random_rows
from auditor.detectors.thresholds import Auditability
from auditor.finding import Evidence, Severity
from auditor.rollup import Rollups

GRADES = {0: "A", 1: "B", 2: "B", 3: "C"}


def measure(rollups: Rollups, thresholds: Auditability) -> pl.LazyFrame:  # noqa: ARG001
    """One row a model."""
    models = rollups.frame("windows").lazy().group_by("model").agg(
        exposures=pl.col("exposures").sum(), clicks=pl.col("clicks").sum(), labelled=pl.col("labelled").sum(),
        listed=pl.col("listed").max() > 0, randomised=(pl.col("explore") + pl.col("holdout")).sum() > 0,
        logged=pl.col("logged").sum() > 0, said=tells_random_rows().all(), retrains=pl.len(),
    )  # fmt: skip
    propensities = (
        rollups.frame("support")
        .lazy()
        .group_by("model")
        .agg(propensity=(pl.col("certain") < pl.col("rows_with_propensity")).any())
    )
    timed, unit = rollups.has("timestamp"), rollups.intake.unit is not None
    several = (pl.col("retrains") > 1) & pl.lit(timed) & ~pl.col("one_sided")
    said = pl.col("one_sided") & pl.col("said")
    lacks = {
        "timestamp": pl.lit(not timed),
        "model_version": pl.col("retrains") < 2,
        "catalogue": ~pl.col("listed"),
        "policy": ~pl.col("logged") & ~pl.col("propensity"),
        "feedback": pl.col("labelled") == 0,
        "user_id": pl.lit(not unit),
    }
    named = pl.concat_str(
        [pl.when(lack).then(pl.lit(name)) for name, lack in lacks.items()], separator=", ", ignore_nulls=True
    )
    count = pl.sum_horizontal(lack.cast(pl.Int64) for lack in lacks.values())
    return (
        models.join(propensities, on="model", how="left")
        .join(rollups.frame("kinds").lazy().select("model", "one_sided"), on="model", how="left")
        .with_columns(propensity=pl.col("propensity").fill_null(value=False))
        .with_columns(
            missing=named,
            grade=count.replace_strict(GRADES, default="D", return_dtype=pl.String),
            verdict_possible=pl.any_horizontal(several, said, "randomised", "propensity"),
        )
        .sort("model")
    )


def judge(row: Row, thresholds: Auditability) -> Judgement:
    """A log that supports no verdict on starvation is a low finding."""
    if row["exposures"] < thresholds.enough_exposures:
        return Silence(f"{row['exposures']} exposures, needs {thresholds.enough_exposures:.0f}", "a longer export")
    if row["verdict_possible"]:
        return None
    return Signal(
        Severity.LOW,
        f"the log cannot tell whether this model explores; it lacks {row['missing']}",
        (Evidence("retrains in time order", float(row["retrains"]), null=2.0, unit="retrains"),),
        "Log `policy` (exploit, explore, holdout) with each exposure; or `model_version` and `timestamp`.",
    )


DETECTOR = Detector(id="auditability", page=__doc__, thresholds=Auditability(), measure=measure, judge=judge)
