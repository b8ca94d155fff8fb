"""What a model's spec plants, for people to read."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.simulate.spec import ModelSpec

LEARNS = frozenset({"polya", "greedy", "thompson", "collaborative", "item_knn", "linucb", "personal", "approval"})
"""The policies that retrain on their own feedback, whatever else there is to learn from."""

ENOUGH = 0.02
"""Share of randomised exposures from which on a loop is no longer closed (Scarone and Baeza-Yates 2026)."""

AT_ODDS = {"offline": "offline metrics up, online down", "loop": "loop metrics up, authentic down"}
WRONG = {"configured": "propensities as configured", "stale": "stale propensities", "ones": "propensities all 1"}


def planted(spec: ModelSpec) -> str:
    """What a model's spec plants, in a few words: its loop, then what else is wrong with it."""
    return ", ".join((_loop(spec), *_besides(spec)))


def _loop(spec: ModelSpec) -> str:
    if spec.policy == "classifier":
        return "loop through its own labels" if spec.labels_itself else "no loop"
    if spec.policy not in LEARNS:
        return "no loop"
    served = spec.explore * spec.explore_served
    if served >= ENOUGH:
        closed = f", closed in {spec.closed_segments} of {spec.segments} segments" if spec.closed_segments else ""
        return f"loop kept open: explores {served:.0%}{closed}"
    urn = spec.policy == "polya" and spec.exponent <= 1.0 and spec.smoothing > 0.0
    if urn or spec.policy in {"personal", "thompson", "linucb"}:
        return "loop that narrows"
    return "closed loop"


def _besides(spec: ModelSpec) -> Iterator[str]:
    if spec.second_event and spec.second_fit < 0.0:
        yield "clickbait"
    if spec.explore and spec.explore_from == "popular":
        yield "explores the popular half alone"
    if spec.log_propensity and spec.propensities in WRONG:
        yield WRONG[spec.propensities]
    if spec.metrics in AT_ODDS:
        yield AT_ODDS[spec.metrics]
    if spec.credited_to:
        yield f"its clicks also count for {spec.credited_to}"
    yield from _faults(spec)


def _faults(spec: ModelSpec) -> Iterator[str]:
    if spec.log_duplicates:
        yield f"{spec.log_duplicates:.0%} of the exposures logged twice"
    if spec.log_lost:
        yield f"{spec.log_lost:.0%} of the feedback lost"
    if spec.log_only_clicked:
        yield "only exposures with feedback logged"
