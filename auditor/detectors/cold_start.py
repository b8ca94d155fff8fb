"""New outcomes that never get a start.

What it looks for
    Outcomes that came into the catalogue while the log ran and were not shown
    often enough to be learned about, in a model that feeds its older ones.

Why it matters
    A newcomer has no feedback, and a model that ranks by feedback has no
    reason to show it. What starts with nothing stays with nothing: the
    catalogue is renewed, what is shown is not.

How it is computed
    New are outcomes with `available_from` after the model's first exposure,
    not shown before; their cohort is the retrain in which they came. Without
    dates: those first shown after the second retrain, with five exposures or
    more. A newcomer is fed once its exposures since then (labelled ones, where
    feedback is a label) add up to need = min(3/q, lambda/2) of its first
    retrain (see outcome-starvation).
    judged          newcomers old enough to tell: not of the last retrain, and
                    even exposure would have fed 95 % of their like
    never_fed       share of the judged that were not fed to the end of the log
    median_retrains, median_days  from the start of the retrain in which they
                    came to that of the one that fed them; null where half of
                    them never were
    standing_fed    share of the older outcomes fed in the last retrain alone,
                    with less time than any newcomer had
    pace            exposures of those never fed over their even share: what a
                    model that explores gives them all the same
    Low: never_fed exceeds its null by more than its threshold. Medium:
    besides, most newcomers are never fed, most older outcomes are, and the
    pace may be under 2 %.

Null
    Even exposure at the same volume, P(Poisson(sum of lambda since launch) <
    need), with the part of each retrain in which the outcome was available.

When it is wrong
    Without dates, a newcomer that was never shown is not known to be new: the
    share never fed is then a lower bound (0 where five exposures are all that
    an outcome needs), never more than a low finding, and old outcomes shown
    late by a model that explores count as new. A catalogue
    that dates its outcomes when they are listed, long before they can be
    shown, makes newcomers look neglected.

What to do
    Keep a share of exposures for new outcomes until each has what it needs, or
    rank them by what is known of their like (category, text) at first.

References
    Schein, Popescul, Ungar, Pennock (2002), SIGIR (cold start). Wilson (1927),
    JASA 22:209. Hanley, Lippman-Hand (1983), JAMA 249:1743.
"""

from __future__ import annotations

import polars as pl

from auditor.detectors.detector import Detector, Judgement, Row, Signal, Silence, Want, number
from auditor.detectors.newcomers import launches
from auditor.detectors.thresholds import ColdStart
from auditor.finding import Confidence, Evidence, Severity
from auditor.rollup import Rollups
from auditor.statistics import binomial_tail_above, wilson

KEYS = ["model", "retrain"]


def measure(rollups: Rollups, thresholds: ColdStart) -> pl.LazyFrame:
    """One row a model: its newcomers, how many were fed and how soon, and its older outcomes beside them."""
    windows = rollups.frame("windows").lazy()
    last = windows.filter(pl.col("retrain") == pl.col("retrain").max().over("model"))
    volume = windows.group_by("model").agg(
        retrains=pl.len(), labels=pl.col("labels").any(), dated=pl.col("dated").any()
    )
    return (
        volume.join(launches(rollups, thresholds.young), on="model", how="left")
        .join(_fed(rollups, last), on="model", how="left")
        .with_columns(pl.col("newcomers", "judged", "unfed", "alive", "alive_fed").fill_null(0))
        .with_columns(older=pl.col("outcomes") - pl.col("alive"), older_fed=pl.col("fed") - pl.col("alive_fed"))
        .with_columns(
            *_share("never_fed", "unfed", "judged"),
            *_share("standing_fed", "older_fed", "older"),
            *_share("pace", "unfed_got", "unfed_even"),
        )
        .sort("model")
    )


def _fed(rollups: Rollups, last: pl.LazyFrame) -> pl.LazyFrame:
    """Outcomes of the last retrain, and how many of them that retrain alone fed."""
    profile = rollups.frame("profile").lazy()
    counted = profile.join(last.select(*KEYS, "need", size="outcomes"), on=KEYS)
    fed = pl.col("outcomes").filter(pl.col("learnable") >= pl.col("need")).sum()
    return counted.group_by("model").agg(fed=fed, outcomes=pl.col("size").first())


def _share(name: str, part: str, whole: str) -> list[pl.Expr]:
    low, high = wilson(pl.col(part), pl.col(whole))
    share = pl.col(part) / pl.when(pl.col(whole) > 0).then(whole)
    return [share.alias(name), low.alias(f"{name}_low"), high.alias(f"{name}_high")]


def judge(row: Row, thresholds: ColdStart) -> Judgement:
    """Newcomers that are not fed are low; where older outcomes are, medium."""
    if silence := _too_few(row, thresholds):
        return silence
    never, null = float(row["never_fed"]), float(row["never_fed_null"])
    if row["never_fed_low"] <= null or never - null < thresholds.excess:
        return None
    severity = Severity.MEDIUM if _are_left_out(row, thresholds) else Severity.LOW
    return Signal(
        severity,
        _title(row),
        _evidence(row),
        "Keep a share of exposures for new outcomes until each has been shown often enough, and log them as "
        "policy=explore; or rank them at first by what is known of outcomes like them.",
        Confidence.HIGH if row["dated_newcomers"] else Confidence.LOW,
        binomial_tail_above(int(row["unfed"]), int(row["judged"]), max(null, 1e-9)),
    )


def _too_few(row: Row, thresholds: ColdStart) -> Silence | None:
    if row["retrains"] < 2:
        reason = "1 retrain, needs 2: what came in the last one is too young"
        return Silence(reason, "a `model_version` column, or --retrain-every")
    if not row["newcomers"]:
        return _no_newcomers(row)
    if row["judged"] < thresholds.enough_outcomes:
        found = f"{row['judged']:,} of {row['newcomers']:,} new outcomes are old enough to tell"
        reason = f"{found}, needs {thresholds.enough_outcomes:.0f}: even exposure would not have fed the others yet"
        return Silence(reason, "a longer export")
    return None


def _no_newcomers(row: Row) -> Silence:
    if row["dated"]:
        return Silence("no outcome came into the catalogue while the log ran", "a longer export")
    reason = "there are no dates to tell new outcomes by, and none was first shown after the second retrain"
    return Silence(reason, "a catalogue with `available_from`")


def _title(row: Row) -> str:
    what, older = "labelled exposures" if row["labels"] else "exposures", number(row, "standing_fed")
    title = f"{row['unfed']:,} of {row['judged']:,} new outcomes never got enough {what} to be learned about"
    return title if older is None else f"{title}; {older:.0%} of the older ones get them in one retrain"


def _are_left_out(row: Row, thresholds: ColdStart) -> bool:
    """Most newcomers starve, most older outcomes do not, and hardly an exposure goes to those that starve."""
    closed = (number(row, "pace_low") or 0.0) < thresholds.open
    fed = number(row, "standing_fed_low")
    contrast = row["never_fed_low"] > thresholds.most and fed is not None and fed > thresholds.most
    return bool(contrast and closed and row["dated_newcomers"])


def _evidence(row: Row) -> tuple[Evidence, ...]:
    items = [_interval(row, "never_fed", "new outcomes never fed", "judged", number(row, "never_fed_null"))]
    if number(row, "standing_fed") is not None:
        items.append(_interval(row, "standing_fed", "older outcomes fed in one retrain", "older"))
    for name, unit in (("median_retrains", "retrains"), ("median_days", "days")):
        if number(row, name) is not None:
            items.append(Evidence(f"{unit} until half of them were fed", row[name], n=int(row["judged"]), unit=unit))
    if number(row, "pace") is not None:
        low, high, even = row["pace_low"], row["pace_high"], round(row["unfed_even"])
        items.append(Evidence("what those never fed got of an even share", row["pace"], low, high, 1.0, even, "share"))
    return tuple(items)


def _interval(row: Row, name: str, label: str, count: str, null: float | None = None) -> Evidence:
    return Evidence(label, row[name], row[f"{name}_low"], row[f"{name}_high"], null, int(row[count]), "share")


DETECTOR = Detector(
    id="cold-start",
    page=__doc__,
    thresholds=ColdStart(),
    measure=measure,
    judge=judge,
    wants=(
        Want("timestamp", "nothing tells what came later", essential=True),
        Want("model_version", "one retrain is too short for newcomers; --retrain-every cuts calendar windows"),
        Want("available_from", "newcomers that were never shown are not known to be new", role="catalogue"),
    ),
)
