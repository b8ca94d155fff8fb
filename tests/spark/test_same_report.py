"""DuckDB and Spark say the same of one log: every finding, every skip, every number, every count behind them."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest
from alike import assert_alike, audited_twice

from auditor.opening import LogPaths
from tests.bench.generate import Shape, generate

SAMPLES = Path(__file__).parents[2] / "sample_logs"
FOLDER = Path(os.environ.get("OPEN_BANDIT", "nowhere"))
REAL = [name for name in ("random_all", "bts_men") if (FOLDER / f"{name}.csv.gz").is_file()]


def test_sample_logs(spark, monkeypatch):
    both = audited_twice(LogPaths((str(SAMPLES),)), monkeypatch)
    assert len(both[0][1]) > 35
    assert_alike(*both)


@pytest.mark.parametrize("name", REAL)
def test_open_bandit(name, spark, monkeypatch, tmp_path):
    log = tmp_path / "exposures.parquet"
    duckdb.sql(f"COPY (FROM '{FOLDER / name}.csv.gz') TO '{log}'")
    assert_alike(*audited_twice(LogPaths((str(log),)), monkeypatch, model_id="store", retrain_every="1d"))


def test_generated_rows(spark, monkeypatch, tmp_path):
    generate(Shape(40_000, 500, models=4, files=3), tmp_path)
    assert_alike(*audited_twice(LogPaths((str(tmp_path),)), monkeypatch))
