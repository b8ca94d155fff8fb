"""What is kept of a run, and the pages that are made from it."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.calibration import claims, plot, tables
from tests.calibration.encoding import decoded
from tests.calibration.tally import Tally

Found = dict[str, Any]

FOLDER = Path(__file__).resolve().parent
TITLES = {
    "counts": "Fleets at count level",
    "rows": "Written logs, scanned whole",
    "peers": "Beside other measures",
}
RESULTS, PAGE, PICTURE = "results.json", "README.md", "calibration.svg"


def save(parts: Found, folder: Path) -> None:
    """Writes the counts of each part, a line a cell, so that two runs can be compared."""
    written = [f"{json.dumps(name)}: {{\n{_part(part)}\n}}" for name, part in sorted(parts.items())]
    whole = folder / f"{RESULTS}.part"
    whole.write_text("{" + ",\n".join(written) + "}\n", encoding="utf-8")
    whole.replace(folder / RESULTS)


def load(folder: Path = FOLDER) -> Found:
    """What `save` wrote there; nothing where it did not."""
    path = folder / RESULTS
    found: Found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def tallied(parts: Found) -> Tally:
    """The counts of all parts together."""
    tally = Tally()
    for part in parts.values():
        if "cells" in part:
            more = decoded(part)
            tally.cells |= more.cells
            tally.fleets += more.fleets
    return tally


def publish(folder: Path, pictures: Path) -> None:
    """Makes the page and the plot from the counts in `folder`."""
    parts = load(folder)
    (folder / PAGE).write_text(page(parts), encoding="utf-8")
    (pictures / PICTURE).write_text(plot.picture(tallied(parts)), encoding="utf-8")


def summary() -> str:
    """What the project's own page says of it: the figures that count, and the plot."""
    rows = [each for each in claims.claims(tallied(load())) if each.brief]
    return f"![Power and false alarms](.github/{PICTURE})\n\n{claims.table(rows)}"


def page(parts: Found) -> str:
    """All tables, with what they were made by."""
    rows = parts.get("peers", {}).get("rows", [])
    peers = import_module("tests.calibration.peers").table(rows) if rows else ""
    return tables.document(tallied(parts), peers, _provenance(parts))


def _provenance(parts: Found) -> str:
    lines = [f"- {TITLES[name]}: {_made(part)}" for name, part in parts.items()]
    return f"""# Error rates

How often each detector and verdict is right, on simulated fleets whose loops are known. Made by `make calibrate`;
nothing here is written by hand.

{chr(10).join(lines)}

Intervals are Wilson's at 95 %, by `auditor.statistics.wilson`. No threshold was chosen on the seeds of this page.

`make calibrate` writes `results.json` (the counts behind all of this), this page and the plot.
`python -m tests.calibration --slice` does a small part of it and writes to `.bench/calibration`;
`--parts rows` runs one part alone and leaves the others as they are; `--tables` makes this page and the plot from
`results.json`, without a run.
"""


def _made(part: Found) -> str:
    made, size = part["made"], ""
    if fleets := decoded(part).fleets if "cells" in part else []:
        healthy, models = sum(each.is_healthy for each in fleets), sum(each.models for each in fleets)
        size = f"{len(fleets)} of {part['planned']} fleets, {healthy} of them all healthy, {models:,} models; "
    versions = ", ".join(f"{name} {version}" for name, version in made["versions"].items())
    return f"{size}seeds from {part['seed']:,}, {made['seconds'] / 60:.0f} minutes; {versions}"


def _part(part: Found) -> str:
    lists = [f"{json.dumps(name)}: [\n{_lines(value)}\n]" for name, value in part.items() if isinstance(value, list)]
    rest = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in part.items() if not isinstance(value, list)]
    return ",\n".join([*rest, *lists])


def _lines(values: list[Any]) -> str:
    return ",\n".join(json.dumps(each, separators=(",", ":")) for each in values)
