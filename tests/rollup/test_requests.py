import duckdb

from auditor.cli.progress import Silent
from auditor.ingest import Intake
from auditor.rollup import Rollups

# A hundred slates of ten outcomes a model; `quiet` hears of 5 of them, `loud` of 95, twice of some.
EXPOSURES = """
    SELECT model_id, 'v1' AS model_version, 'i' || (i % 10) AS item_id, TIMESTAMP '2026-01-01' AS "timestamp",
        'r' || (i // 10) AS request_id, {position} AS position
    FROM (VALUES ('quiet'), ('loud')) AS models (model_id)
    CROSS JOIN range(1000) AS rows (i)"""
ATTRIBUTED = """
    SELECT model_id, request_id, TRUE AS clicked FROM exposures
    WHERE CAST(request_id[2:] AS INTEGER) < CASE model_id WHEN 'quiet' THEN 5 ELSE 95 END
        AND item_id IN ('i0', 'i1')"""


def requests(position):
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE exposures AS {EXPOSURES.format(position='i % 10 + 1')}")
    connection.execute(f"CREATE TABLE attributed AS {ATTRIBUTED}")
    connection.execute(f"CREATE OR REPLACE TABLE exposures AS {EXPOSURES.format(position=position)}")
    columns = {"exposures": frozenset({"request_id", "timestamp", "position"})}
    intake = Intake(
        connection=connection, inputs=(), columns=columns, attribution="request_id + item_id",
        retrains_from="model_version", unit="request_id", warnings=(),
    )  # fmt: skip
    counted = Rollups(intake, Silent()).frame("requests")
    return {row["model_id"]: (row["requests"], row["answered"]) for row in counted.to_dicts()}


def test_requests_are_counted_where_slates_could_make_nearly_all_of_them_answered():
    assert requests("i % 10 + 1") == {"loud": (100, 95)}


def test_how_deep_the_slates_of_another_model_are_says_nothing():
    assert requests("CASE model_id WHEN 'quiet' THEN i % 10 + 1 ELSE 1 END") == {}


def test_nor_do_they_of_a_model_that_logs_no_positions():
    assert requests("CASE WHEN model_id = 'loud' THEN i % 10 + 1 END") == {"loud": (100, 95), "quiet": (100, 5)}


def test_without_positions_all_are_counted():
    assert requests("CAST(NULL AS INTEGER)") == {"loud": (100, 95), "quiet": (100, 5)}
