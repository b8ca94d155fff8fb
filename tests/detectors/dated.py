"""Counted fleets whose catalogue says since when and until when each outcome was to be had."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
from counted import COLUMNS, START, WEEK, Fleet

from auditor.rollup import Rollups
from auditor.simulate import ModelSpec, run_loop

DATES = frozenset({"item_id", "available_from", "available_to"})


@dataclass
class DatedFleet(Fleet):
    """Models of which it is known in which retrains each outcome was available."""

    dates: list[pa.Table] = field(default_factory=list)

    def add_dated(self, spec: ModelSpec, **columns) -> DatedFleet:
        """Counts one model's loop; its catalogue has the dates of the loop."""
        loop = run_loop(spec, self.seed * 1000 + len(self.catalogue))
        self.add(spec, loop, **columns)
        retrains = len(loop.available)
        came = loop.available.argmax(axis=0)
        left = retrains - loop.available[::-1].argmax(axis=0)
        return self.date(spec.name, came, np.where(left < retrains, left, np.inf))

    def date(self, name: str, came: np.ndarray, left: np.ndarray | None = None) -> DatedFleet:
        """Dates the catalogue of a model, in retrains since the log began; parts of one are parts of its week."""
        left = np.full(len(came), np.inf) if left is None else left
        times = [[START + float(at) * WEEK if np.isfinite(at) else None for at in column] for column in (came, left)]
        self.dates.append(
            pa.table(
                {
                    "model_id": [name] * len(came),
                    "item_id": np.arange(len(came)),
                    "available_from": pa.array(times[0], pa.timestamp("us")),
                    "available_to": pa.array(times[1], pa.timestamp("us")),
                }
            )
        )
        return self

    def rollups(self) -> Rollups:
        """The fleet as rollups."""
        rollups = super().rollups()
        rollups.intake = replace(rollups.intake, columns={**COLUMNS, "catalogue": DATES})
        rollups.connection.register("dates", pa.concat_tables(self.dates))
        rollups.connection.execute("CREATE OR REPLACE TABLE catalogue AS FROM dates")
        return rollups
