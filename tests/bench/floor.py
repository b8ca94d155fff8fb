"""The least that any such audit has to do: one query that joins the clicks and counts every outcome.

Of logs that are text: reading them into a table each.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

QUERY = """
    CREATE TABLE counts AS
    SELECT model_id, model_version, e.item_id, count(*) AS exposures, count(c.request_id) AS clicks
    FROM read_parquet('{0}/exposures*.parquet') AS e
    LEFT JOIN read_parquet('{0}/clicks.parquet') AS c ON e.request_id = c.request_id AND e.item_id = c.item_id
    GROUP BY model_id, model_version, e.item_id"""
READ = """
    CREATE TABLE exposures AS FROM read_csv('{0}/exposures*.csv*');
    CREATE TABLE clicks AS FROM read_csv('{0}/clicks.csv*')"""


if __name__ == "__main__":
    folder, threads = sys.argv[1:]
    query = QUERY if any(Path(folder).glob("*.parquet")) else READ
    duckdb.connect(config={"threads": threads}).execute(query.format(folder))
