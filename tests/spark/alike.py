"""One log audited twice, by DuckDB and by Spark: what must be the same."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

import polars as pl
import pytest

import auditor.scan
from auditor.cli.progress import Silent
from auditor.config import Settings
from auditor.report import to_json
from auditor.rollup import Rollups

TOLERANCE = 1e-9
OF_THE_RUN = {"run_id", "started_at", "tool"}
ENGINE = {"engine", "spark_master", "spark_remote"}


class Kept(Rollups):
    """Rollups that keep every frame that somebody asked for."""

    frames: dict[str, pl.DataFrame]

    def frame(self, name: str) -> pl.DataFrame:
        found = super().frame(name)
        self.frames[name] = found
        return found


def audited_twice(logs, monkeypatch, **settings):
    """(report, frames) of DuckDB, and of Spark."""
    return tuple(_audited(logs, monkeypatch, Settings(**settings, engine=engine)) for engine in ("duckdb", "spark"))


def _audited(logs, monkeypatch, settings):
    frames: dict[str, pl.DataFrame] = {}
    monkeypatch.setattr(auditor.scan, "Rollups", type("KeptHere", (Kept,), {"frames": frames}))
    return auditor.scan.scan(logs, settings, Silent()), frames


def assert_alike(first, second):
    """Every count and every word of two audits, and what was counted to say it."""
    (report, frames), (other_report, other_frames) = first, second
    assert frames.keys() == other_frames.keys()
    for name, frame in frames.items():
        differences = list(frame_differences(frame, other_frames[name]))
        assert not differences, f"{name}: {differences}"
    found = list(differences_of(*(said(json.loads(to_json(one))) for one in (report, other_report))))
    assert not found, found[:10]


def said(report):
    """A report, as a file has it, without what no two runs share."""
    settings = {name: value for name, value in report["settings"].items() if name not in ENGINE}
    return {name: value for name, value in report.items() if name not in OF_THE_RUN} | {"settings": settings}


def differences_of(one, other, where="report") -> Iterator[str]:
    """Where two documents differ; numbers to nine digits."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for key, value in one.items():
            yield from differences_of(value, other[key], f"{where}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, value in enumerate(one):
            yield from differences_of(value, other[place], f"{where}[{place}]")
    elif isinstance(one, float) and isinstance(other, float):
        if not math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=1e-12):
            yield f"{where}: {one} and {other}"
    elif one != other:
        yield f"{where}: {one!r} and {other!r}"


def frame_differences(one: pl.DataFrame, other: pl.DataFrame) -> Iterator[str]:
    """Columns that differ: counts, names and times at all, sums by more than their ninth digit."""
    if set(one.columns) != set(other.columns) or one.height != other.height:
        yield f"{one.height} rows of {one.columns}, {other.height} of {other.columns}"
        return
    floats = [name for name, kind in one.schema.items() if kind.is_float()]
    order = [name for name in one.columns if name not in floats] + floats
    first, second = _sorted(one, order), _sorted(other.cast(dict(one.schema)), order)
    for name in order:
        same = _near if name in floats else pl.Series.equals
        if not same(first[name], second[name]):
            yield f"{name} differs"


def _near(one: pl.Series, other: pl.Series) -> bool:
    known = one.drop_nulls().to_list() == pytest.approx(other.drop_nulls().to_list(), rel=TOLERANCE, nan_ok=True)
    return known and one.is_null().equals(other.is_null())


def _sorted(frame: pl.DataFrame, order: list[str]) -> pl.DataFrame:
    """Floats are sorted by nine digits, so that what differs in the last keeps its place."""
    rounded = [pl.col(name).round_sig_figs(8) if frame.schema[name].is_float() else pl.col(name) for name in order]
    return frame.sort(rounded, nulls_last=True)
