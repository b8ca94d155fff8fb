"""The least that any such audit has to do: one query that joins the clicks and counts every outcome."""

from __future__ import annotations

import sys

import duckdb

QUERY = """
    CREATE TABLE counts AS
    SELECT model_id, model_version, e.item_id, count(*) AS exposures, count(c.request_id) AS clicks
    FROM read_parquet('{0}/exposures.parquet') AS e
    LEFT JOIN read_parquet('{0}/clicks.parquet') AS c ON e.request_id = c.request_id AND e.item_id = c.item_id
    GROUP BY model_id, model_version, e.item_id"""


if __name__ == "__main__":
    folder, threads = sys.argv[1:]
    duckdb.connect(config={"threads": threads}).execute(QUERY.format(folder))
