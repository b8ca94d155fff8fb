"""The log that the benchmark reads: made once, the same on every machine, and kept in `.bench/`."""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb

SHARE = "(hash(i, '{}') / 18446744073709551616)"
EXPOSURES = f"""
    SELECT
        'model_' || (i % 40) AS model_id,
        'v' || (i * 6 // {{rows}}) AS model_version,
        'item_' || CAST(floor(50000 * pow({SHARE.format("item")}, 3)) AS INTEGER) AS item_id,
        TIMESTAMP '2026-09-01' + to_milliseconds(CAST(i * 3628800000 // {{rows}} AS BIGINT)) AS "timestamp",
        CAST(CAST(md5(CAST(i AS VARCHAR)) AS UUID) AS VARCHAR) AS request_id,
        'u' || CAST(floor(500000 * {SHARE.format("user")}) AS INTEGER) AS user_id,
        CAST(i % 10 + 1 AS INTEGER) AS position,
        hash(i, 'click') % 100 < 3 AS answered
    FROM range({{rows}}) AS rows(i)"""
CLICKS = 'SELECT request_id, item_id, "timestamp" + INTERVAL 30 SECOND AS "timestamp", user_id FROM {} WHERE answered'


def generate(folder: Path, rows: int) -> None:
    """Writes exposures.parquet and clicks.parquet: 40 models, 6 retrains, 50,000 items, 3 % of exposures clicked.

    Items are skewed as the cube of a uniform number, and every exposure is a request of its own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    exposures = EXPOSURES.format(rows=rows)
    with duckdb.connect() as connection:
        _write(connection, CLICKS.format(f"({exposures})"), folder / "clicks.parquet")
        _write(connection, f"SELECT * EXCLUDE (answered) FROM ({exposures})", folder / "exposures.parquet")


def _write(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Whole or not at all: a log that was cut off must not be measured."""
    unfinished = path.with_suffix(".part")
    connection.execute(f"COPY ({query}) TO '{unfinished}' (FORMAT parquet, COMPRESSION zstd)")
    unfinished.rename(path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("rows", type=int)
    generate(**vars(parser.parse_args()))
