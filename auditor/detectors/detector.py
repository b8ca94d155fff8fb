"""What a detector is: it measures the whole fleet at once, then judges one model at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import polars as pl

from auditor.finding import Confidence, Evidence, Severity
from auditor.rollup import Rollups

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Signal:
    """A finding before the rest of the fleet has been heard.

    `p_value` is what Benjamini-Hochberg sees; None for what is counted rather than estimated. A signal that
    `gates` makes every later verdict on this model meaningless. `segment` names the part of the model it is of.
    """

    severity: Severity
    title: str
    evidence: tuple[Evidence, ...]
    remedy: str
    confidence: Confidence = Confidence.HIGH
    p_value: float | None = None
    gates: bool = False
    segment: str | None = None


@dataclass(frozen=True)
class Silence:
    """Why the log cannot tell, and what would let it."""

    reason: str
    unlock: str = ""


Judgement = Signal | Silence | None


@dataclass(frozen=True)
class Want:
    """A column that a detector can gain from.

    `without` is what is lost where the log lacks it; an `essential` one leaves nothing to say.
    """

    column: str
    without: str
    essential: bool = False
    role: str = "exposures"


Measure = Callable[[Rollups, Any], pl.LazyFrame]
Judge = Callable[[Row, Any], Judgement]


@dataclass(frozen=True)
class Detector:
    """One entry of the battery. `page` is its manual page, the docstring of its module.

    `by_segment` measures and judges the worst segment of each model, where the log has segments.
    """

    id: str
    page: str
    thresholds: Any
    measure: Measure
    judge: Judge
    wants: tuple[Want, ...] = field(default=())
    by_segment: tuple[Measure, Judge] | None = None

    @property
    def title(self) -> str:
        """The first line of the manual page."""
        return self.page.strip().splitlines()[0].rstrip(".")

    def tuned(self, changes: Mapping[str, float]) -> Any:
        """The thresholds with some of them changed."""
        values = {each.name: getattr(self.thresholds, each.name) for each in fields(self.thresholds)}
        return type(self.thresholds)(**{**values, **changes})


def number(row: Row, name: str) -> float | None:
    """A measure of one model as a float; None where it could not be measured."""
    value = row.get(name)
    return None if value is None or value != value else float(value)  # noqa: PLR0124
