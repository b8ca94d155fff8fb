"""A log so large that several threads make and read the tables of its outcomes."""

from __future__ import annotations

import duckdb
import pytest

from auditor.cli.progress import Silent
from auditor.config import Settings
from auditor.ingest import locate, read
from auditor.rollup import Rollups

# m0 has clicks, fewer in v0; m1 and m2 have labels, of the odd outcomes alone, and m2 two retrains less; v4 is cut off.
ROWS = 600_000
LOG = f"""
    SELECT
        'm' || (hash(i, 'model') % 3) AS model_id,
        'v' || (i * 4 // {ROWS} + CAST(i >= {ROWS} - 2000 AS INTEGER)) AS model_version,
        hash(i, 'item') % 120_000 AS item_id,
        TIMESTAMP '2026-03-01' + to_seconds(i) AS "timestamp",
        hash(i, 'user') % 5_000 AS user_id,
        CASE WHEN i * 4 < {ROWS} THEN 6 ELSE 4 END AS rarity,
        CASE WHEN model_id = 'm0' OR item_id % 2 = 1 THEN hash(i, 'click') % rarity = 0 END AS clicked
    FROM range({ROWS}) AS rows(i)
    WHERE NOT (hash(i, 'item') % 7 = 0 AND i * 4 // {ROWS} IN (1, 3))
        AND NOT (hash(i, 'model') % 3 = 2 AND i * 4 // {ROWS} < 2)
    UNION ALL
    SELECT
        'm' || (i % 3),
        'v2',
        1_000_000 + i % 2,
        TIMESTAMP '2026-03-05' + to_seconds(i),
        1,
        1,
        CASE WHEN i % 2 = 1 THEN TRUE END
    FROM range(300) AS rows(i)
    WHERE i % 3 > 0"""


@pytest.fixture(scope="module", params=[1, 2, 5])
def rollups(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("log")
    with duckdb.connect(config={"threads": request.param}) as connection:
        connection.execute(f"COPY ({LOG}) TO '{folder}/exposures.parquet' (ROW_GROUP_SIZE 20_000)")
        connection.execute("SET preserve_insertion_order = false")
        yield Rollups(read(locate([str(folder)]), Settings(), connection, folder), Silent())
