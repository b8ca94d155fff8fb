"""The Lorenz curve of exposure over a catalogue."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from auditor.statistics.frames import Frame, same_kind
from auditor.statistics.ranked import Ranked, ranked
from auditor.statistics.weighted import total

_DECILES = [decile / 10 for decile in range(11)]


def lorenz(frame: Frame, keys: Sequence[str], exposures: str, catalogue: str, outcomes: str | None = None) -> Frame:
    """Lorenz curve of every group at the deciles of its catalogue, least shown first.

    The names are those of columns, with the meaning of the arguments of `gini`. Returns 11 rows a group,
    sorted: [*keys, catalogue_share, exposure_share], both from 0 to 1; between two outcomes the curve is
    straight. Source: Lorenz (1905), Pub. Am. Stat. Assoc. 9:209.
    """
    multiple = None if outcomes is None else pl.col(outcomes)
    blocks = ranked(pl.col(exposures), pl.col(catalogue), multiple)
    return same_kind(frame, _lorenz(frame.lazy(), list(keys), blocks))


def _lorenz(frame: pl.LazyFrame, keys: list[str], blocks: Ranked) -> pl.LazyFrame:
    listed = Ranked(pl.col("size").first(), pl.col("count"), pl.col("outcomes"), pl.col("before"))
    points = [_point(listed, share).alias(str(share)) for share in _DECILES]
    return (
        frame.group_by(keys)
        .agg(size=blocks.size, count=blocks.count, outcomes=blocks.outcomes, before=blocks.before)
        .explode("count", "outcomes", "before")
        .group_by(keys)
        .agg(catalogue_share=pl.lit(_DECILES), exposure_share=pl.concat_list(points))
        .explode("catalogue_share", "exposure_share")
        .sort(*keys, "catalogue_share")
    )


def _point(blocks: Ranked, share: float) -> pl.Expr:
    return blocks.on_least(share * blocks.size) / total(blocks.count, blocks.outcomes)
