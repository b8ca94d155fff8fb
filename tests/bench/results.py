"""What is kept of the benchmarks, and the page and the summary that are made from it."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from platform import python_version

import duckdb
import polars as pl

import auditor
from tests.bench import tables
from tests.bench.asked import Found
from tests.bench.processes import PROJECT
from tests.calibration.results import load, save

FOLDER = Path(__file__).resolve().parent
PAGE = "README.md"
NOT_RUN = "Not run yet."
HEAD = """# What a scan costs

Made by `make bench-growth` and `make bench-peers`; nothing here is written by hand. Every time is the median of rounds
taken in turn, each run a process of its own; memory is the highest resident set of all rounds."""
GROWTH = """## As logs grow

The query joins the clicks and counts every outcome: the least that any such audit has to do. A scan runs the whole
battery. A scan of text is held against DuckDB reading the same files into tables and a scan of the same log in Parquet,
one after the other. Logs have 6 retrains and 3 clicks in 100 exposures, and lie in the disk cache."""
BESIDE = """## Beside its peers

Coverage and Gini of the impressions of every model in its last retrain, and the drift of one model from the retrain
before it to the last, where a program can tell them; the figures are those of this one model. `audit scan --select
exposure-coverage,impression-gini,retrain-drift` tells the drift of every model at every retrain, each beside what
chance alone would show, and checks the log besides. Asked of it: a tenth of the time and a quarter of the memory.

Peers read with pandas the columns that they need. Drift is a Jensen-Shannon divergence in bits here, the root of one in
Evidently (nats) and NannyML (bits), Cramer's V in Deepchecks, the largest change of a share in popmon; Evidently's Gini
is over what was shown, that of this audit over all that could have been."""


def told(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """What was asked for, with what all benchmarks are asked."""
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", default=str(os.cpu_count()))
    parser.add_argument("--cache", type=Path, default=PROJECT / ".bench")
    parser.add_argument("--into", type=Path, default=FOLDER)
    return parser.parse_args()


def keep(part: str, folder: Path, **found: object) -> None:
    """Writes what was found of a part over what was kept of it; all else stays as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = load(folder)
    save(parts | {part: parts.get(part, {}) | found}, folder)


def publish(folder: Path) -> None:
    """Makes the page from what is kept in `folder`."""
    (folder / PAGE).write_text(page(load(folder)), encoding="utf-8")


def made(threads: str, rounds: int) -> str:
    """What figures were made by, in a line."""
    versions = ", ".join(f"{each.__name__} {each.__version__}" for each in (auditor, duckdb, pl))
    machine = f"{os.cpu_count()} cores, {memory():.0f} GB, {threads} threads, rounds: {rounds}"
    return f"{machine}; {versions}, python {python_version()}"


def memory() -> float:
    """GB of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def summary() -> str:
    """What the project's own page says of it."""
    parts = load(FOLDER)
    found = tables.growth_claims(parts.get("growth", {})), tables.peers(parts.get("peers", {}))
    return "\n\n".join(filter(None, found)) or NOT_RUN


def page(parts: Found) -> str:
    """All tables, with what they were made by."""
    growth, beside = parts.get("growth", {}), parts.get("peers", {})
    paragraphs = [
        HEAD,
        GROWTH,
        tables.growth_claims(growth) or NOT_RUN,
        tables.growth_points(growth),
        _makers(growth),
        BESIDE,
        tables.peers(beside) or NOT_RUN,
        _makers(beside),
    ]
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def _makers(part: Found) -> str:
    """What made which figures, a line for each maker."""
    whats: dict[str, list[str]] = {}
    for what, maker in part.get("made", {}).items():
        whats.setdefault(maker, []).append(what)
    return "\n".join(f"- {', '.join(each)}: {maker}" for maker, each in whats.items())
