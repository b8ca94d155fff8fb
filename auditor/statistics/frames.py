"""Functions on a frame give back the kind of frame that they were given."""

from __future__ import annotations

from typing import TypeVar

import polars as pl

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)


def same_kind(given: Frame, result: pl.LazyFrame) -> Frame:
    """`result`, collected if `given` was a DataFrame and left lazy if it was lazy."""
    if isinstance(given, pl.DataFrame):
        return result.collect()
    return result
