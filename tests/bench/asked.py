"""What is asked of the cost of a scan as logs grow, and what it came to."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Found = dict[str, Any]
Sized = dict[int, Found]

AXES = ("rows", "items", "models", "layout", "memory")
MILLION = 1_000_000


@dataclass(frozen=True)
class Asked:
    """A number and the most that it may be: None where it was not measured, infinite where a scan did not finish."""

    what: str
    most: float
    unit: str
    value: float | None

    @property
    def wanted(self) -> str:
        return f"at most {self.most:g} {self.unit}" if math.isfinite(self.most) else "finishes"

    @property
    def found(self) -> str:
        if self.value is None:
            return "not measured"
        return f"{self.value:,.2f} {self.unit}" if math.isfinite(self.value) else "did not finish"

    @property
    def word(self) -> str:
        if self.value is None:
            return "-"
        return "within" if math.isfinite(self.value) and self.value <= self.most else "OVER"


def verdicts(part: Found) -> Iterator[str]:
    """A line each, for a terminal."""
    for each in asked(part):
        yield f"{each.what:58}{each.found:>16}  {each.word:7}{each.wanted}"


def asked(part: Found) -> list[Asked]:
    """All that is asked, in the order of the axes."""
    points = part.get("points", [])
    rows, items, models = (
        {point[axis]: point for point in points if point["axis"] == axis} for axis in ("rows", "items", "models")
    )
    others = [point for point in points if point["axis"] in {"layout", "memory"}]
    return [
        *_by_rows(rows),
        Asked("`audit --help`", 0.3, "s", part.get("help")),
        Asked("more time with more items, over that of n log n", 1, "times", _over_n_log_n(items)),
        Asked("more time with more models, over that of n log n", 1, "times", _over_n_log_n(models)),
        Asked("1,000 models over 10, rows alike", 2, "times", _times(models, 10, 1_000)),
        *map(_by_text, (point for point in others if point["format"] != "parquet")),
        *map(_in_little_memory, (point for point in others if point["limit"])),
    ]


def _by_rows(rows: Sized) -> Iterator[Asked]:
    million, ten, hundred = (rows.get(millions * MILLION) for millions in (1, 10, 100))
    yield Asked("scan over query, 100 million rows", 1.5, "times", _of(hundred, "ratio"))
    yield Asked("the same, at the least", 2, "times", _of(hundred, "ratio"))
    yield Asked("memory, 100 million rows", 4_000, "MB", _of(hundred, "peak"))
    yield Asked("memory, 10 million rows", 1_200, "MB", _of(ten, "peak"))
    yield Asked("time, 1 million rows", 2, "s", _of(million, "wall"))
    costs = [wall / size for size, point in sorted(rows.items()) if (wall := _of(point, "wall"))]
    sizes = f"{min(rows):,} to {max(rows):,} rows" if rows else "all sizes"
    several = len(costs) > 1
    yield Asked(f"time a row, most over least, {sizes}", 1.3, "times", max(costs) / min(costs) if several else None)
    growth = max((later / before for before, later in pairwise(costs)), default=None)
    yield Asked("time a row, larger log over smaller", 1.3, "times", growth)


def _by_text(point: Found) -> Asked:
    what = f"{point['format']}, over reading it and scanning Parquet"
    return Asked(what, 1.3, "times", _of(point, "ratio"))


def _in_little_memory(point: Found) -> Asked:
    what = f"{point['rows']:,} rows with --memory-limit {point['limit']}"
    return Asked(what, math.inf, "s", _of(point, "wall"))


def _of(point: Found | None, name: str) -> float | None:
    """Ratio, wall time or peak of a scan."""
    if point is None:
        return None
    value: float = point["ratio"] if name == "ratio" else point["scan"][name]
    return math.inf if point["failed"] else value


def _times(points: Sized, fewest: int, most: int) -> float | None:
    few, many = _of(points.get(fewest), "wall"), _of(points.get(most), "wall")
    return many / few if few and many else None


def _over_n_log_n(points: Sized) -> float | None:
    """The worst step from one size to the next: times as long, over times as much by n log n."""
    steps = [
        (times * fewer * math.log(fewer + 1)) / (more * math.log(more + 1))
        for fewer, more in pairwise(sorted(points))
        if (times := _times(points, fewer, more))
    ]
    return max(steps, default=None)
