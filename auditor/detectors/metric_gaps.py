"""Trends of the metrics that a model is tuned by, beside those of what they stand for, out of the metrics table."""

from __future__ import annotations

import polars as pl

from auditor.detectors.detector import Judgement, Row, Signal, Silence, number
from auditor.detectors.thresholds import EvaluationGap
from auditor.finding import Confidence, Evidence, Severity
from auditor.rollup import Rollups
from auditor.statistics import line, student_tail

# Each slice with the pair that it belongs to: `near` is measured where the model is made, `far` where it counts.
SLICES = pl.DataFrame(
    {
        "slice": ["offline", "online", "loop", "authentic"],
        "pair": ["offline", "offline", "loop", "loop"],
        "side": ["near", "far", "near", "far"],
    }
)
FAR = {"offline": "online", "loop": "authentic"}
PAIR = ["model", "pair", "key"]
SCHEMA = {
    "model": pl.Int64, "retrain": pl.Int64, "metric": pl.String, "slice": pl.String, "value": pl.Float64,
    "rows": pl.Int64, "empty": pl.Int64, "assumed": pl.Boolean,
}  # fmt: skip
# Metrics are written with few digits: none is taken to be exact beyond one in ten thousand.
DIGITS = 1e-8


def metric_gaps(rollups: Rollups, thresholds: EvaluationGap) -> pl.LazyFrame:
    """One row a model that has metrics: how many rows there are, how many of use, and its worst pair of metrics.

    Values are relative to the mean size of their metric in its slice, and signed so that more is better. `near`,
    `far` and `gap` (near minus far) are their slopes a retrain; `span` the retrains between first and last.
    """
    values = _values(rollups)
    told = values.filter(pl.col("retrain").is_not_null() & pl.col("value").is_not_null())
    trends = _trends(_paired(_relative(told)))
    return _counts(values).join(_worst(trends, thresholds), on="model", how="left")


def _values(rollups: Rollups) -> pl.LazyFrame:
    """Without a metrics log nothing is counted for it."""
    if not rollups.has("value", "metrics"):
        return pl.LazyFrame(schema=SCHEMA)
    return rollups.frame("metric_values").lazy()


def _counts(values: pl.LazyFrame) -> pl.LazyFrame:
    rows, placed = pl.col("rows"), pl.col("retrain").is_not_null()
    known = pl.col("slice").is_in(SLICES["slice"].implode())
    return values.group_by("model").agg(
        metric_rows=rows.sum(),
        metrics_unplaced=rows.filter(~placed).sum(),
        metrics_of_other_slices=rows.filter(placed & ~known).sum(),
        metrics_empty=pl.col("empty").filter(placed & known).sum(),
        metric_slices=pl.col("slice").filter(placed & known).unique().sort().str.join(", "),
    )


def _relative(told: pl.LazyFrame) -> pl.LazyFrame:
    """[model, pair, side, metric, retrain, value, assumed]: each series over the mean size of its values."""
    size = pl.col("value").abs().mean().over("model", "metric", "slice")
    sided = told.join(SLICES.lazy(), on="slice").filter(size > 0)
    return sided.select("model", "pair", "side", "metric", "retrain", "assumed", value=pl.col("value") / size)


def _paired(relative: pl.LazyFrame) -> pl.LazyFrame:
    """Near and far value of each retrain that has both: of a metric in both slices, and the mean of all others."""
    both = pl.col("side").n_unique().over("model", "pair", "metric") == 2
    named = relative.with_columns(both=both, key=pl.when(both).then("metric").otherwise(pl.lit("")))
    held = pl.len().over("model", "pair", "side", "metric")
    whole = named.filter(pl.col("both") | (held == held.max().over("model", "pair", "side", "both")))
    names = pl.col("metric").n_unique()
    series = whole.group_by(*PAIR, "side", "retrain").agg(
        pl.col("value").mean(),
        pl.col("assumed").any(),
        metric=pl.when(names == 1).then(pl.col("metric").first()).otherwise(pl.format("{} metrics", names)),
    )
    near, far = (series.filter(pl.col("side") == side).drop("side") for side in ("near", "far"))
    return near.join(far, on=[*PAIR, "retrain"], suffix="_far")


def _trends(paired: pl.LazyFrame) -> pl.LazyFrame:
    retrain, near, far, known = pl.col("retrain"), pl.col("value"), pl.col("value_far"), pl.lit(DIGITS)
    return paired.group_by(PAIR).agg(
        *line(retrain, near, known).named("near"),
        *line(retrain, far, known).named("far"),
        *line(retrain, near - far, known).named("gap"),
        near_metric=pl.col("metric").first(),
        far_metric=pl.col("metric_far").first(),
        metric_retrains=pl.len(),
        span=retrain.max() - retrain.min(),
        assumed=(pl.col("assumed") | pl.col("assumed_far")).any(),
    )


def _worst(trends: pl.LazyFrame, thresholds: EvaluationGap) -> pl.LazyFrame:
    """The pair with opposed trends, else a gap that widens, else the longest; `pairs` counts those with a trend."""
    enough = pl.col("metric_retrains") >= thresholds.enough_retrains
    worse, growth = -pl.col("far") * pl.col("span"), pl.col("gap") * pl.col("span")
    opposed = enough & (pl.col("near_low") > 0) & (pl.col("far_high") < 0) & (worse >= thresholds.worse)
    widening = enough & (pl.col("gap_low") > 0) & (pl.col("far") <= 0) & (growth >= thresholds.widening)
    told = trends.with_columns(
        opposed=opposed.fill_null(value=False),
        widening=widening.fill_null(value=False),
        pairs=enough.sum().over("model"),
    )
    order = ["opposed", "widening", "metric_retrains", "gap_t", "pair", "key"]
    ranked = told.sort(order, descending=True, nulls_last=True)
    return ranked.group_by("model", maintain_order=True).first().drop("key")


def judge(row: Row, thresholds: EvaluationGap) -> Judgement:
    """Opposed trends are medium, a gap that widens is low."""
    if silence := _too_few(row, thresholds):
        return silence
    if row["opposed"]:
        p_value = max(_tail(row, "near_t"), _tail(row, "far_t", -1))
        return _signal(row, Severity.MEDIUM, p_value)
    return _signal(row, Severity.LOW, _tail(row, "gap_t")) if row["widening"] else None


def _too_few(row: Row, thresholds: EvaluationGap) -> Silence | None:
    if not row["metric_rows"]:
        return Silence("no metrics of it", "a metrics log")
    if row["metrics_unplaced"] == row["metric_rows"]:
        return Silence(
            "its metrics are of versions that are no retrains of the log", "`model_version` as the exposures have it"
        )
    if row["near_metric"] is None:
        there = f"there is {row['metric_slices']}" if row["metric_slices"] else "none is of a known slice"
        return Silence(
            f"no retrain has metrics of two slices to compare: {there}",
            "metrics in offline and online, or in loop and authentic",
        )
    if row["metric_retrains"] < thresholds.enough_retrains:
        found = "1 retrain" if row["metric_retrains"] == 1 else f"{row['metric_retrains']} retrains"
        return Silence(
            f"metrics of {found} in both slices, needs {thresholds.enough_retrains:.0f}", "metrics of more retrains"
        )
    return None


def _tail(row: Row, name: str, sign: int = 1) -> float:
    """One-sided p-value for the worst of several pairs."""
    return min(1.0, int(row["pairs"]) * student_tail(sign * row[name], row["metric_retrains"] - 2))


def _signal(row: Row, severity: Severity, p_value: float) -> Signal:
    return Signal(severity, _title(row), _evidence(row), _remedy(row), _confidence(row), p_value)


def _title(row: Row) -> str:
    near, far = f"{row['pair']} {row['near_metric']}", f"{FAR[row['pair']]} {row['far_metric']}"
    up, down = row["near"] * row["span"], row["far"] * row["span"]
    over = f"over {row['metric_retrains']} retrains"
    if row["opposed"]:
        return f"{near} improved by {up:.1%} {over} while {far} got worse by {-down:.1%}"
    if row["near_low"] > 0:
        return f"{near} improved by {up:.1%} {over} and {far} did not follow ({down:+.1%})"
    return f"{far} got worse by {-down:.1%} {over} and {near} does not show it ({up:+.1%})"


def _evidence(row: Row) -> tuple[Evidence, ...]:
    names = {"near": f"{row['pair']}, a retrain", "far": f"{FAR[row['pair']]}, a retrain", "gap": "gap, a retrain"}
    return tuple(
        Evidence(label, row[name], row[f"{name}_low"], row[f"{name}_high"], 0.0, int(row["metric_retrains"]), "share")
        for name, label in names.items()
    )


def _remedy(row: Row) -> str:
    far = FAR[row["pair"]]
    told = f"Choose models by the {far} metric; rebuild the {row['pair']} set from data that no model chose."
    return f"{told} Higher was taken to be better: the metrics do not say." if row["assumed"] else told


def _confidence(row: Row) -> Confidence:
    return Confidence.MEDIUM if row["assumed"] or (number(row, "pairs") or 0) > 1 else Confidence.HIGH
