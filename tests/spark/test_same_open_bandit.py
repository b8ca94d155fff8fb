"""Real logs, in the folder that the environment variable OPEN_BANDIT names: DuckDB and Spark say the same."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest
from alike import assert_alike, audited_twice

from auditor.opening import LogPaths

FOLDER = Path(os.environ.get("OPEN_BANDIT", "nowhere"))


@pytest.mark.parametrize("name", ["random_all", "random_men", "bts_all", "bts_men"])
def test_open_bandit(name, spark, monkeypatch, tmp_path):
    log = tmp_path / "exposures.parquet"
    duckdb.sql(f"COPY (FROM '{FOLDER / name}.csv.gz') TO '{log}'")
    assert_alike(*audited_twice(LogPaths((str(log),)), monkeypatch, model_id="store", retrain_every="1d"))
