"""Outcomes that are no longer shown, and better than what is.

What it looks for
    Starved outcomes whose own history says that they are liked better than
    what is shown in their place.

Why it matters
    A loop that is closed costs nothing as long as it closed on the best. These
    are the feedback that it costs, and the outcomes to try first.

How it is computed
    Starved outcomes are in the catalogue during the whole last retrain, and
    get less in it than they need (see outcome-starvation). Of each outcome,
    tries           its exposures over all retrains (labelled ones, where
                    feedback is a label), each counted at the level of its
                    retrain: the feedback rates of that retrain over those of
                    the last one, on the outcomes that both show. So a good
                    season makes no winner, and neither does a launch among
                    weaker outcomes. Rates move, too: c clicks of k retrains
                    ago count as c / (1 + c k / 400), a twentieth a retrain.
    posterior       Beta(prior + clicks, prior + tries - clicks), with a prior
                    fitted to all outcomes of the model: few exposures are
                    shrunk to the mean, which takes back lucky streaks
    shown_rate      feedback rate of the model's own choices in the last
                    retrain
    winners_count   starved outcomes with the highest P(rate > 1.1 shown_rate),
                    levels at their upper bounds, as many as leave the expected
                    share of false ones under 10 %; but none that the retrain
                    which fed it last found to be worse: it had its chance
    forgone         feedback a retrain, if each winner had its even share of
                    the exposures instead of what is shown: (posterior mean -
                    shown_rate) times what it lacks, summed; interval from the
                    variances of the posteriors, of the levels and of
                    shown_rate
    Medium: at least three winners that forgo 0.2 % of the feedback, and
    something for certain, in a model that may explore less than 2 %. Low:
    fewer winners, or a model that explores and will find them, or no catalogue
    that says that they are still available.

Null
    No starved outcome is better than what is shown: none is forgone.

When it is wrong
    Feedback on the model's own choices comes from users that it chose them
    for, and from the places that it put them in: others may like them less. An
    outcome that was removed on purpose, or lost its appeal since, looks like a
    winner; give its `available_to` in the catalogue. Where a few are far
    better than all others, they are shrunk too much, and more is forgone. What
    was shown as a lucky choice has lucky levels: that hides winners.

What to do
    Show the named outcomes again to a random share of users, and see.

References
    Efron, Morris (1975), JASA 70:311. Kleinman (1973), JASA 68:46. Mantel,
    Haenszel (1959), JNCI 22:719. Newton et al. (2004), Biostatistics 5:155
    (expected false share).
"""

from __future__ import annotations

import polars as pl

from auditor.detectors.detector import Detector, Judgement, Row, Signal, Silence, Want, number
from auditor.detectors.exploration import Z_999, exploration
from auditor.detectors.thresholds import MissedWinners
from auditor.detectors.turnover import turnover, unsettled
from auditor.detectors.winners import NAMED, winners
from auditor.finding import Confidence, Evidence, Severity
from auditor.rollup import Rollups
from auditor.statistics import normal_tail, poisson_below, wilson

KEYS = ["model", "retrain"]


def measure(rollups: Rollups, thresholds: MissedWinners) -> pl.LazyFrame:
    """One row a model: what is starved, what is shown, and what is missed."""
    windows = rollups.frame("windows").lazy()
    last = windows.filter(pl.col("retrain") == pl.col("retrain").max().over("model"))
    own = pl.when("labels").then("clicks").otherwise(pl.col("clicks") - pl.col("clicks_outside"))
    tries = pl.when("labels").then("learnable").otherwise("exploit")
    low, high = wilson(own, tries)
    shown = last.join(_starved(rollups, last), on=KEYS, how="left").select(
        "model", "exposures", "outcomes", "clicks", "listed", "labels", "starved", "starved_surely", "starved_null",
        "even_share",
        retrains=pl.col("retrain") + 1, shown_clicks=own, shown_tries=tries,
        shown_rate=own / pl.when(tries > 0).then(tries), shown_rate_low=low, shown_rate_high=high,
    )  # fmt: skip
    explored = exploration(rollups, windows, thresholds.unfed_share)
    return (
        shown.join(winners(rollups, shown, thresholds.margin, thresholds.false_share), on="model", how="left")
        .join(explored.select("model", "exploration", "exploration_low"), on="model", how="left")
        .join(turnover(rollups, windows), on="model", how="left")
        .sort("model")
    )


def _starved(rollups: Rollups, windows: pl.LazyFrame) -> pl.LazyFrame:
    """How much of the catalogue is unfed, surely (99.9 %) so, and under uniform exposure."""
    fed = pl.col("outcomes").filter(pl.col("learnable") >= pl.col("need")).sum()
    sizes = windows.select(*KEYS, "need", "even_share", catalogue="outcomes")
    surely, _ = wilson(pl.col("catalogue") - pl.col("fed"), pl.col("catalogue"), Z_999)
    return (
        rollups.frame("profile")
        .lazy()
        .join(sizes, on=KEYS)
        .group_by(*KEYS, "catalogue", "need", "even_share")
        .agg(fed=fed)
        .select(
            *KEYS,
            starved=1 - pl.col("fed") / pl.col("catalogue"),
            starved_surely=surely,
            starved_null=poisson_below(pl.col("need"), pl.col("even_share")),
        )
    )


def judge(row: Row, thresholds: MissedWinners) -> Judgement:
    """A few certain winners of a closed model are medium; any other certain loss is low."""
    if silence := _silence(row, thresholds):
        return silence
    if not row["winners_count"] or row["starved_null"] > thresholds.by_chance * row["starved_surely"]:
        return None
    forgone, least = number(row, "forgone"), number(row, "forgone_low")
    if forgone is None or least is None or least <= 0:
        return None
    if silence := unsettled(row, thresholds.turnover, round(row["winners_count"])):
        return silence
    return Signal(
        _severity(row, thresholds),
        _title(row),
        _evidence(row),
        "Show the named outcomes again, to a small random share of users, and train on what comes back.",
        Confidence.MEDIUM if row["listed"] else Confidence.LOW,
        normal_tail(1.96 * forgone / max(forgone - least, 1e-9)),
    )


def _silence(row: Row, thresholds: MissedWinners) -> Silence | None:
    if row["exposures"] < thresholds.enough_exposures:
        found = f"{row['exposures']} exposures in the last retrain"
        return Silence(f"{found}, needs {thresholds.enough_exposures:.0f}", "a longer export")
    if row["retrains"] < 2:
        return Silence("1 retrain, needs 2", "a `model_version` column, or --retrain-every")
    if (row["shown_clicks"] or 0) < thresholds.enough_feedback:
        found = f"{row['shown_clicks'] or 0} feedback on the model's own choices in the last retrain"
        return Silence(f"{found}, needs {thresholds.enough_feedback:.0f}", "a feedback log, or a longer export")
    if (row["histories"] or 0) < thresholds.enough_outcomes:
        found = f"{row['histories'] or 0} outcomes with a history"
        return Silence(f"{found}, needs {thresholds.enough_outcomes:.0f}: how rates vary is not known", "")
    return None


def _severity(row: Row, thresholds: MissedWinners) -> Severity:
    explored = number(row, "exploration_low")
    closed = explored is not None and explored < thresholds.open
    much = row["forgone"] >= thresholds.forgone * row["clicks"]
    certain = row["winners_count"] >= thresholds.few and row["listed"]
    return Severity.MEDIUM if closed and much and certain else Severity.LOW


def _title(row: Row) -> str:
    count = row["winners_count"]
    more = ", ..." if count > NAMED else ""
    named = f" ({row['winners']}{more})" if row["winners"] else ""
    what = "1 outcome that is" if count == 1 else f"{count:,} outcomes that are"
    times = row["winners_rate"] / row["shown_rate"]
    cost = f"{row['forgone']:,.0f} feedback a retrain is forgone"
    return f"{what} hardly shown{named} would be liked {times:.1f} times as well as what is: about {cost}"


def _evidence(row: Row) -> tuple[Evidence, ...]:
    n = int(row["shown_tries"])
    rate, low, high = row["shown_rate"], row["shown_rate_low"], row["shown_rate_high"]
    return (
        Evidence("winners", float(row["winners_count"]), null=row["winners_false"], unit="outcomes"),
        Evidence("rate of the winners", row["winners_rate"], n=int(row["winners_tries"]), unit="share"),
        Evidence("rate of what is shown", rate, low, high, n=n, unit="share"),
        Evidence(
            "forgone a retrain", row["forgone"], row["forgone_low"], row["forgone_high"], 0.0, row["clicks"], "feedback"
        ),
    )


DETECTOR = Detector(
    id="missed-winners",
    page=__doc__,
    thresholds=MissedWinners(),
    measure=measure,
    judge=judge,
    wants=(
        Want("timestamp", "retrains have no order, so what is no longer shown cannot be told"),
        Want("model_version", "one retrain holds no history of what it does not show"),
        Want("item_id", "what an outcome brought is not known", role="feedback"),
        Want("item_id", "an outcome that left the catalogue looks missed", role="catalogue"),
    ),
)
