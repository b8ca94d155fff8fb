"""How the worth of clicks changed from the first retrain to the last, within outcomes and by moving exposure."""

from __future__ import annotations

import polars as pl

from auditor.rollup import Rollups
from auditor.statistics import clustered_error, log_ratio_parts, student_975
from auditor.statistics.weighted import total

N = pl.col("outcomes")
TOTALS = ("exposures", "clicks", "value")
RATES = {
    "click_rate": ("clicks", "exposures"),
    "per_click": ("value", "clicks"),
    "per_exposure": ("value", "exposures"),
}


def click_value(rollups: Rollups) -> pl.LazyFrame:
    """One row a model with a value of clicks: last over first of each rate, and of it the part that is the mix.

    A rate is its ratio within outcomes (Mantel and Haenszel 1959, over those shown at both ends) times that of the mix:
    what moving exposure between outcomes did. Value per click is value over clicks, so its parts are the ratios of the
    parts of those two. Intervals are over outcomes: Student's, with as many degrees of
    freedom as clicks lie on effective outcomes, less one.
    """
    names = [*RATES, *(f"{rate}_mix" for rate in RATES)]
    parts = rollups.frame("value_pairs").lazy().with_columns(_parts()).with_columns(_mix_parts())
    changes = (
        parts.group_by("model")
        .agg(
            *_levels(),
            *(pl.col(f"{name}_log").first() for name in names),
            *((clustered_error(pl.col(f"{name}_part"), N) * _few()).alias(f"{name}_error") for name in names),
            clicked_at_both=N.filter((pl.col("clicks") > 0) & (pl.col("clicks_now") > 0)).sum(),
            freedom=(1 / _crowded()).floor().cast(pl.Int64) - 1,
        )
        .with_columns(ratio for name in names for ratio in _ratios(name))
        .drop(f"{name}_log" for name in names)
    )
    models = rollups.frame("retrains").lazy().select("model", "model_id").unique()
    worth = rollups.frame("worth").lazy().join(models, on="model_id").select("model", "event", "counted")
    return worth.join(changes, on="model", how="left").join(_halves(rollups), on="model", how="left")


def _parts() -> list[pl.Expr]:
    """Logs of the changes of the three rates and, within outcomes, of two; and each outcome's part in their errors."""
    made = []
    for rate, (above, below) in RATES.items():
        sides = [(pl.col(f"{above}{end}"), pl.col(f"{below}{end}")) for end in ("_now", "")]
        logs = [(total(x, N) / total(y, N)).log() for x, y in sides]
        parts = [log_ratio_parts(x, y, N) for x, y in sides]
        made += [_over_model(logs[0] - logs[1], f"{rate}_log"), _over_model(parts[0] - parts[1], f"{rate}_part")]
    for above in ("clicks", "value"):
        x, y = _within(above)
        made.append(_over_model((total(x, N) / total(y, N)).log(), f"{above}_within_log"))
        made.append(_over_model(log_ratio_parts(x, y, N), f"{above}_within_part"))
    return made


def _over_model(value: pl.Expr, name: str) -> pl.Expr:
    return value.over("model").alias(name)


def _within(above: str) -> tuple[pl.Expr, pl.Expr]:
    shown, shown_now = pl.col("exposures"), pl.col("exposures_now")
    both = shown + shown_now
    return pl.col(f"{above}_now") * shown / both, pl.col(above) * shown_now / both


def _mix_parts() -> list[pl.Expr]:
    made = []
    for kind in ("log", "part"):
        clicks, value = (pl.col(f"{above}_within_{kind}") for above in ("clicks", "value"))
        within = {"click_rate": clicks, "per_click": value - clicks, "per_exposure": value}
        made += [(pl.col(f"{rate}_{kind}") - within[rate]).alias(f"{rate}_mix_{kind}") for rate in RATES]
    return made


def _crowded() -> pl.Expr:
    """One over the effective number of outcomes that clicks lie on, at the end where it is smaller."""
    ends = (pl.col("clicks"), pl.col("clicks_now"))
    return pl.max_horizontal((N * end**2).sum() / total(end, N) ** 2 for end in ends)


def _few() -> pl.Expr:
    """What the deviations from a mean of few outcomes lack, as by n / (n - 1)."""
    return 1 / pl.when(_crowded() < 1).then(1 - _crowded()).sqrt()


def _levels() -> list[pl.Expr]:
    ends = {"first": "", "last": "_now"}
    return [
        (total(pl.col(f"{above}{end}"), N) / total(pl.col(f"{below}{end}"), N)).alias(f"{rate}_{name}")
        for rate, (above, below) in RATES.items()
        for name, end in ends.items()
    ]


def _ratios(name: str) -> list[pl.Expr]:
    log, reach = pl.col(f"{name}_log"), student_975(pl.col("freedom")) * pl.col(f"{name}_error")
    return [
        log.exp().alias(name),
        (log - reach).exp().alias(f"{name}_low"),
        (log + reach).exp().alias(f"{name}_high"),
    ]


def _halves(rollups: Rollups) -> pl.LazyFrame:
    """Rates of the later half of the spans over those of the earlier, and the events at either end."""
    span, spans = pl.col("span"), pl.col("span").max() + 1
    early, late = span < spans // 2, span >= spans - spans // 2
    sums = {name: [pl.col(name).filter(half).sum() for half in (early, late)] for name in TOTALS}
    halves = {
        f"{rate}_halves": sums[above][1] / sums[below][1] / (sums[above][0] / sums[below][0])
        for rate, (above, below) in RATES.items()
    }
    events = pl.min_horizontal(pl.col("events").filter(span == end).sum() for end in (0, spans - 1))
    return rollups.frame("value_totals").lazy().group_by("model").agg(events=events, **halves)
