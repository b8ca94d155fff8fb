"""The outcomes of a catalogue in ascending order of exposure, those never shown first."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from auditor.statistics.weighted import multiplicity


@dataclass(frozen=True)
class Ranked:
    """Aggregations of equal length, a block of equally shown outcomes each: `outcomes` with `count` exposures.

    `before` is the number of outcomes that come before the block, `size` that of the whole catalogue.
    """

    size: pl.Expr
    count: pl.Expr
    outcomes: pl.Expr
    before: pl.Expr

    def on_least(self, places: pl.Expr) -> pl.Expr:
        """Exposures on the `places` least shown outcomes; a block on the boundary counts partly."""
        return (self.count * (places - self.before).clip(0.0, self.outcomes)).sum()


def ranked(exposures: pl.Expr, catalogue: pl.Expr, outcomes: pl.Expr | None) -> Ranked:
    """The blocks in order; a catalogue smaller than the number of outcomes given, or unknown, is those."""
    each = multiplicity(exposures, outcomes)
    size = pl.max_horizontal(catalogue.first(), each.sum()).cast(pl.Float64)
    width = each.sort_by(exposures)
    before = size - each.sum() + width.cum_sum() - width
    return Ranked(size, exposures.sort().cast(pl.Float64), width, before)
