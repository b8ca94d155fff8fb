"""The log that the benchmark reads: made once, the same on every machine, and kept in `.bench/`."""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb

SHARE = "(hash({}) / 18446744073709551616)"
EXPOSURES = f"""
    SELECT
        'model_' || (request % 40) AS model_id,
        'v' || (i * 6 // {{rows}}) AS model_version,
        'item_'
            || (10 * CAST(floor({{items}} // 10 * pow({SHARE.format("i, 'item'")}, 3)) AS INTEGER) + i % 10) AS item_id,
        TIMESTAMP '2026-09-01' + to_milliseconds(CAST(request * 36288000000 // {{rows}} AS BIGINT)) AS "timestamp",
        CAST(CAST(md5(CAST(request AS VARCHAR)) AS UUID) AS VARCHAR) AS request_id,
        'u' || CAST(floor(500000 * {SHARE.format("request, 'user'")}) AS INTEGER) AS user_id,
        CAST(i % 10 + 1 AS INTEGER) AS position,
        hash(i, 'click') % 100 < 3 AS clicked
    FROM (SELECT i, i // 10 AS request FROM range({{rows}}) AS rows(i))"""
CLICKS = 'SELECT request_id, item_id, "timestamp" + INTERVAL 30 SECOND AS "timestamp", user_id FROM {} WHERE clicked'


def generate(folder: Path, rows: int, items: int) -> None:
    """Writes exposures.parquet and clicks.parquet: `rows` exposures in slates of ten, 3 % of them clicked.

    40 models, 6 retrains, 500,000 users; items skewed as the cube of a uniform number.
    """
    folder.mkdir(parents=True, exist_ok=True)
    exposures = EXPOSURES.format(rows=rows, items=items)
    with duckdb.connect() as connection:
        _write(connection, CLICKS.format(f"({exposures})"), folder / "clicks.parquet")
        _write(connection, f"SELECT * EXCLUDE (clicked) FROM ({exposures})", folder / "exposures.parquet")


def _write(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Whole or not at all: a log that was cut off must not be measured."""
    unfinished = path.with_suffix(".part")
    connection.execute(f"COPY ({query}) TO '{unfinished}' (FORMAT parquet, COMPRESSION zstd)")
    unfinished.rename(path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("rows", type=int)
    parser.add_argument("items", type=int)
    generate(**vars(parser.parse_args()))
