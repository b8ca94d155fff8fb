"""How much longer scans take than one bare query over the same log, and how much memory they need.

    python -m tests.bench.compare [--rows 10000000] [--rounds 3]

The query, a scan by the core of the battery and a scan by all of it run in turn, as fresh processes with the same
number of threads, after one run of each to warm up the disk cache.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.generate import Shape, logs, made
from tests.bench.processes import PROJECT, Run, run

CORE = "log-integrity,outcome-starvation,exposure-coverage,impression-gini,retrain-drift,auditability"
MOST_TIMES, MOST_MORE, MOST_MEMORY, MOST_HELP = 3.0, 2.0, 2000.0, 0.4


def compare(shape: Shape, folder: Path, rounds: int, threads: str) -> list[tuple[Run, Run, Run]]:
    """(query, core of the battery, whole battery) of each round."""
    with TemporaryDirectory() as reports:
        told = ["-q", "--fail-on", "none", "--format", "json", "-o", f"{reports}/report.json"]
        floor = ("tests.bench.floor", str(folder), threads)
        scan = ("auditor", "scan", *logs(shape, folder), *told, "--threads", threads)
        return [(run(*floor), run(*scan, "--select", CORE), run(*scan)) for _ in range(rounds + 1)][1:]


def phases(folder: Path, threads: str) -> dict[str, float]:
    """Seconds of each phase of one more scan, longest first."""
    command = [sys.executable, "-m", "tests.bench.phases", str(folder), threads]
    told = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, check=True).stdout
    return dict(sorted(json.loads(told).items(), key=lambda phase: -phase[1]))


def table(rounds: Sequence[tuple[Run, Run, Run]]) -> str:
    """A line a round, and the median of each column."""
    lines = [f"{'round':8}{'query':>21}{'core':>22}{'ratio':>8}{'whole':>22}{'ratio':>8}"]
    query, core, whole = (
        Run(median(one.wall for one in runs), median(one.peak for one in runs)) for runs in zip(*rounds, strict=True)
    )
    names = [*map(str, range(1, len(rounds) + 1)), "median"]
    for name, (floor, some, every) in zip(names, [*rounds, (query, core, whole)], strict=True):
        ratios = some.wall / floor.wall, every.wall / floor.wall
        lines.append(f"{name:8}{floor} {some}{ratios[0]:8.2f} {every}{ratios[1]:8.2f}")
    return "\n".join(lines)


def verdicts(rounds: Sequence[tuple[Run, Run, Run]], usage: float) -> str:
    """What was asked for, and what it came to: median ratios, the highest peak, the median time of the help page."""
    told = [
        ("core over query", median(core.wall / floor.wall for floor, core, _ in rounds), MOST_TIMES, "times"),
        ("whole over core", median(whole.wall / core.wall for _, core, whole in rounds), MOST_MORE, "times"),
        ("memory of the scan", max(whole.peak for _, _, whole in rounds), MOST_MEMORY, "MB"),
        ("audit --help", usage, MOST_HELP, "s"),
    ]
    return "\n".join(
        f"{name:20}{value:10.2f} {unit:6} {'within' if value <= most else 'OVER'} {most:g}"
        for name, value, most, unit in told
    )


def measure(rows: int, items: int, given: argparse.Namespace) -> str:
    """One log, made if it is not there: rounds, verdicts, phases."""
    shape = Shape(rows, items)
    folder = made(shape, given.cache)
    rounds = compare(shape, folder, given.rounds, given.threads)
    usage = median(run("auditor", "--help").wall for _ in range(given.rounds))
    title = f"{rows:,} exposures of {items:,} items, 40 models, 6 retrains, {given.threads} threads"
    spent = [f"{name:32}{seconds:8.2f} s" for name, seconds in phases(folder, given.threads).items()]
    return "\n\n".join((title, table(rounds), verdicts(rounds, usage), "\n".join(spent)))


def main() -> None:
    """Measures a dense log (some ten exposures a count, as full-size logs have) and a sparse one, and prints both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--items", type=int, nargs="+", default=[5_000, 50_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cache", type=Path, default=PROJECT / ".bench")
    parser.add_argument("--threads", default=str(os.cpu_count()))
    given = parser.parse_args()
    print("\n\n\n".join(measure(given.rows, items, given) for items in given.items))


if __name__ == "__main__":
    main()
