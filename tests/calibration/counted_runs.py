"""Fleets at count level, scanned by the whole battery: what was said of each model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from auditor.config import Settings
from auditor.detectors import BATTERY, run
from auditor.rollup import Rollups
from auditor.simulate import Loop, run_loop
from tests.calibration.grid import VOLUMES, Kind, Plan, fleets
from tests.calibration.records import Record, World, heard_of
from tests.detectors.counted import COLUMNS, START, WEEK, Fleet, ranked

DETECTORS = tuple(each.id for each in BATTERY)
MAIN = "outcome-starvation"
GOLDEN = 0.6180339887  # multiples of it are spread evenly
DATES = frozenset({"item_id", "available_from", "available_to"})


@dataclass
class DatedFleet(Fleet):
    """Counted models, some of whose catalogues say since when and until when each outcome was to be had."""

    dates: list[pa.Table] = field(default_factory=list)

    def add_kind(self, kind: Kind, name: str, volume: int, size: tuple[int, int]) -> None:
        """Runs one model and counts its loop."""
        spec = kind.model(name, volume, size)
        loop = run_loop(spec, self.seed * 1000 + len(self.catalogue))
        self.add(spec, loop, policy=kind.logged, catalogue=kind.listed)
        if kind.listed:
            self.dates.append(_dates(name, loop, known=kind.dated))

    def rollups(self) -> Rollups:
        """The fleet as rollups; one thread, as fleets run side by side."""
        rollups = super().rollups()
        rollups.intake = replace(rollups.intake, columns={**COLUMNS, "catalogue": DATES})
        rollups.connection.register("dates", pa.concat_tables(self.dates))
        rollups.connection.execute(
            "CREATE OR REPLACE TABLE catalogue AS SELECT *, NULL::VARCHAR AS category FROM dates"
        )
        rollups.connection.execute("SET threads = 1; SET enable_progress_bar = false")
        return rollups


def runs(slice: bool) -> Iterator[Record]:  # noqa: A002
    """Every model of every fleet, one fleet after the other."""
    for plan in planned(slice):
        yield from scanned(plan)


def planned(slice: bool) -> list[Plan]:  # noqa: A002
    """The fleets of a full run, or of a slice of it, all kinds and volumes mixed from the first to the last."""
    one = dict.fromkeys(VOLUMES, 1)
    plans = fleets(one, one, 1) if slice else fleets()
    return sorted(plans, key=lambda plan: plan.number * GOLDEN % 1)


def scanned(plan: Plan) -> list[Record]:
    """One fleet, simulated and scanned."""
    fleet, worlds = DatedFleet(plan.seed), {}
    for place, (kind, size) in enumerate(plan.cells()):
        name = f"m{place:03}"
        fleet.add_kind(kind, name, plan.volume, size)
        worlds[name] = kind, kind.world(plan.volume, size)
    return _heard(fleet, plan, worlds)


def _heard(fleet: Fleet, plan: Plan, worlds: dict[str, tuple[Kind, World]]) -> list[Record]:
    rollups = fleet.rollups()
    outcome = run(rollups, Settings())
    models, _ = ranked(rollups, outcome)
    return [
        Record(
            worlds[each.model_id][1],
            plan.number,
            each.model_id,
            each.verdict.value,
            each.risk,
            heard_of(each, outcome.findings, outcome.skips, DETECTORS),
            {"explored": worlds[each.model_id][0].spec.get("explore", 0.0)},
            {"explored": each.measures.get(MAIN, {}).get("exploration")},
        )
        for each in models
    ]


def _dates(name: str, loop: Loop, known: bool) -> pa.Table:
    """The catalogue of a model, with the dates of the loop or with none."""
    retrains, items = loop.available.shape
    came = loop.available.argmax(axis=0)
    left = retrains - loop.available[::-1].argmax(axis=0)
    ends = [[START + int(at) * WEEK if known else None for at in came]]
    ends += [[START + int(at) * WEEK if known and at < retrains else None for at in left]]
    return pa.table(
        {
            "model_id": pa.array([name] * items, pa.string()),
            "item_id": np.arange(items),
            "available_from": pa.array(ends[0], pa.timestamp("us")),
            "available_to": pa.array(ends[1], pa.timestamp("us")),
        }
    )
