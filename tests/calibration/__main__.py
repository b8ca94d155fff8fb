"""Simulates fleets whose loops are known, scans them, and publishes how often each detector and verdict is right.

    python -m tests.calibration [--slice] [--parts counts rows peers] [--into FOLDER] [--processes 2] [--tables]

Writes results.json (the counts), README.md (all tables) and the plot. Parts that are not run stay as they are in
results.json. `--slice` takes about a minute; `--tables` makes tables and plot anew from the counts that are there.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from tests.calibration import results
from tests.calibration.everything import PARTS, everything

PROJECT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Runs what is asked for, and says where it is written."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slice", action="store_true", help="a few fleets only; written to .bench unless --into")
    parser.add_argument("--tables", action="store_true", help="nothing is run")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--into", type=Path)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    folder = given.into or (PROJECT / ".bench" / "calibration" if given.slice else results.FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    if not given.tables:
        for part, found in everything(given.parts, given.slice, given.processes):
            results.save(results.load(folder) | {part: found}, folder)
    results.publish(folder, PROJECT / ".github" if folder == results.FOLDER else folder)
    print(f"written to {folder}")


if __name__ == "__main__":
    main()
