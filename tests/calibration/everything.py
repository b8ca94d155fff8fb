"""The parts of a calibration: fleets at count level, whole scans of written logs, other measures."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from platform import python_version
from time import perf_counter
from typing import Any

import duckdb
import numpy as np
import polars as pl
import scipy

import auditor
from tests.calibration import counted_runs
from tests.calibration.encoding import encoded
from tests.calibration.grid import FIRST_SEED
from tests.calibration.records import Record
from tests.calibration.tally import COUNTS, DAMAGED, ROWS, Tally, by_fleet

PEERS = "peers"
PARTS = (COUNTS, ROWS, PEERS)
OFTEN = 20

Found = dict[str, Any]


def everything(parts: Sequence[str], part_only: bool, processes: int) -> Iterator[tuple[str, Found]]:
    """Each part as plain data, with what it was made by; counts come every now and then, so that none are lost."""
    os.environ["POLARS_MAX_THREADS"] = "1"  # fleets run side by side
    began = perf_counter()

    def made(found: Found) -> Found:
        return {"made": _made(perf_counter() - began, part_only), **found}

    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        others = {part: pool.apply_async(OTHERS[part], (part_only,)) for part in parts if part != COUNTS}
        if COUNTS in parts:
            plans = counted_runs.planned(part_only)
            for found in _counted(pool.imap_unordered(counted_runs.scanned, plans), len(plans)):
                yield COUNTS, made(found)
        for part, result in others.items():
            yield part, made(result.get())


def _counted(fleets: Iterable[list[Record]], planned: int) -> Iterator[Found]:
    tally, began = Tally(), perf_counter()
    for done, records in enumerate(fleets, start=1):
        tally.add(COUNTS, records)
        _say(f"{done} of {planned} fleets, {perf_counter() - began:.0f} s")
        if done == planned or done % OFTEN == 0:
            yield {"seed": FIRST_SEED, "planned": planned, **encoded(tally)}


def _rows(part_only: bool) -> Found:
    began, tally, runs = perf_counter(), Tally(), import_module("tests.calibration.row_runs")
    for records in by_fleet(runs.runs(part_only)):
        tally.add(DAMAGED if records[0].world.damage else ROWS, records)
    _say(f"written logs, {perf_counter() - began:.0f} s")
    return {"seed": runs.FIRST_SEED, "planned": len(tally.fleets), **encoded(tally)}


def _peers(part_only: bool) -> Found:
    peers = import_module("tests.calibration.peers")
    return {"seed": peers.SEED, "rows": list(peers.compute(part_only))}


OTHERS = {ROWS: _rows, PEERS: _peers}


def _made(seconds: float, part_only: bool) -> Found:
    versions = {each.__name__: each.__version__ for each in (auditor, duckdb, pl, np, scipy)}
    versions["python"] = python_version()
    return {"slice": part_only, "seconds": round(seconds), "versions": versions}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
