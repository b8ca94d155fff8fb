"""The dashboard turns green while the model narrows.

What it looks for
    Models whose feedback rate rises from retrain to retrain as they show less
    and less of their catalogue.

Why it matters
    The rate is measured on what the model still shows. Outcomes that drop out
    take their misses with them, so the rate goes up; what they would have
    brought is never known. Every chart that watches the rate alone is pleased.

How it is computed
    On the model's own (exploit) rows, for each retrain:
    rate            feedback over exposures; where feedback is a label,
                    positives over labelled exposures, of all rows
    effective       effective outcomes 1 / sum p^2, from sum e(e-1) /
                    (n(n-1)): free of volume
    coverage        share of the catalogue that would be shown at the volume of
                    the smallest retrain: sum 1 - (1 - m/n)^e over outcomes
    Both breadths are held against the retrain before on the outcomes that both
    could show, and the steps are added up since the launch, so that a new
    catalogue changes nothing.
    narrowed        breadth of the broader one of the last two retrains over
                    that of the first: one narrow retrain at the end is no
                    trend. Interval: delta method on the counts.
    rise            how much the rate rose with it: exp(b log narrowed), with b
                    the slope of the log rate on the log breadth over all
                    retrains, weighted by the binomial error of each rate.
                    Where rates scatter by more than that (seasons), the error
                    grows with the scatter; interval and p-value by Student's t
                    with 2 degrees of freedom less than retrains.
    Not the trend of the rate over time: a loop that collapses in one step has
    none, and a season over a few retrains has one. A rate that moves with the
    breadth is what selection makes.
    Low: the rate rose and the breadth fell, both beyond their thresholds, and
    both intervals exclude 1. Medium: both by much, over enough retrains, in a
    model that explores less than 2 %, or less in each retrain (see
    outcome-starvation). Coverage decides only where effective outcomes do not
    fall. Nothing where 2 % of exploration or more is logged, or 8 % or more
    implied, and nothing where nearly all of the catalogue is fed: there,
    narrowing is learning.

Null
    A rate that has nothing to do with breadth (slope 0), and a breadth that
    stays (1).

When it is wrong
    A model that goes from a random launch to a good fixed choice does the same
    once, and that may be meant: the finding says what the rate no longer sees,
    not that the choice is bad. Demand that grows while a model narrows for
    another reason looks alike, and over three retrains a season does; a
    holdout would tell. Labels are not counted by policy, so that their rate is
    of all rows.

What to do
    Put effective outcomes or coverage beside the rate on the dashboard, and
    measure the rate on a small random slice too.

References
    Simpson (1949), Nature 163:688. Coleman (1981), Mathematical Biosciences
    54:191. McCullagh, Nelder (1989), Generalized Linear Models, 4.5. Chaney,
    Stewart, Engelhardt (2018), RecSys.
"""

from __future__ import annotations

import polars as pl

from auditor.detectors.breadth import COVERAGE, KEYS, breadths
from auditor.detectors.detector import Detector, Judgement, Row, Signal, Silence, Want, number
from auditor.detectors.exploration import exploration
from auditor.detectors.rates_that_rise import risen
from auditor.detectors.thresholds import SilentFailure
from auditor.detectors.turnover import turnover, unsettled
from auditor.finding import Confidence, Evidence, Severity
from auditor.rollup import Rollups
from auditor.statistics import normal_tail, student_tail

EXPLORED = ("exploration", "exploration_low", "exploration_high", "exploration_source", "implied_fall_high")


def measure(rollups: Rollups, thresholds: SilentFailure) -> pl.LazyFrame:
    """One row a model: the rise of its rate, the fall of its breadth, and whether it explores."""
    windows = rollups.frame("windows").lazy()
    rates = _rates(windows)
    series = breadths(rollups, windows).join(rates, on=KEYS)
    explored = exploration(rollups, windows, thresholds.unfed_share).select("model", *EXPLORED)
    return (
        _over_retrains(rates)
        .join(risen(series, thresholds), on="model", how="left")
        .join(explored, on="model", how="left")
        .join(turnover(rollups, windows), on="model", how="left")
        .sort("model")
    )


def _rates(windows: pl.LazyFrame) -> pl.LazyFrame:
    """The feedback rate of each retrain, its log, and the variance of that by the delta method."""
    feedback = pl.when("labels").then("clicks").otherwise(pl.col("clicks") - pl.col("clicks_outside"))
    asked = pl.when("labels").then("labelled").otherwise("exploit")
    rate = pl.col("feedback") / pl.when(pl.col("asked") > 0).then("asked")
    return windows.select(*KEYS, "labels", "exploit", feedback=feedback, asked=asked).with_columns(
        rate=rate, log_rate=rate.log(), rate_variance=((1 - rate) / pl.col("feedback")).clip(lower_bound=1e-12)
    )


def _over_retrains(rates: pl.LazyFrame) -> pl.LazyFrame:
    ends = rates.sort(KEYS).group_by("model", maintain_order=True)
    return ends.agg(
        pl.col("labels").first(),
        retrains=pl.len(),
        smallest=pl.col("exploit").min(),
        fewest=pl.col("feedback").min(),
        feedback=pl.col("feedback").sum(),
        rate_first=pl.col("rate").first(),
        rate_last=pl.col("rate").last(),
    )


def judge(row: Row, thresholds: SilentFailure) -> Judgement:
    """Both trends are low; both large, in a model that is closed or closing, are medium."""
    if silence := _too_little(row, thresholds):
        return silence
    if not _failing(row, thresholds) or _is_open(row, thresholds):
        return None
    if silence := unsettled(row, thresholds.turnover):
        return silence
    severity = Severity.MEDIUM if _grave(row, thresholds) else Severity.LOW
    return Signal(severity, _title(row), _evidence(row), REMEDY, _confidence(row), _p_value(row))


def _too_little(row: Row, thresholds: SilentFailure) -> Silence | None:
    if row["retrains"] < thresholds.enough_retrains:
        found = "1 retrain" if row["retrains"] == 1 else f"{row['retrains']} retrains"
        unlock = "a `model_version` column, or --retrain-every" if row["retrains"] == 1 else "a longer export"
        return Silence(f"{found}, needs {thresholds.enough_retrains:.0f}", unlock)
    if not row["feedback"]:
        return Silence("no feedback on the model's own exposures", "a feedback log, or a `clicked` column")
    if row["smallest"] < thresholds.enough_exposures:
        return Silence(f"a retrain has {row['smallest']} exposures, needs {thresholds.enough_exposures:.0f}")
    if row["fewest"] < thresholds.enough_feedback:
        return Silence(f"a retrain has {row['fewest']} feedback, needs {thresholds.enough_feedback:.0f}")
    if number(row, "narrowed") is None:
        return Silence("its retrains share too little of their catalogue to be held against each other")
    return None


def _failing(row: Row, thresholds: SilentFailure) -> bool:
    rise, least, most = number(row, "rise"), number(row, "rise_low"), number(row, "narrowed_high")
    if rise is None or least is None or most is None:
        return False
    return (
        most < thresholds.narrowed and rise >= thresholds.risen and least > 1 and row["rate_last"] > row["rate_first"]
    )


def _is_open(row: Row, thresholds: SilentFailure) -> bool:
    """Exploration that is logged, or implied and broad; or nearly all is fed, so that none can be implied."""
    if number(row, "exploration") is None:
        return True
    implied = row["exploration_source"] == "implied"
    return (number(row, "exploration_low") or 0.0) >= (thresholds.broad if implied else thresholds.open)


def _grave(row: Row, thresholds: SilentFailure) -> bool:
    """Large trends over enough retrains, in a model that is closed or closing."""
    low, fall = number(row, "exploration_low") or 0.0, number(row, "implied_fall_high")
    closing = low < thresholds.open or (fall is not None and fall < thresholds.falling)
    much = row["narrowed_high"] < thresholds.narrowed_much and row["rise_low"] >= thresholds.risen_much
    return bool(much and closing and row["retrains"] >= thresholds.retrains_medium)


def _title(row: Row) -> str:
    rates = f"feedback rate rose from {row['rate_first']:.2%} to {row['rate_last']:.2%} over {row['retrains']} retrains"
    first, last = row["breadth_first"], row["breadth_last"]
    if row["breadth"] == COVERAGE:
        return f"{rates} while coverage at equal volume fell from {first:.0%} to {last:.0%}"
    return f"{rates} while effective outcomes fell from {first:,.1f} to {last:,.1f}"


def _confidence(row: Row) -> Confidence:
    return Confidence.HIGH if row["retrains"] > 4 else Confidence.MEDIUM


def _p_value(row: Row) -> float:
    """Of a rise or a fall like this by chance, whichever is likelier."""
    return max(student_tail(row["rise_t"], row["freedom"]), normal_tail(row["narrowed_z"]))


def _evidence(row: Row) -> tuple[Evidence, ...]:
    narrowed, rise, explored = (
        (row[name], row[f"{name}_low"], row[f"{name}_high"]) for name in ("narrowed", "rise", "exploration")
    )
    return (
        Evidence(f"{row['breadth']}, last over first", *narrowed, 1.0, int(row["retrains"]), "ratio"),
        Evidence("rise of the rate with it", *rise, 1.0, int(row["feedback"]), "ratio"),
        Evidence("feedback rate, first", row["rate_first"], unit="share"),
        Evidence("feedback rate, last", row["rate_last"], unit="share"),
        Evidence(f"exploration ({row['exploration_source']})", *explored, unit="share"),
    )


REMEDY = (
    "Put effective outcomes beside the rate on every dashboard, and measure the rate on a small random slice (2-5 %) "
    "of exposures, logged as policy=explore: only there a rising rate is good news."
)

DETECTOR = Detector(
    id="silent-failure",
    page=__doc__,
    thresholds=SilentFailure(),
    measure=measure,
    judge=judge,
    wants=(
        Want("timestamp", "retrains have no order", essential=True),
        Want("model_version", "fewer than three retrains have no trend; --retrain-every cuts calendar windows"),
        Want("item_id", "without feedback there is no rate", role="feedback"),
        Want("policy", "exploration is implied from what the retrains show rather than read from the log"),
    ),
)
