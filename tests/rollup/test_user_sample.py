from hashlib import md5

import duckdb
import pytest

from auditor.cli.progress import Silent
from auditor.ingest import Intake
from auditor.rollup import Rollups

# A model of many users and one of few, with pages of fifteen rows; all follows from the row.
EXPOSURES = """
    SELECT model_id, 'v' || (i % 3) AS model_version, 'i' || (i % 70) AS item_id,
        TIMESTAMP '2026-01-01' + to_seconds(CAST(86400 * (i % 3) + i // 100 AS BIGINT)) AS "timestamp",
        'r' || (i // 15) AS request_id, 'u' || (i // 15 % users) AS user_id, NULL::INTEGER AS position,
        NULL::VARCHAR AS policy, CASE WHEN i % 2 = 0 THEN 'even' END AS category
    FROM (VALUES ('big', {rows}, 3000), ('few', 60000, 60)) AS models (model_id, rows, users)
    CROSS JOIN range(1200000) AS rows (i)
    WHERE i < rows"""
PEOPLE = [md5(f"u{i}".encode()).hexdigest()[:12] for i in range(3000)]


def rollups(rows, exposures=EXPOSURES):
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE exposures AS {exposures.format(rows=rows)}")
    connection.execute("CREATE TABLE catalogue AS SELECT 'big' AS model_id, 'i1' AS item_id, 'listed' AS category")
    columns = {"exposures": frozenset({"user_id", "request_id", "timestamp", "model_version"})}
    intake = Intake(
        connection=connection, inputs=(), columns=columns, attribution="none", retrains_from="model_version",
        unit="user_id", warnings=(),
    )  # fmt: skip
    return Rollups(intake, Silent())


def people(sample, model):
    return {row[0] for row in sample.filter(model=model).select("person").unique().rows()}


def test_a_log_of_up_to_a_million_rows_is_taken_whole():
    sample = rollups(300_000).frame("user_sample")

    assert sample.height == 360_000
    assert people(sample, 0) == set(PEOPLE)


def test_a_page_is_a_request_or_where_it_has_no_name_what_was_shown_at_one_moment():
    nameless = EXPOSURES.replace("'r' || (i // 15) AS", "CASE WHEN i % 30 < 15 THEN 'r' || (i // 15) END AS")
    sample = rollups(60_000, nameless).frame("user_sample").filter(model=0)
    moments = {86_400 * (i % 3) + i // 100 for i in range(60_000) if i % 30 >= 15}

    assert nameless != EXPOSURES
    assert sample["page"].n_unique() == 2_000 + len(moments)


@pytest.fixture(scope="module")
def sample():
    return rollups(1_100_000).frame("user_sample")


def test_of_a_larger_log_half_of_the_users_are_taken_with_all_that_they_were_shown(sample):
    halved = {one for one in PEOPLE if one < "8"}

    assert people(sample, 0) == halved
    assert sample.filter(model=0).height == sum(PEOPLE[i // 15 % 3000] in halved for i in range(1_100_000))


def test_of_a_model_with_few_users_all_are_taken_and_half_of_their_pages(sample):
    """30 of 60 would be under 100."""
    pages = {i // 15 for i in range(60_000) if md5(f"r{i // 15}".encode()).hexdigest() < "8"}

    assert people(sample, 1) == set(PEOPLE[:60])
    assert sample.filter(model=1).height == 15 * len(pages)


def test_category_of_the_row_counts_before_that_of_the_catalogue(sample):
    taken = [i for i in range(1_100_000) if PEOPLE[i // 15 % 3000] < "8"]
    listed = sum(i % 70 == 1 for i in taken)
    sizes = [sum(i % 2 == 0 for i in taken), len(taken) - listed - sum(i % 2 == 0 for i in taken), listed]

    assert sorted(sample.filter(model=0).group_by("category").len()["len"]) == sorted(sizes)


def test_rows_of_single_users_are_gone_once_they_are_counted_and_made_anew_if_asked_for():
    made = rollups(20_000)
    before = made.frame("user_steps")

    tables = {name for (name,) in made.connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert tables & {"user_rows", "user_sample", "user_steps"} == {"user_steps"}
    assert made.frame("user_sample").height == 80_000
    assert made.frame("user_steps").equals(before)
