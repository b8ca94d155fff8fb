"""Every threshold of the battery, with the reason for it, in one place."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any


def threshold(default: float, why: str) -> Any:
    """A number that decides a verdict, and why it is that number."""
    return field(default=default, metadata={"why": why})


def reasons(thresholds: Any) -> list[tuple[str, float, str]]:
    """Name, value in force and reason of each threshold of one detector."""
    return [(each.name, getattr(thresholds, each.name), each.metadata["why"]) for each in fields(thresholds)]


@dataclass(frozen=True)
class Shared:
    """What several detectors go by; not to be set for one of them."""

    unsaid: float = threshold(0.02, "share of rows whose policy is not said and may be random; so few open no loop")
    replaced: float = threshold(
        0.5, "newcomers over what is missing: closed loops have next to none, a catalogue that turns over one for one"
    )


SHARED = Shared()


@dataclass(frozen=True)
class LogIntegrity:
    """When a log is not what it seems to be."""

    answered_share: float = threshold(
        0.9, "share of requests with feedback from which on exposures were kept only where something came back"
    )
    enough_feedback: float = threshold(100, "feedback under which no share of requests is judged")
    early_share: float = threshold(0.01, "feedback older than its exposure: clocks differ by seconds for a few")
    early_share_medium: float = threshold(0.05, "from here on the key joins the wrong rows")
    early_share_gate: float = threshold(0.5, "most feedback joined wrongly: no number of this model means anything")
    rate_jump: float = threshold(5.0, "times the median day: behaviour moves by tens of per cent, pipelines to zero")
    rate_jump_events: float = threshold(50, "expected feedback of a day under which chance alone may do that")
    faulty_days_medium: float = threshold(0.1, "share of days from which on rates of whole retrains are wrong")
    lopsided_half: float = threshold(0.2, "distance from one half: a default id holds much of the traffic")
    few_outcomes: float = threshold(20, "outcomes that may be decisions; of more, some are hardly ever chosen")


@dataclass(frozen=True)
class ExposureCoverage:
    """When too little of the catalogue is shown."""

    ratio: float = threshold(0.5, "half of what uniform exposure reaches at the same volume")
    gone: float = threshold(0.5, "half of what was once shown is no longer: more than the tail of a popularity curve")
    returning: float = threshold(0.1, "outcomes dropped by an exploring policy come back; dead ones do not")
    open: float = threshold(0.02, "2-5 % exploration suffices to diagnose a loop (Scarone, Baeza-Yates 2026)")
    turnover: float = threshold(0.1, "exposures on outcomes never shown before, from which on K itself is not known")
    absent_retrains: float = threshold(2, "retrains without exposure after which an outcome counts as gone")


@dataclass(frozen=True)
class ImpressionGini:
    """When exposure is concentrated."""

    excess: float = threshold(0.5, "half way from chance to everything on one outcome")
    weak_support: float = threshold(1000, "effective sample under which a log cannot value other policies")
    even_enough: float = threshold(0.05, "weights no more uneven than those of 5 % uniform exploration are healthy")
    enough_outcomes: float = threshold(20, "outcomes; to be right among a dozen classes is to choose few of them")


@dataclass(frozen=True)
class OutcomeStarvation:
    """When a model learns only from what it chose itself."""

    excess: float = threshold(0.25, "a quarter of the catalogue unfed beyond what the volume explains")
    closed: float = threshold(0.02, "2-5 % exploration suffices to diagnose a loop (Scarone, Baeza-Yates 2026)")
    unfed_share: float = threshold(0.05, "unfed share of the catalogue under which implied exploration is all noise")
    falling: float = threshold(0.85, "upper bound of last over first: implied exploration of a fixed policy stays")
    ample: float = threshold(
        0.25, "implied exploration that may fall: urns are under 0.1 by then, drifting tastes at 0.4"
    )
    enough_retrains: float = threshold(3, "in two retrains that nobody explored, a loop has hardly begun to show")
    turnover: float = threshold(0.1, "exposures on outcomes never shown before, from which on K itself is not known")
    enough_exposures: float = threshold(100, "exposures of a retrain under which no verdict is given")
    hollow: float = threshold(0.25, "explore rows that bring unfed outcomes less than a quarter of an even spread")
    renewal: float = threshold(0.05, "a twentieth of the unfed outcomes newly chosen in three retrains is a way back")
    self_sourced: float = threshold(0.9, "a tenth of the feedback from elsewhere opens the loop")
    surely_open: float = threshold(0.03, "half as much again as `closed`; what it brings about by chance is withdrawn")
    few_outcomes: float = threshold(20, "outcomes that may be decisions; of these, some never get a label")


@dataclass(frozen=True)
class RetrainDrift:
    """When retrains move what is shown."""

    moved_bits: float = threshold(0.05, "debiased divergence a retrain; sampling alone adds none")
    narrowing: float = threshold(0.7, "upper bound of effective outcomes, last over first")
    turnover: float = threshold(0.005, "exposures on outcomes never shown before: one new favourite narrows the rest")
    slight_narrowing: float = threshold(0.9, "the same, for a low finding")
    enough_exposures: float = threshold(200, "exposures a retrain under which nothing about drift is said")
    few_outcomes: float = threshold(20, "outcomes up to which narrowing is low: demand for a few moves as much")


@dataclass(frozen=True)
class Auditability:
    """When a log is too poor for the main verdict."""

    enough_exposures: float = threshold(100, "exposures under which a model is not worth a verdict")


@dataclass(frozen=True)
class SilentFailure:
    """When the feedback rate rises because the model narrows."""

    narrowed: float = threshold(0.8, "upper bound of breadth, last over first; a learning policy tidies up its tail")
    narrowed_much: float = threshold(0.5, "the same, for medium: half of what was shown is gone")
    risen: float = threshold(1.1, "rise of the rate that goes with it; a dashboard rounds less away")
    risen_much: float = threshold(1.1, "lower bound of the rise, for medium")
    open: float = threshold(0.02, "2-5 % exploration suffices to diagnose a loop (Scarone, Baeza-Yates 2026)")
    falling: float = threshold(0.85, "upper bound of last over first: implied exploration of a fixed policy stays")
    broad: float = threshold(0.08, "lower bound of implied exploration: a tenth that is set, less its interval")
    unfed_share: float = threshold(0.05, "unfed share of the catalogue under which implied exploration is all noise")
    turnover: float = threshold(0.1, "exposures on outcomes never shown before, from which on breadth is not known")
    enough_retrains: float = threshold(3, "a trend; two retrains only differ")
    retrains_medium: float = threshold(4, "a season has its rise as well; three retrains hold one easily")
    enough_exposures: float = threshold(200, "exposures a retrain under which breadth is all noise")
    enough_feedback: float = threshold(20, "feedback of a retrain under which its rate may be off by a half")


@dataclass(frozen=True)
class UserNarrowing:
    """When users are shown ever less, or ever more the same."""

    narrowing: float = threshold(0.8, "upper bound of last over first: a fifth, more than seasons of taste take")
    strong: float = threshold(0.5, "the same, for a medium finding: half of what a user saw is gone")
    open: float = threshold(0.02, "2-5 % exploration suffices to diagnose a loop (Scarone, Baeza-Yates 2026)")
    enough_users: float = threshold(30, "users present in each retrain and the next; intervals over fewer are no guide")
    coarse: float = threshold(0.3, "error of a ratio's log; beyond, its interval rests on a handful of repeats")
    retrains_medium: float = threshold(4, "with fewer the launch counts, which says nothing of how users are treated")


@dataclass(frozen=True)
class SelfLabelling:
    """When a model writes the labels that it learns from."""

    written: float = threshold(0.2, "one label in five repeats what the model already thinks; some pseudo-labels help")
    mostly_written: float = threshold(0.5, "from here on its own labels outvote all others")
    rising: float = threshold(0.05, "rise of that share over the retrains, for a low finding: on its way there")
    vanished: float = threshold(0.05, "a twentieth of the first retrain's classes gone beyond what chance explains")
    fewer_values: float = threshold(0.9, "upper bound of distinct values at equal volume, last over first")
    enough_labels: float = threshold(100, "labels of a retrain under which no share is judged")


@dataclass(frozen=True)
class ExplorationSupport:
    """When exploration is not what it is said to be, or too thin to learn from."""

    configured_share: float = threshold(0.0, "share of the model's rows that are set to explore; 0: not configured")
    mismatch: float = threshold(0.1, "a tenth off what is configured: more than rounding and lost rows explain")
    mismatch_medium: float = threshold(0.5, "half of what is configured is lost, or as much again is given away")
    misplaced: float = threshold(0.05, "lower bound; a twentieth of the exposures is where it was not meant to be")
    misplaced_medium: float = threshold(0.1, "the same; probabilities from a simulation of the policy err by less")
    hollow: float = threshold(0.25, "explore rows that bring unfed outcomes less than a quarter of an even spread")
    unfed_share: float = threshold(0.05, "unfed share of the catalogue under which there is hardly a place to explore")
    reached: float = threshold(0.75, "a quarter of what uniform exploration reaches: a part of the catalogue is shut")
    turnover: float = threshold(0.1, "exposures on outcomes never shown before: perhaps none were there to explore")
    excess: float = threshold(0.5, "half way from uniform to everything on one outcome")
    supported: float = threshold(0.5, "half of all choices have no chance: no other policy can be valued")
    supported_explored: float = threshold(0.8, "the same with explore rows, which give every choice a chance")
    weak_support: float = threshold(1000, "effective sample under which a log cannot value other policies")
    weak_segments: float = threshold(0.5, "share of rows in segments of weak support, from which on it is the log's")
    even_enough: float = threshold(0.05, "weights no more uneven than those of 5 % uniform exploration are healthy")
    enough_exposures: float = threshold(100, "exposures of the last retrain under which nothing is said")
    enough_explored: float = threshold(50, "explore rows under which their spread is not judged")
    few_outcomes: float = threshold(20, "outcomes that may be decisions; without feedback, reach is not judged")


@dataclass(frozen=True)
class FeedbackGain:
    """When retrains chase luck."""

    gain: float = threshold(0.1, "lower bound; following true changes of quality from outside gives up to 0.1")
    enough_outcomes: float = threshold(20, "outcomes with known luck; intervals over fewer are no guide")
    retrains: float = threshold(3, "luck in one is held against the rate in the others, growth needs a next one")
    open: float = threshold(0.02, "2-5 % exploration suffices to diagnose a loop (Scarone, Baeza-Yates 2026)")
    falling: float = threshold(0.85, "upper bound of last over first: implied exploration of a fixed policy stays")
    unfed_share: float = threshold(0.05, "unfed share of the catalogue under which implied exploration is all noise")
    turnover: float = threshold(0.05, "exposures on outcomes never shown before; then old ones may have been retired")


@dataclass(frozen=True)
class EvaluationGap:
    """When a model is judged by numbers that no longer stand for what counts."""

    enough_retrains: float = threshold(3, "a trend; two retrains only differ")
    worse: float = threshold(0.01, "fall of the far metric over all retrains, as a share of it; less is its rounding")
    widening: float = threshold(0.05, "growth of the gap over all retrains, as a share of the metrics")
    growth: float = threshold(1.2, "mismatch with random rows, last over first; less is a model that learns tastes")
    enough_feedback: float = threshold(20, "feedback on random rows under which their rate may be off by a half")
    agreeing: float = threshold(0.25, "upper bound of carry; audiences with tastes of their own leave 0.7 and more")
    spread: float = threshold(4, "variance of own rates over its error, under which nothing could carry over")
    enough_outcomes: float = threshold(20, "outcomes on both sides, under which the interval of carry is too narrow")
    scored: float = threshold(0.99, "share of rows with a score; those without may be the odd ones")
    calibrated: float = threshold(1.25, "how far own scores may be off, either way; beyond, they are no probabilities")
    parting: float = threshold(1.2, "lower bound, last over first; models that get less data each time part by less")
    parting_medium: float = threshold(1.5, "the same, for medium: seen in no sound model")
    off_medium: float = threshold(2.0, "how far random rows are surely off, for medium: by half, or by double")


@dataclass(frozen=True)
class SelectiveLabels:
    """When the outcome of a decision is known only if it went one way."""

    unlabelled: float = threshold(0.2, "a fifth of the decisions can never be found wrong")
    hardly: float = threshold(0.02, "labelled a fiftieth as often as the best; 2-5 % of labels at random would do")
    followed: float = threshold(0.5, "labels on half of one action at least; less is a sample, or a reaction")
    contrast: float = threshold(0.05, "how far the labels of other actions are from all alike: rarer ones may be rare")
    clear_contrast: float = threshold(0.2, "the same, for medium: no reaction of people is as frequent")
    sure: float = threshold(1000, "labels all alike, for medium: at most 4 in a thousand differ, which no risk is")
    randomised: float = threshold(0.02, "2-5 % of decisions at random tell what the others would have come to")
    leniency: float = threshold(0.05, "difference of approvals between retrains; less says nothing of the next in line")
    enough_decisions: float = threshold(200, "decisions on an action: with no label, less than 2 % have one")


@dataclass(frozen=True)
class MissedWinners:
    """When outcomes that are not shown are better than those that are."""

    false_share: float = threshold(0.1, "expected share of the named outcomes that are no better than what is shown")
    margin: float = threshold(0.1, "above the rate of what is shown: places and audiences differ by as much")
    few: float = threshold(3, "one or two may be a fault of the log; a few are the model's")
    forgone: float = threshold(0.002, "share of the feedback; an even share is the least that a winner would be given")
    by_chance: float = threshold(0.1, "share of the unfed that uniform exposure would leave too: these are not starved")
    open: float = threshold(0.02, "2-5 % exploration suffices to diagnose a loop (Scarone, Baeza-Yates 2026)")
    unfed_share: float = threshold(0.05, "unfed share of the catalogue under which implied exploration is all noise")
    turnover: float = threshold(0.1, "exposures on outcomes never shown before, from which on what left is not known")
    enough_exposures: float = threshold(100, "exposures of the last retrain under which nothing is said")
    enough_feedback: float = threshold(30, "feedback of the last retrain under which what is shown has no known rate")
    enough_outcomes: float = threshold(10, "outcomes with a history, from which on it is known how rates vary")


@dataclass(frozen=True)
class CrossModelLoop:
    """When a model learns from what another model chose."""

    chosen_elsewhere: float = threshold(0.2, "a fifth of its feedback is on choices that it never made")
    some_elsewhere: float = threshold(0.05, "the same, for a low finding: more than stray rows")
    credited_elsewhere: float = threshold(0.2, "feedback that names no model, on what two models showed in one request")
    enough_feedback: float = threshold(100, "feedback under which no share is judged")


@dataclass(frozen=True)
class ColdStart:
    """When what is new in the catalogue gets no chance."""

    excess: float = threshold(0.25, "a quarter of the newcomers unfed beyond what the volume explains")
    most: float = threshold(0.5, "most newcomers never fed, most older outcomes fed: lower bounds of both")
    young: float = threshold(0.05, "share that even exposure may leave unfed; younger newcomers are not judged")
    open: float = threshold(0.02, "of an even share: 2-5 % exploration keeps a loop open (Scarone, Baeza-Yates 2026)")
    enough_outcomes: float = threshold(10, "newcomers old enough to tell; an interval over fewer says nothing")


@dataclass(frozen=True)
class ProxyDivergence:
    """When clicks rise at the price of what they are worth."""

    worth: float = threshold(0.8, "upper bound of value per click by the mix: a fifth of it gone, for medium")
    enough_events: float = threshold(50, "events of value at either end, under which ratios are no guide")
    enough_outcomes: float = threshold(10, "outcomes that clicks lie on: the interval is over them")
