"""A straight line through a handful of values, one a retrain, with the error of its slope."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from auditor.statistics.student import student_975


@dataclass(frozen=True)
class Line:
    """Aggregations: the slope, its standard error (null under three values) and the degrees of freedom."""

    slope: pl.Expr
    error: pl.Expr
    freedom: pl.Expr

    @property
    def reach(self) -> pl.Expr:
        """Half the width of the 95 % interval of the slope."""
        return student_975(self.freedom) * self.error

    def named(self, name: str) -> list[pl.Expr]:
        """The slope, its interval and its t under `name`, `name_low`, `name_high` and `name_t`."""
        return [
            self.slope.alias(name),
            (self.slope - self.reach).alias(f"{name}_low"),
            (self.slope + self.reach).alias(f"{name}_high"),
            (self.slope / self.error).alias(f"{name}_t"),
        ]


def line(x: pl.Expr, y: pl.Expr, variance: pl.Expr | None = None) -> Line:
    """Least squares of `y` on `x`, all rows of a group; use it in `group_by().agg()` or with `.over()`.

    Without `variance` all values weigh alike, and their scatter about the line says how noisy they are. With the
    sampling variance of each `y`, or of all, values weigh by it, and the error is widened where they scatter by more
    than that (never narrowed where they scatter by less): retrains differ beyond sampling, by season for one. Null
    where x does not vary.

    Source: McCullagh and Nelder (1989), Generalized Linear Models, 4.5 (overdispersion).
    """
    # As long as x, though the variance may be one number for all.
    weight = (x.cast(pl.Float64) * 0 + 1) / (1.0 if variance is None else variance)
    a, b = x - _mean(x, weight), y - _mean(y, weight)
    spread, freedom = (weight * a**2).sum(), pl.len() - 2
    slope = (weight * a * b).sum() / pl.when(spread > 0).then(spread)
    scatter = (weight * (b - slope * a) ** 2).sum() / pl.when(pl.len() > 2).then(freedom.cast(pl.Float64))
    if variance is not None:
        scatter = scatter.clip(lower_bound=1.0)
    return Line(slope, (scatter / spread).sqrt(), freedom)


def _mean(value: pl.Expr, weight: pl.Expr) -> pl.Expr:
    return (weight * value).sum() / weight.sum()
