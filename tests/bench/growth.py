"""How the cost of a scan grows: with rows, items and models, by the layout of the files, and in little memory.

    python -m tests.bench.growth [--rows 1000000 10000000 100000000] [--items ...] [--models ...] [--axes rows ...]

Each axis starts from a log of `--at` rows, `--catalogue` items and 40 models, and changes one thing. The query of
`floor` and a scan by the whole battery run in turn, as fresh processes, after one run of the query to warm up the disk
cache; a scan of text is held against reading it into tables and scanning the same log in Parquet. Every point is kept
in results.json as soon as it is measured, and axes that are not run stay as they are there. All logs together take
about 3 GB of disk in `.bench/`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench import results, tables
from tests.bench.asked import AXES, Found, verdicts
from tests.bench.generate import Shape, logs, made
from tests.bench.processes import Run, module, run

LAYOUTS: tuple[dict[str, int | str], ...] = (
    {},
    {"files": 30},
    {"group": 8_192},
    {"format": "csv"},
    {"format": "csv.gz"},
)


@dataclass(frozen=True)
class Point:
    """One log, the axis it is on, and the memory that a scan of it may use."""

    axis: str
    shape: Shape
    limit: str = ""


def points(given: argparse.Namespace) -> Iterator[Point]:
    """All points of the axes that are asked for, the small ones first."""
    usual = Shape(given.at, given.catalogue)
    changes: dict[str, list[dict[str, int | str]]] = {
        "rows": [{"rows": rows} for rows in given.rows],
        "items": [{"items": items} for items in given.items],
        "models": [{"models": models} for models in given.models],
        "layout": list(LAYOUTS),
        "memory": [{"rows": max(given.rows)}],
    }
    for axis in given.axes:
        limit = given.memory_limit if axis == "memory" else ""
        yield from (Point(axis, replace(usual, **change), limit) for change in changes[axis])


def measure(point: Point, given: argparse.Namespace) -> Found:
    """The medians of all rounds, the highest peaks, and why a scan did not end, if one did not."""
    done = []
    for pair in _rounds(point, given):
        done.append(pair)
        if pair[1].failed:
            break
    besides, scans = zip(*done, strict=True)
    return {
        "axis": point.axis,
        **asdict(point.shape),
        "limit": point.limit,
        "beside": _summary(besides),
        "scan": _summary(scans),
        "ratio": round(median(scan.wall / beside.wall for beside, scan in done), 3),
        "failed": scans[-1].failed,
    }


def _rounds(point: Point, given: argparse.Namespace) -> Iterator[tuple[Run, Run]]:
    """(what a scan is held against, the scan) of each round."""
    shape, binary = point.shape, replace(point.shape, format="parquet")
    floor = ("tests.bench.floor", str(made(shape, given.cache)), given.threads)
    run(*floor)
    for _ in range(given.rounds):
        beside = run(*floor)
        if shape != binary:
            also = _scan(binary, given)
            beside = Run(beside.wall + also.wall, max(beside.peak, also.peak))
        yield beside, _scan(shape, given, point.limit)


def _scan(shape: Shape, given: argparse.Namespace, limit: str = "") -> Run:
    with TemporaryDirectory() as reports:
        told = ["-q", "--fail-on", "none", "-o", f"{reports}/report.json", "--threads", given.threads]
        limited = ["--memory-limit", limit] if limit else []
        return module("auditor", "scan", *logs(shape, made(shape, given.cache)), *told, *limited)


def _summary(runs: tuple[Run, ...]) -> dict[str, float]:
    return {
        "wall": round(median(each.wall for each in runs), 3),
        "peak": round(max(each.peak for each in runs)),
    }


def arguments() -> argparse.Namespace:
    """What is to be measured, and where it is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--axes", nargs="+", choices=AXES, default=AXES)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000, 100_000_000])
    parser.add_argument("--items", type=int, nargs="+", default=[10_000, 1_000_000, 10_000_000])
    parser.add_argument("--models", type=int, nargs="+", default=[10, 120, 1_000])
    parser.add_argument("--at", type=int, default=10_000_000)
    parser.add_argument("--catalogue", type=int, default=50_000)
    parser.add_argument("--memory-limit", default="2GB")
    return results.told(parser)


def main() -> None:
    """Measures point by point, keeps each, and prints what was asked beside what was found."""
    given = arguments()
    kept = results.load(given.into).get("growth", {})
    maker = results.made(given.threads, given.rounds)
    usage = median(run("auditor", "--help").wall for _ in range(given.rounds))
    found = [point for point in kept.get("points", []) if point["axis"] not in given.axes]
    made_by = kept.get("made", {}) | dict.fromkeys(given.axes, maker)
    print(tables.line(tables.TITLES, tables.WIDTHS))
    for point in points(given):
        found.append(measure(point, given))
        print(tables.line(tables.point_cells(found[-1]), tables.WIDTHS), flush=True)
        results.keep("growth", given.into, points=found, help=round(usage, 3), made=made_by)
    results.publish(given.into)
    print("", *verdicts(results.load(given.into)["growth"]), sep="\n")


if __name__ == "__main__":
    main()
