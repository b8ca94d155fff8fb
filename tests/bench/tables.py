"""How what was measured is laid out, for a terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.bench.asked import AXES, Asked, Found, asked
from tests.bench.generate import Shape
from tests.calibration.lay_out import markdown

TITLES = ("axis", "log", "beside", "scan", "ratio", "memory of both", "s a million rows")
WIDTHS = (6, 68, 10, 10, 6, 17, 0)
PEER_TITLES = ("", "coverage", "Gini", "drift", "time", "memory", "this is faster", "this is leaner")
LEAST = {"wall": 10, "peak": 4}  # times as much of either as this one takes
GIGABYTE = 1_024  # in MB


def growth_claims(part: Found) -> str:
    """What was asked, and what was found."""
    return markdown([("what", "wanted", "found", ""), *map(_claim, asked(part))]) if part else ""


def growth_points(part: Found) -> str:
    """A row a log."""
    order = sorted(part.get("points", []), key=lambda point: AXES.index(point["axis"]))
    return markdown([TITLES, *map(point_cells, order)])


def peers(part: Found) -> str:
    """A row a program, this one first."""
    rows = part.get("rows", [])
    return markdown([PEER_TITLES, *(peer_cells(row, rows[0]) for row in rows)])


def line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Cells side by side."""
    return " ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def point_cells(point: Found) -> tuple[str, ...]:
    """One log, and what a scan of it costs."""
    beside, scan, failed = point["beside"], point["scan"], point["failed"]
    return (
        point["axis"],
        ", ".join(_described(point)),
        f"{beside['wall']:.2f} s",
        _plain(failed) or f"{scan['wall']:.2f} s",
        "-" if failed else f"{point['ratio']:.2f}",
        f"{beside['peak'] / GIGABYTE:.2f}, {scan['peak'] / GIGABYTE:.2f} GB",
        "-" if failed else f"{scan['wall'] / point['rows'] * 1e6:.2f}",
    )


def peer_cells(row: Found, ours: Found) -> tuple[str, ...]:
    """One program, what it says, and what that costs beside this one."""
    if row["failed"]:
        return (row["name"], *["-"] * 3, _plain(row["failed"]), *["-"] * 3)
    return (
        row["name"],
        *(_told(row["told"].get(job)) for job in ("coverage", "gini", "drift")),
        f"{row['wall']:.2f} s",
        f"{row['peak'] / GIGABYTE:.2f} GB",
        *(_factor(row[cost] / ours[cost], least) if row != ours else "-" for cost, least in LEAST.items()),
    )


def _claim(each: Asked) -> tuple[str, ...]:
    return each.what, each.wanted, each.found, f"**{each.word}**" if each.word == "OVER" else each.word


def _described(point: Found) -> Iterator[str]:
    yield from (f"{point[name]:,} {name}" for name in ("rows", "items", "models"))
    if point["files"] > 1:
        yield f"{point['files']} files"
    if point["group"] != Shape.group:
        yield f"row groups of {point['group']:,}"
    if point["format"] != Shape.format:
        yield point["format"]
    if point["limit"]:
        yield f"--memory-limit {point['limit']}"


def _told(value: float | None) -> str:
    """A number, or that it is not among what the program tells."""
    return "cannot" if value is None else f"{value:.3f}"


def _factor(times: float, least: float) -> str:
    return f"{times:.1f} times" if times >= least else f"{times:.1f} times, **OVER**"


def _plain(text: str) -> str:
    return text.replace("|", "\\|")
