"""DuckDB and Spark say the same of one log: every finding, every skip, every number, every count behind them."""

from __future__ import annotations

from pathlib import Path

from alike import assert_alike, audited_twice

from auditor.opening import LogPaths
from tests.bench.generate import Shape, generate

SAMPLES = Path(__file__).parents[2] / "sample_logs"


def test_sample_logs(spark, monkeypatch):
    both = audited_twice(LogPaths((str(SAMPLES),)), monkeypatch)
    assert len(both[0][1]) > 35
    assert_alike(*both)


def test_generated_rows(spark, monkeypatch, tmp_path):
    generate(Shape(40_000, 500, models=4, files=3), tmp_path)
    assert_alike(*audited_twice(LogPaths((str(tmp_path),)), monkeypatch))
