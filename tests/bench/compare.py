"""How much longer a whole scan takes than one bare query over the same log, and how much memory both need.

    python -m tests.bench.compare [--rows 10000000] [--rounds 3]

Both run in turn as fresh processes with the same number of threads, after one run of each to warm up the disk cache.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

PROJECT = Path(__file__).resolve().parents[2]
MOST_TIMES, MOST_MEMORY, MOST_HELP = 3.0, 2000.0, 0.4
NOTHING_AUDITED = 3  # without a catalogue, a scan may say just that
TO_MEGABYTES = 2**20 if sys.platform == "darwin" else 2**10


@dataclass(frozen=True)
class Run:
    """One process: seconds from start to end, and its largest resident set in MB."""

    wall: float
    peak: float

    def __str__(self) -> str:
        return f"{self.wall:8.2f} s {self.peak:6.0f} MB"


def run(*arguments: str) -> Run:
    """Runs `python -m ARGUMENTS` in the project folder, and waits for it."""
    started = perf_counter()
    process = subprocess.Popen([sys.executable, "-m", *arguments], cwd=PROJECT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, NOTHING_AUDITED}:
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}")
    return Run(wall, usage.ru_maxrss / TO_MEGABYTES)


def compare(folder: Path, rounds: int, threads: str) -> list[tuple[Run, Run]]:
    """(floor, scan) of each round."""
    with TemporaryDirectory() as reports:
        logs = ["--exposures", f"{folder}/exposures.parquet", "--feedback", f"{folder}/clicks.parquet"]
        told = ["-q", "--fail-on", "none", "--format", "json", "-o", f"{reports}/report.json"]
        scan = ["auditor", "scan", *logs, *told, "--threads", threads]
        pairs = [(run("tests.bench.floor", str(folder), threads), run(*scan)) for _ in range(rounds + 1)]
    return pairs[1:]


def phases(folder: Path, threads: str) -> dict[str, float]:
    """Seconds of each phase of one more scan, longest first."""
    command = [sys.executable, "-m", "tests.bench.phases", str(folder), threads]
    told = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, check=True).stdout
    return dict(sorted(json.loads(told).items(), key=lambda phase: -phase[1]))


def table(pairs: Sequence[tuple[Run, Run]]) -> str:
    """A line a round, and the median of each column."""
    lines = [f"{'round':8}{'floor':>21}{'scan':>22}{'ratio':>8}"]
    middle = tuple(
        Run(median(one.wall for one in runs), median(one.peak for one in runs)) for runs in zip(*pairs, strict=True)
    )
    names = [*map(str, range(1, len(pairs) + 1)), "median"]
    for name, (floor, scan) in zip(names, [*pairs, middle], strict=True):
        lines.append(f"{name:8}{floor} {scan}{scan.wall / floor.wall:8.2f}")
    return "\n".join(lines)


def verdicts(pairs: Sequence[tuple[Run, Run]], usage: float) -> str:
    """What was asked for, and what it came to: the median ratio, the highest peak, the median time of the help page."""
    ratio = median(scan.wall / floor.wall for floor, scan in pairs)
    peak = max(scan.peak for _, scan in pairs)
    told = [
        ("scan over floor", ratio, MOST_TIMES, "times"), ("memory of the scan", peak, MOST_MEMORY, "MB"),
        ("audit --help", usage, MOST_HELP, "s"),
    ]  # fmt: skip
    return "\n".join(
        f"{name:20}{value:10.2f} {unit:6} {'within' if value <= most else 'OVER'} {most:g}"
        for name, value, most, unit in told
    )


def measure(rows: int, items: int, given: argparse.Namespace) -> str:
    """One log, made if it is not there: rounds, verdicts, phases."""
    folder = given.cache / f"{rows}-{items}"
    if not (folder / "exposures.parquet").exists():
        run("tests.bench.generate", str(folder), str(rows), str(items))
    pairs = compare(folder, given.rounds, given.threads)
    usage = median(run("auditor", "--help").wall for _ in range(given.rounds))
    title = f"{rows:,} exposures of {items:,} items, 40 models, 6 retrains, {given.threads} threads"
    spent = [f"{name:32}{seconds:8.2f} s" for name, seconds in phases(folder, given.threads).items()]
    return "\n\n".join((title, table(pairs), verdicts(pairs, usage), "\n".join(spent)))


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
