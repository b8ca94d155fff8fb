"""Whether users are shown ever less, or ever more the same as one another.

What it looks for
    Two ways to lose variety that the counts of a whole model do not show.
    Narrowing: each user sees fewer kinds of things, while all users together
    see as many as before (a filter bubble). Converging: what different users
    see becomes the same (homogenisation).

Why it matters
    A user who is shown one category clicks on one category, and the next
    retrain takes that for taste. Users who are all shown the same leave
    nothing to learn about anybody.

How it is computed
    On exploit rows of a sample of whole users, the same in every retrain, by
    category where nine tenths of the rows have one, else by outcome:
    within      chance that two exposures of one user are of the same kind: of
                its pairs of exposures, the share that are; the mean over
                users, each of the same weight
    between     the same for an exposure of one user and one of another:
                sum (P^2 - sum p^2) / (m (m - 1)), with p the shares of one
                user's exposures, P their sum over all m users
    Both are free of bias at any volume. Pairs are taken across requests:
    outcomes on one page differ by construction, so pairs of them tell nothing.
    Without request_id, what a user is shown at one moment is a page.
    effective   kinds a user is shown, 1 / within: one over the mean, as a mean
                of ratios is not free of volume
    narrowing   effective of the last retrain over that of the first. Each is
                held against the one before on the users with ten such pairs
                in both, and the ratios are multiplied: users who join or
                leave change nothing. With four retrains or more the launch
                is left out; more than eight are pooled into eight spans.
    whole       the same of 1 / between: effective kinds of all users together
    own         narrowing over whole: what users lost beyond what all lost
    merging, parting  whole and own, by outcome
    overlap     between, by outcome
    Intervals are over users (infinitesimal jackknife), not over exposures: a
    user's exposures are not independent.
    Narrowing is found where narrowing and own are both below their threshold,
    converging where merging is and parting is above its inverse. Medium: by
    half, in the mean over retrains as well, with four retrains or more, and
    without 2 % of logged exploration.

Null
    Ratios of 1. A model that narrows for all users alike keeps own at 1: that
    is for retrain-drift to tell.

When it is wrong
    A model that gets to know its users narrows them rightly, up to a point; so
    does a season that only some of them keep. Where users are never shown an
    outcome twice, or so seldom that the error of a ratio's log passes 0.3, and
    there are no categories, nothing can be told. A default id that many people
    share counts as one user.

What to do
    Show each user some of what lies outside their past (2-5 %, or a quota of
    categories a page), and watch the users of a holdout.

References
    Simpson (1949), Nature 163:688. Nguyen et al. (2014), WWW (filter bubbles).
    Chaney, Stewart, Engelhardt (2018), RecSys (homogenisation). Jaeckel
    (1972), Bell Labs memorandum (infinitesimal jackknife).
"""

from __future__ import annotations

import math

import polars as pl

from auditor.detectors.detector import Detector, Judgement, Row, Signal, Silence, Want, number
from auditor.detectors.exploration import logged
from auditor.detectors.thresholds import UserNarrowing
from auditor.detectors.user_changes import user_changes
from auditor.finding import Confidence, Evidence, Severity
from auditor.rollup import Rollups
from auditor.statistics import normal_tail

SPANS = 8


def measure(rollups: Rollups, thresholds: UserNarrowing) -> pl.LazyFrame:  # noqa: ARG001
    """One row a model: by category where it has them, and the same by outcome."""
    windows = rollups.frame("windows").lazy()
    last = pl.col("retrain") == pl.col("retrain").max().over("model")
    explored = logged(windows).filter(last).select("model", "logged_exploration_low")
    changes = user_changes(rollups)
    kind = changes.filter(pl.col("grouped") == pl.col("grouped").max().over("model"))
    outcomes = changes.filter(~pl.col("grouped")).select("model", *_by_outcome())
    return (
        windows.group_by("model")
        .agg(retrains=pl.len())
        .join(kind, on="model", how="left")
        .join(outcomes, on="model", how="left")
        .join(explored, on="model", how="left")
        .with_columns(users=pl.when(pl.col("steps") == _steps_expected()).then(pl.col("users")).otherwise(0))
        .drop("steps")
        .sort("model")
    )


def _by_outcome() -> list[pl.Expr]:
    names = {"whole": "merging", "own": "parting"}
    ends = ("", "_low", "_high", "_error", "_halves")
    overlap = [(1 / pl.col(f"effective_whole_{end}")).alias(f"overlap_{end}") for end in ("first", "last")]
    return [*overlap, *(pl.col(f"{name}{end}").alias(f"{new}{end}") for name, new in names.items() for end in ends)]


def _steps_expected() -> pl.Expr:
    """Between the spans that the rollup pools retrains into, the launch left out where there are four."""
    kept = pl.col("retrains") - (pl.col("retrains") >= 4).cast(pl.Int64)
    return pl.min_horizontal(kept, pl.lit(SPANS)) - 1


def judge(row: Row, thresholds: UserNarrowing) -> Judgement:
    """Narrowing and converging are low; by half, steadily, and with no exploration logged, medium."""
    if silence := _unmeasured(row, thresholds):
        return silence
    if _falls(row, ("narrowing", "own"), thresholds.narrowing):
        return _narrowing_signal(row, thresholds)
    if number(row, "parting") is None:
        return None
    if _falls(row, ("merging",), thresholds.narrowing) and row["parting_low"] > 1 / thresholds.narrowing:
        return _merging_signal(row, thresholds)
    return None


def _unmeasured(row: Row, thresholds: UserNarrowing) -> Silence | None:
    if row["retrains"] < 2:
        return Silence("1 retrain, needs 2", "a `model_version` column, or --retrain-every")
    users = row["users"] or 0
    if users < thresholds.enough_users:
        reason = f"{users} users were shown enough in each retrain and the next, needs {thresholds.enough_users:.0f}"
        return Silence(reason, "a longer export, or longer windows with --retrain-every")
    if number(row, "own") is None:
        return Silence("users are hardly ever shown an outcome twice", "a `category` of each outcome")
    if max(row["narrowing_error"], row["own_error"]) > thresholds.coarse:
        return Silence("users are too seldom shown an outcome twice to tell a change", "a `category` of each outcome")
    return None


def _falls(row: Row, names: tuple[str, ...], to: float) -> bool:
    return all(row[f"{name}_high"] < to for name in names)


def _severity(row: Row, thresholds: UserNarrowing, *, strong: bool) -> Severity:
    open_ = (number(row, "logged_exploration_low") or 0.0) >= thresholds.open
    settled = row["retrains"] >= thresholds.retrains_medium
    return Severity.MEDIUM if strong and settled and not open_ else Severity.LOW


def _narrowing_signal(row: Row, thresholds: UserNarrowing) -> Signal:
    steady = max(row["narrowing_halves"], row["own_halves"]) < thresholds.narrowing
    strong = steady and _falls(row, ("narrowing", "own"), thresholds.strong)
    kind = "categories" if row["grouped"] else "outcomes"
    title = (
        f"users narrow from {row['effective_first']:,.1f} to {row['effective_last']:,.1f} effective {kind} each,"
        f" all together from {row['effective_whole_first']:,.1f} to {row['effective_whole_last']:,.1f}"
    )
    remedy = "Show each user some of what lies outside their past: 2-5 % of exposures, or a quota of categories a page."
    p_value = max(_p_value(row, name, -1) for name in ("narrowing", "own"))
    severity = _severity(row, thresholds, strong=strong)
    return Signal(severity, title, _narrowing_evidence(row), remedy, _confidence(row), p_value)


def _merging_signal(row: Row, thresholds: UserNarrowing) -> Signal:
    steady = row["merging_halves"] < thresholds.narrowing and row["parting_halves"] > 1 / thresholds.narrowing
    much = _falls(row, ("merging",), thresholds.strong) and row["parting_low"] > 1 / thresholds.strong
    title = (
        f"users converge: the chance that two of them are shown the same outcome rose from {row['overlap_first']:.2%}"
        f" to {row['overlap_last']:.2%}"
    )
    remedy = (
        "Check that the model still uses what it knows of a user; hold back part of each page for personal choices."
    )
    p_value = max(_p_value(row, "merging", -1), _p_value(row, "parting", 1))
    severity = _severity(row, thresholds, strong=steady and much)
    return Signal(severity, title, _merging_evidence(row), remedy, Confidence.MEDIUM, p_value)


def _p_value(row: Row, name: str, sign: int) -> float:
    """Of no change, from the interval, which is symmetric in logs."""
    return normal_tail(sign * math.log(row[name]) / max(row[f"{name}_error"], 1e-9))


def _confidence(row: Row) -> Confidence:
    return Confidence.HIGH if row["grouped"] else Confidence.MEDIUM


def _ratio(row: Row, name: str, told: str) -> Evidence:
    return Evidence(told, row[name], row[f"{name}_low"], row[f"{name}_high"], 1.0, int(row["users"]), "ratio")


def _narrowing_evidence(row: Row) -> tuple[Evidence, ...]:
    return (
        _ratio(row, "narrowing", "effective number of a user, last over first"),
        _ratio(row, "whole", "the same of all users together"),
        _ratio(row, "own", "the one over the other"),
    )


def _merging_evidence(row: Row) -> tuple[Evidence, ...]:
    return (
        _ratio(row, "merging", "effective outcomes of all users together, last over first"),
        _ratio(row, "parting", "the same of a user, over that"),
        Evidence(
            "overlap of two users", row["overlap_last"], null=row["overlap_first"], n=int(row["users"]), unit="share"
        ),
    )


DETECTOR = Detector(
    id="user-narrowing",
    page=__doc__,
    thresholds=UserNarrowing(),
    measure=measure,
    judge=judge,
    wants=(
        Want("user_id", "what one user is shown cannot be told", essential=True),
        Want("timestamp", "retrains have no order", essential=True),
        Want("model_version", "one retrain has nothing to be held against; --retrain-every cuts calendar windows"),
        Want("request_id", "what a user is shown at one moment counts as one page"),
        Want("category", "users who are never shown an outcome twice cannot be judged", role="catalogue"),
    ),
)
