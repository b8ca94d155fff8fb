"""What detectors measure of a fleet: frames are worked on while the engine counts what the next detector needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from auditor.detectors.detector import Detector, Measure, Row
from auditor.rollup import Rollups


@dataclass(frozen=True)
class Measured:
    """What one detector, with these thresholds, measures: a row a model, and a row of the worst segment of a model.

    `lacking` is what the log lacks for it, and what would give it; nothing is measured then.
    """

    detector: Detector
    thresholds: Any
    lacking: tuple[str, str] | None
    models: Sequence[Row] = ()
    segments: Sequence[Row] = ()


def measure(tuned: Iterable[tuple[Detector, Any]], rollups: Rollups) -> list[Measured]:
    """Measures the whole fleet by each detector with its thresholds, in their order."""
    aside = ThreadPoolExecutor(1, thread_name_prefix="measuring")
    try:
        found = [aside.submit(_collected, *_planned(*each, rollups)) for each in tuned]
        return [each.result() for each in found]
    finally:
        aside.shutdown(cancel_futures=True)


def _planned(detector: Detector, thresholds: Any, rollups: Rollups) -> tuple[Measured, list[pl.LazyFrame]]:
    """Counts all that the detector needs."""
    lacking = _lacking(detector, rollups)
    looks = () if lacking else _looks(detector, rollups)
    return Measured(detector, thresholds, lacking), [look(rollups, thresholds) for look in looks]


def _looks(detector: Detector, rollups: Rollups) -> Iterator[Measure]:
    yield detector.measure
    if detector.by_segment and rollups.has("segment"):
        yield detector.by_segment[0]


def _collected(planned: Measured, plans: Sequence[pl.LazyFrame]) -> Measured:
    models, segments = [*(plan.collect().to_dicts() for plan in plans), [], []][:2]
    return replace(planned, models=models, segments=segments)


def _lacking(detector: Detector, rollups: Rollups) -> tuple[str, str] | None:
    for want in detector.wants:
        if want.essential and not rollups.has(want.column, want.role):
            return f"the {want.role} log has no `{want.column}`: {want.without}", f"a `{want.column}` column"
    return None
