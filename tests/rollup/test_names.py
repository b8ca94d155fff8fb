"""The names of a few outcomes, wherever in the log they were shown."""

from __future__ import annotations

import duckdb
import pytest

from auditor.cli.progress import Silent
from auditor.ingest import Intake
from auditor.rollup import Rollups, names

EXPOSURES = "SELECT 'm' AS model_id, 'shown ' || i AS item_id FROM range(5_000) AS rows (i)"
CATALOGUE = "SELECT 'm' AS model_id, 'listed ' || i AS item_id FROM range(10) AS rows (i)"


@pytest.mark.parametrize("first", [1, 3_000, 1_000_000])
def test_outcomes_are_found_in_the_catalogue_in_the_first_rows_and_in_all(first, monkeypatch):
    monkeypatch.setattr(names, "FIRST", first)
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE exposures AS {EXPOSURES}; CREATE TABLE catalogue AS {CATALOGUE}")
    rollups = Rollups(Intake(connection, (), {}, "none", "none", None, ()), Silent())
    wanted = ["listed 3", "shown 0", "shown 1234", "shown 4999"]
    hashes = dict(connection.execute("SELECT hash(name), name FROM (SELECT unnest(?) AS name)", [wanted]).fetchall())

    assert names.names_of(rollups, hashes) == hashes
