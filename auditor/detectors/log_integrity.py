"""Whether the log is what it seems to be, before anything else.

What it looks for
    Exposures kept only where something came back, feedback older than its
    exposure, days on which the pipeline rather than the people changed, and
    identifiers that cannot tell people apart.

Why it matters
    Rates, coverage and loops are ratios to exposures. If exposures depend on
    clicks, every such number is an artefact.

How it is computed
    answered_share  distinct requests with feedback over distinct requests (by
                    HyperLogLog where that is clear enough); over exposures
                    where a log has no request ids, or slates too short to have
                    feedback each. Where feedback is a label, or most of it
                    says who wrote it, decisions are labelled one by one: it is
                    the labelled share of them, and judged only of at most
                    twenty outcomes, some of which were never decided on, whose
                    labels are yes and no
    early_share     share of feedback that is older than its exposure
    faulty_days     days, the last one apart, whose feedback rate is 5 times
                    above or below the median day's, where at least 50 events
                    were expected
    half_share      share of exploit exposures in the half of the users that
                    md5 calls A
    Exposures conditioned on feedback, and feedback mostly older than its
    exposure, gate the other detectors. Rows that were rejected or duplicated
    are counted with each input, and are no finding.

Null
    A slate that is seen and left has no feedback; day rates differ by tens of
    per cent; halves are even.

When it is wrong
    A surface on which every request ends in a choice (a wizard, a menu) looks
    conditioned on feedback. So does a model that never takes one of its few
    decisions, and hears of all the others.

What to do
    Log every exposure when it is shown, before anything can come back. Mend
    the joins or clocks that are named.

References
    Fabijan et al. (2019), KDD (sample ratio mismatch and its causes). Flajolet
    et al. (2007) (HyperLogLog).
"""

from __future__ import annotations

import polars as pl

from auditor.detectors.conditioned import conditioned
from auditor.detectors.detector import Detector, Judgement, Row, Signal, Want, number
from auditor.detectors.thresholds import LogIntegrity
from auditor.finding import Evidence, Severity
from auditor.rollup import Rollups


def measure(rollups: Rollups, thresholds: LogIntegrity) -> pl.LazyFrame:
    """One row a model."""
    windows = rollups.frame("windows").lazy()
    names = rollups.frame("retrains").lazy()
    models = names.group_by("model", "model_id").agg(
        partial=pl.col("retrain").null_count(), all_exposures=pl.col("exposures").sum()
    )
    volume = windows.group_by("model").agg(
        exposures=pl.col("exposures").sum(), exploit=pl.col("exploit").sum(), exploit_a=pl.col("exploit_a").sum(),
        clicks=pl.col("clicks").sum(), labels=pl.col("labels").any(), labelled=pl.col("labelled").sum(),
        outcomes=pl.col("outcomes").max(),
    )  # fmt: skip
    shown = rollups.frame("lifespans").lazy().group_by("model").agg(shown=pl.col("outcomes").sum())
    halved = rollups.intake.unit is not None
    return (
        models.join(volume, on="model", how="left")
        .join(shown, on="model", how="left")
        .join(_answered(rollups), on="model_id", how="left")
        .join(_early(rollups), on="model_id", how="left")
        .join(_faulty_days(rollups, thresholds), on="model_id", how="left")
        .with_columns(
            half_share=pl.when(pl.lit(halved) & (pl.col("exploit") > 0)).then(pl.col("exploit_a") / pl.col("exploit")),
            answered_share=pl.coalesce("answered_share", pl.col("clicks") / pl.col("exposures")),
            labels=pl.col("labels") | pl.col("written").fill_null(value=False),
            labelled_share=pl.col("labelled") / pl.col("exposures"),
        )
        .sort("model")
    )


def _answered(rollups: Rollups) -> pl.LazyFrame:
    """Share of requests with feedback; HyperLogLog may count a few too few, but a share never exceeds 1.

    Requests are not counted where no feedback found its exposure.
    """
    if not rollups.has("request_id") or rollups.intake.attribution == "none":
        return pl.LazyFrame(schema={"model_id": pl.String, "requests": pl.Int64, "answered_share": pl.Float64})
    share = (pl.col("answered") / pl.col("requests")).clip(upper_bound=1.0)
    return rollups.frame("requests").lazy().select("model_id", "requests", answered_share=share)


def _early(rollups: Rollups) -> pl.LazyFrame:
    delays = rollups.frame("delays").lazy()
    early, written = pl.col("early") / pl.col("attributed"), pl.col("written") > pl.col("attributed") / 2
    return delays.select("model_id", "early", "attributed", early_share=early, written=written)


def _faulty_days(rollups: Rollups, thresholds: LogIntegrity) -> pl.LazyFrame:
    daily = (
        rollups.frame("volume")
        .lazy()
        .filter(pl.col("day").is_not_null() & (pl.col("day") < pl.col("day").max().over("model_id")))
        .group_by("model_id", "day")
        .agg(pl.col("exposures").sum())
        .join(rollups.frame("feedback_days").lazy(), on=["model_id", "day"], how="left")
        .with_columns(rate=pl.col("feedback").fill_null(0) / pl.col("exposures"))
        .with_columns(usual=pl.col("rate").median().over("model_id"))
    )
    jump = thresholds.rate_jump
    expected = pl.col("usual") * pl.col("exposures")
    high = (pl.col("rate") > jump * pl.col("usual")) & (pl.col("feedback") >= jump * thresholds.rate_jump_events)
    low = (pl.col("rate") * jump < pl.col("usual")) & (expected >= thresholds.rate_jump_events)
    return daily.group_by("model_id").agg(
        days=pl.len(), faulty_days=(high | low).sum(), usual_rate=pl.col("usual").first()
    )


def judge(row: Row, thresholds: LogIntegrity) -> Judgement:
    """The worst fault of the log of one model."""
    if signal := conditioned(row, thresholds):
        return signal
    if (number(row, "early_share") or 0.0) > thresholds.early_share:
        return _early_signal(row, thresholds)
    if row["faulty_days"]:
        return _faulty_days_signal(row, thresholds)
    half = number(row, "half_share")
    if half is not None and abs(half - 0.5) > thresholds.lopsided_half and row["exploit"] > 1000:
        return _lopsided_signal(row)
    return None


def _early_signal(row: Row, thresholds: LogIntegrity) -> Signal:
    share = row["early_share"]
    return Signal(
        Severity.MEDIUM if share > thresholds.early_share_medium else Severity.LOW,
        f"{share:.1%} of feedback is older than the exposure it belongs to",
        (Evidence("feedback before exposure", share, null=0.0, n=int(row["attributed"]), unit="share"),),
        "Compare the clocks and time zones of both logs, and the key that joins them.",
        gates=share > thresholds.early_share_gate,
    )


def _faulty_days_signal(row: Row, thresholds: LogIntegrity) -> Signal:
    faulty, days = int(row["faulty_days"]), int(row["days"])
    bad = faulty / days >= thresholds.faulty_days_medium
    return Signal(
        Severity.MEDIUM if bad else Severity.LOW,
        f"on {faulty} of {days} days the feedback rate is five times off the median day's {row['usual_rate']:.2%}",
        (Evidence("days with a broken rate", float(faulty), null=0.0, n=days, unit="days"),),
        "Look for days on which feedback or exposures were lost, and export those again.",
    )


def _lopsided_signal(row: Row) -> Signal:
    return Signal(
        Severity.LOW,
        f"halves of the users hold {row['half_share']:.0%} and {1 - row['half_share']:.0%} of exposures",
        (Evidence("exposures in half A", row["half_share"], null=0.5, n=int(row["exploit"]), unit="share"),),
        "Look for a default user id (empty, 0, anonymous) that stands for many people; leave it null.",
    )


DETECTOR = Detector(
    id="log-integrity",
    page=__doc__,
    thresholds=LogIntegrity(),
    measure=measure,
    judge=judge,
    wants=(
        Want("request_id", "exposures conditioned on clicks are told by the click rate alone"),
        Want("timestamp", "feedback before exposure and broken days cannot be told"),
    ),
)
