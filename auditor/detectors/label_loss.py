"""Whether classes die out of the labels between the first retrain and the last."""

from __future__ import annotations

import polars as pl

from auditor.detectors.detector import Row, number
from auditor.detectors.thresholds import SelfLabelling
from auditor.statistics import absent_chance, binomial_tail_above, distinct_drawn, wilson

# A class that died out is said to have done so only where chance is out of the question.
CERTAIN = 0.001


def vanished(classes: pl.LazyFrame) -> pl.LazyFrame:
    """Classes without a label in the last retrain, beside how many of them shuffled labels would leave so."""
    before, after, number_of = pl.col("before"), pl.col("after"), pl.col("classes")
    chance = absent_chance(before + after, pl.col("before_all") + pl.col("after_all"), pl.col("after_all"))
    low, high = wilson(pl.col("gone"), pl.col("classes_first"))
    return (
        classes.group_by("model")
        .agg(
            pl.col("valued").first(),
            classes_first=number_of.filter(before > 0).sum(),
            classes=number_of.sum(),
            gone=number_of.filter(after == 0).sum(),
            gone_null=(number_of * chance).sum(),
        )
        .with_columns(
            vanished=pl.col("gone") / pl.col("classes_first"),
            vanished_low=low,
            vanished_high=high,
            vanished_null=pl.col("gone_null") / pl.col("classes_first"),
        )
    )


def fewer_values(classes: pl.LazyFrame) -> pl.LazyFrame:
    """Distinct values in equally many labels of the last retrain and of the first; where a value is a class."""
    labels = pl.min_horizontal("before_all", "after_all").first()
    drawn = {1: labels // 2, 2: labels // 2 * 2}
    counted = (
        classes.filter(pl.col("valued") & (pl.min_horizontal("before_all", "after_all") >= 2))
        .group_by("model")
        .agg(
            drawn[1].alias("equal_labels"),
            *(
                distinct_drawn(pl.col(side), pl.col("classes"), many).alias(f"{side}_{times}")
                for side in ("before", "after")
                for times, many in drawn.items()
            ),
        )
    )
    ratio = pl.col("after_1") / pl.col("before_1")
    # What a second draw adds is the variance of the first (see distinct_drawn); relative to it, that of its log.
    spread = pl.sum_horizontal(
        (pl.col(f"{side}_2") - pl.col(f"{side}_1")).clip(0) / pl.col(f"{side}_1") ** 2 for side in ("before", "after")
    )
    reach = 1.96 * spread.sqrt()
    return counted.select(
        "model",
        "equal_labels",
        values_first="before_1",
        values="after_1",
        fewer_values=ratio,
        fewer_values_low=ratio * (-reach).exp(),
        fewer_values_high=ratio * reach.exp(),
    )


def lost(row: Row, thresholds: SelfLabelling) -> str | None:
    """What died out under the labels, in words; None where chance may explain it."""
    if (number(row, "gone") or 0) > 0:
        beyond = row["vanished"] - row["vanished_null"]
        certain = binomial_tail_above(row["gone"], row["classes"], row["gone_null"] / row["classes"]) < CERTAIN
        if beyond > thresholds.vanished and row["gone"] >= row["gone_null"] + 1 and certain:
            return f"{row['gone']:,} of {row['classes_first']:,} classes have no label any more"
    if (number(row, "fewer_values_high") or 1.0) < thresholds.fewer_values:
        return f"equally many labels hold {1 - row['fewer_values']:.0%} fewer distinct values"
    return None
