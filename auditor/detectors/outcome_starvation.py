"""Models that collect feedback only on what they had already chosen.

What it looks for
    Outcomes of the catalogue that get too few exposures for the next retrain
    to learn anything about them, in a model that gives them no way back: it
    explores less than 2 %, and nearly all its feedback is on its own choices.

Why it matters
    What is never shown gets no feedback, what gets no feedback is never
    chosen, and the next retrain confirms it. Click rate may look better than
    ever meanwhile, as it is measured on the survivors.

How it is computed
    For retrain t with n exposures over a catalogue of K outcomes and feedback
    rate q, lambda = n / K. An outcome is fed if it has at least need =
    min(3/q, lambda/2) exposures (labelled ones, where feedback is a label). By
    the rule of three, no click in 3 / q exposures rules out at 95 % that the
    outcome is as good as average.
    starved         share of the catalogue not fed in the last retrain
    starved_excess  (starved - null) / (1 - null), and 0 under the null
    exploration     share of exposures that are randomised. Where a policy
                    column has explore or holdout rows: their share. Where
                    propensities p are logged: the overlap of the policy with a
                    uniform one, mean of min(1, 1 / (K p)), rescaled so that a
                    fixed choice has 0. Else implied: the share of this
                    retrain's exposures that went to outcomes unfed in the one
                    before, over the share of the catalogue that these are.
                    Uniform exposure gives 1, epsilon-greedy epsilon, a closed
                    loop 0. Left out are outcomes that came into the catalogue
                    in between, and promoted ones: those that jump above what
                    uniform exposure could give them (lambda + 3 sqrt(lambda) +
                    3) were chosen, not explored. Exploration that the policy
                    column or the propensities tell of and that hardly reaches
                    unfed outcomes is not believed; implied exploration decides
    renewal         promoted outcomes over the unfed ones, in the last three
                    retrains
    self_sourced    feedback on the model's own choices over all feedback, that
                    on explore, holdout and organic exposures included.
    High: starved, and closed or about to close: the upper bound of exploration
    is under 2 %, or falls so fast that it will be in the next retrain; hardly
    an outcome is renewed, and nine tenths of the feedback are the model's own.
    Medium: starved, and the lower bound is under 2 % by every account, or
    implied exploration, below a quarter, falls from retrain to retrain; but for
    what constant exploration, or 3 % of it, would bring about by chance.
    Nothing is said of one or two retrains whose exploration is not logged, if
    they are not closed already: a launch feeds everything.

Null
    Uniform exposure at the same volume leaves P(Poisson(lambda) < need) of the
    catalogue unfed.

When it is wrong
    Without a catalogue, outcomes that were never shown are not counted:
    starvation is then a lower bound, and a model is called healthy only if it
    is seen to explore. Where the catalogue turns over and has no dates, new
    outcomes look explored and retired ones unfed: nothing is said where a
    tenth of the exposures goes to new ones, or where half as many came in as
    are unfed. Where labels come for some outcomes alone (approvals), a decision at
    random ends among these and looks like any other: nothing is said without a
    policy column or propensities, and "exploit" on every row is believed. Nor
    is it without any feedback of at most twenty outcomes, which may be such. A
    model that samples its choices explores a little by itself; that counts.

What to do
    Give a small, logged share of exposures to outcomes drawn at random (2-5
    %), write `policy` into the log, and train on those rows with their
    propensities. Or feed the model from a holdout, from search, from another
    surface.

References
    Hanley, Lippman-Hand (1983), JAMA 249:1743 (rule of three). Wilson (1927),
    JASA 22:209 (intervals). Scarone, Baeza-Yates (2026) (2-5 % exploration).
    Chaney, Stewart, Engelhardt (2018), RecSys (feedback loops).
"""

from __future__ import annotations

import polars as pl

from auditor.detectors import segments
from auditor.detectors.closure import is_closed, is_closing
from auditor.detectors.detector import Detector, Judgement, Row, Want, number
from auditor.detectors.exploration import exploration
from auditor.detectors.starvation_signals import closing, starved
from auditor.detectors.starvation_silences import cannot_tell, has_just_begun, never_shown, too_little, untold
from auditor.detectors.thresholds import OutcomeStarvation
from auditor.detectors.turnover import turnover
from auditor.rollup import Rollups
from auditor.statistics import poisson_below, wilson

KEYS = ["model", "retrain"]


def measure(rollups: Rollups, thresholds: OutcomeStarvation) -> pl.LazyFrame:
    """One row a model: starvation of the last retrain, exploration by every way the log allows, feedback's source."""
    windows = rollups.frame("windows").lazy()
    last = windows.filter(pl.col("retrain") == pl.col("retrain").max().over("model"))
    return (
        last.join(_starved(rollups, last), on=KEYS, how="left")
        .join(exploration(rollups, windows, thresholds.unfed_share), on="model", how="left")
        .join(_self_sourced(rollups, windows), on="model", how="left")
        .join(turnover(rollups, windows), on="model", how="left")
        .join(rollups.frame("kinds").lazy().select("model", "one_sided"), on="model", how="left")
        .with_columns(retrains=pl.col("retrain") + 1)
        .sort("model")
    )


def _starved(rollups: Rollups, windows: pl.LazyFrame) -> pl.LazyFrame:
    fed = (
        rollups.frame("profile")
        .lazy()
        .join(windows.select(*KEYS, "need"), on=KEYS)
        .group_by(KEYS)
        .agg(fed=pl.col("outcomes").filter(pl.col("learnable") >= pl.col("need")).sum())
    )
    size = pl.col("outcomes")
    low, high = wilson(size - pl.col("fed"), size)
    null = poisson_below(pl.col("need"), pl.col("even_share"))
    return (
        windows.join(fed, on=KEYS)
        .select(
            *KEYS,
            "fed",
            starved=1 - pl.col("fed") / size,
            starved_low=low,
            starved_high=high,
            starved_null=null,
        )
        .with_columns(starved_excess=_excess(pl.col("starved")), starved_excess_low=_excess(pl.col("starved_low")))
    )


def _excess(share: pl.Expr) -> pl.Expr:
    room = 1 - pl.col("starved_null")
    return pl.when(room > 1e-9).then((share - pl.col("starved_null")) / room).otherwise(0.0).clip(lower_bound=0.0)


def _self_sourced(rollups: Rollups, windows: pl.LazyFrame) -> pl.LazyFrame:
    own = windows.group_by("model").agg(
        own=(pl.col("clicks") - pl.col("clicks_outside")).sum(), attributed=pl.col("clicks").sum()
    )
    organic = rollups.frame("organic_totals").lazy()
    total = pl.col("attributed") + pl.col("organic").fill_null(0)
    low, high = wilson(pl.col("own"), total)
    return own.join(organic, on="model", how="left").select(
        "model",
        organic=pl.col("organic").fill_null(0),
        self_sourced=pl.when(total > 0).then(pl.col("own") / total),
        self_sourced_low=low,
        self_sourced_high=high,
    )


def judge(row: Row, thresholds: OutcomeStarvation) -> Judgement:
    """Starved and closed is high; starved and closing is medium; starved but explored is nothing."""
    if silence := too_little(row, thresholds):
        return silence
    excess, excess_low = number(row, "starved_excess") or 0.0, number(row, "starved_excess_low") or 0.0
    if excess < thresholds.excess or excess_low <= 0:
        return never_shown(row, thresholds)
    if silence := untold(row, thresholds):
        return silence
    if is_closed(row, thresholds):
        return starved(row, thresholds)
    if is_closing(row, thresholds):
        return closing(row, thresholds)
    return cannot_tell(row) if has_just_begun(row, thresholds) else None


DETECTOR = Detector(
    id="outcome-starvation",
    page=__doc__,
    thresholds=OutcomeStarvation(),
    measure=measure,
    judge=judge,
    wants=(
        Want("timestamp", "retrains have no order, so implied exploration and its fall cannot be told"),
        Want("model_version", "one retrain is not enough for implied exploration"),
        Want("policy", "exploration is implied from what the retrains show rather than read from the log"),
        Want("item_id", "outcomes that were never shown do not count as starved", role="catalogue"),
        Want("item_id", "what an outcome needs is half the even share; feedback's source is unknown", role="feedback"),
    ),
    by_segment=(segments.measure, segments.judge),
)
