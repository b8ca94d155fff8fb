from collections import Counter, defaultdict
from datetime import datetime, timedelta
from hashlib import md5

import duckdb
import numpy as np
import polars as pl
import pytest

from auditor.cli.progress import Silent
from auditor.config import Settings
from auditor.errors import AuditError
from auditor.ingest import locate, read
from auditor.rollup import Rollups, leave
from auditor.rollup.database import TABLES

START = datetime(2026, 3, 2)


def write_log(folder, rng, *, policy=True):
    """A log of two models, three retrains, with a feedback log and a dated catalogue; returns its rows."""
    rows = []
    for model, size in (("feed", 12), ("search", 5)):
        for retrain in range(3):
            items = rng.choice(size, 400, p=rng.dirichlet(np.ones(size)))
            rows += [
                {
                    "model_id": model,
                    "model_version": f"v{retrain}",
                    "item_id": f"{model}{item}",
                    "timestamp": START + timedelta(days=7 * retrain, seconds=int(rng.integers(604_800))),
                    "request_id": f"{model}-{retrain}-{i}",
                    "user_id": f"u{rng.integers(60)}",
                    "policy": str(rng.choice(["exploit", "explore", "holdout"], p=[0.8, 0.15, 0.05])),
                }
                for i, item in enumerate(items)
            ]
    frame = pl.DataFrame(rows) if policy else pl.DataFrame(rows).drop("policy")
    frame.write_parquet(folder / "exposures.parquet")
    answered = [row for row in rows if rng.random() < 0.2]
    clicks = pl.DataFrame(answered).select(
        "request_id", "item_id", timestamp=pl.col("timestamp") + pl.duration(minutes=1)
    )
    organic = pl.DataFrame({"request_id": ["a", "b", "c"], "item_id": ["feed0"] * 3, "timestamp": [START] * 3})
    pl.concat([clicks, organic]).write_parquet(folder / "clicks.parquet")
    return rows, {row["request_id"] for row in answered}


@pytest.fixture
def log(tmp_path):
    rng = np.random.default_rng(11)
    rows, answered = write_log(tmp_path, rng)
    with duckdb.connect() as connection:
        intake = read(locate([str(tmp_path)]), Settings(), connection, tmp_path)
        yield rows, answered, Rollups(intake, Silent())


def named(rollups, name):
    """One rollup with the names of the model, the retrain and the outcome, as a list of rows."""
    names = rollups.frame("retrains").select("model", "retrain", "model_id", "model_version")
    rows = rollups.frame(name).join(names, on=["model", "retrain"])
    return (rows.join(rollups.frame("items"), on="item") if "item" in rows.columns else rows).to_dicts()


def test_outcomes_count_every_row_once_by_policy_half_and_feedback(log):
    rows, answered, rollups = log
    expected = defaultdict(Counter)
    for row in rows:
        key = row["model_id"], row["model_version"]
        exploit, clicked = row["policy"] == "exploit", row["request_id"] in answered
        expected[*key, row["item_id"]] += Counter(
            exposures=1,
            logged=1,
            exploit=exploit,
            explore=row["policy"] == "explore",
            holdout=row["policy"] == "holdout",
            exploit_a=exploit and md5(row["user_id"].encode()).hexdigest() < "8",
            labelled=clicked,
            clicks=clicked,
            clicks_outside=clicked and not exploit,
        )
    columns = ["exposures", "logged", "exploit", "explore", "holdout", "exploit_a", "labelled"]
    columns += ["clicks", "clicks_outside"]
    found = {
        (row["model_id"], row["model_version"], row["item_id"]): {name: row[name] for name in columns}
        for row in named(rollups, "outcomes")
    }
    assert found == {key: {name: counts[name] for name in columns} for key, counts in expected.items()}


def test_halves_of_each_window_are_counted_of_the_models_that_are_asked_for(log):
    rows, _, rollups = log
    spans = defaultdict(list)
    for row in rows:
        spans[row["model_id"], row["model_version"]].append(row["timestamp"])
    middle = {key: min(times) + (max(times) - min(times)) / 2 for key, times in spans.items()}
    halves = defaultdict(lambda: [0, 0])
    for row in rows:
        key = row["model_id"], row["model_version"]
        if row["model_id"] == "search" and row["policy"] == "exploit":
            halves[*key, row["item_id"]][row["timestamp"] > middle[key]] += 1
    expected = Counter((*key[:2], *counts) for key, counts in halves.items())
    (asked,) = {row["model"] for row in rollups.frame("retrains").to_dicts() if row["model_id"] == "search"}
    rollups.frame_for("retrain_halves", [asked])
    found = {
        (row["model_id"], row["model_version"], row["early"], row["late"]): row["outcomes"]
        for row in named(rollups, "retrain_halves")
    }
    assert found == expected


def test_without_times_all_versions_of_a_model_are_one_retrain(log, tmp_path):
    rows, answered, _ = log
    bare = tmp_path / "bare"
    bare.mkdir()
    pl.DataFrame(rows).drop("timestamp").write_parquet(bare / "exposures.parquet")
    pl.read_parquet(tmp_path / "clicks.parquet").write_parquet(bare / "clicks.parquet")
    with duckdb.connect() as connection:
        rollups = Rollups(read(locate([str(bare)]), Settings(), connection, bare), Silent())
        outcomes, windows = rollups.frame("outcomes"), rollups.frame("windows")
    assert not outcomes.select("model", "retrain", "item").is_duplicated().any()
    assert outcomes["exposures"].sum() == len(rows)
    assert outcomes["clicks"].sum() == len(answered)
    for model in ("feed", "search"):
        shown = {row["item_id"] for row in rows if row["model_id"] == model}
        assert len(shown) in windows["outcomes"].to_list()


@pytest.mark.parametrize(
    ("beside", "kind"), [((), "VIEW"), (("clicks",), "BASE TABLE"), (("catalogue",), "BASE TABLE")]
)
def test_what_could_be_shown_is_kept_where_more_is_known_of_it_than_what_was(log, tmp_path, beside, kind):
    pl.DataFrame({"item_id": ["feed0", "feed99"]}).write_parquet(tmp_path / "catalogue.parquet")
    files = [str(tmp_path / f"{name}.parquet") for name in ("exposures", *beside)]
    rows, *_ = log
    shown = {(row["model_id"], row["item_id"]) for row in rows}
    listed = {("feed", "feed0"), ("feed", "feed99")} if "catalogue" in beside else set()
    with duckdb.connect() as connection:
        rollups = Rollups(read(locate(files), Settings(), connection, tmp_path), Silent())
        rollups.build("catalogue_outcomes")
        made = "SELECT table_type FROM information_schema.tables WHERE table_name = 'catalogue_outcomes'"
        assert connection.execute(made).fetchall() == [(kind,)]
        found = connection.execute("""
            SELECT model_id, item_id, listed
            FROM catalogue_outcomes
            JOIN (SELECT DISTINCT model, model_id FROM retrains) USING (model)
            JOIN (SELECT item_id FROM exposures UNION SELECT item_id FROM catalogue) ON item = hash(item_id)""")
        assert sorted(found.fetchall()) == sorted((*one, one in listed) for one in shown | listed)


def test_of_no_model_no_halves_are_counted(log):
    _, _, rollups = log
    fresh = Rollups(rollups.intake, Silent())
    halves = fresh.frame_for("retrain_halves", [])
    assert halves.is_empty()
    assert {"model", "retrain", "early", "late", "outcomes"} == set(halves.columns)


def test_pairs_hold_every_outcome_of_either_retrain(log):
    rows, _, rollups = log
    shown = defaultdict(set)
    exploit = Counter()
    for row in rows:
        key = row["model_id"], row["model_version"]
        shown[key].add(row["item_id"])
        exploit[*key, row["item_id"]] += row["policy"] == "exploit"
    expected = Counter()
    for model in ("feed", "search"):
        for earlier, later in ((0, 1), (1, 2), (0, 2)):
            for item in shown[model, f"v{earlier}"] | shown[model, f"v{later}"]:
                counts = exploit[model, f"v{earlier}", item], exploit[model, f"v{later}", item]
                expected[model, earlier, later, *counts] += 1
    found = Counter()
    for row in named(rollups, "pairs"):
        found[row["model_id"], row["earlier"], row["retrain"], row["before"], row["after"]] += row["outcomes"]
    assert found == expected


def test_what_an_outcome_needs_is_the_rule_of_three_or_half_its_even_share(log):
    _, answered, rollups = log
    for row in named(rollups, "windows"):
        clicks = sum(1 for key in answered if key.startswith(f"{row['model_id']}-{row['retrain']}-"))
        size = len({each["item_id"] for each in named(rollups, "outcomes") if each["model_id"] == row["model_id"]})
        assert row["need"] == pytest.approx(min(3 * 400 / clicks, 400 / size / 2))
        assert (row["exposures"], row["clicks"], row["outcomes"]) == (400, clicks, size)


def test_feedback_without_exposure_is_kept_as_organic(log):
    _, _, rollups = log
    assert rollups.frame("organic_totals").to_dicts() == [{"model": 0, "organic": 3}]


def test_a_catalogue_with_dates_says_what_is_new_and_what_is_gone(tmp_path):
    rows, _ = write_log(tmp_path, np.random.default_rng(5))
    items = sorted({(row["model_id"], row["item_id"]) for row in rows})
    dates = {"feed3": (START + timedelta(days=10), None), "feed4": (None, START + timedelta(days=10))}
    catalogue = [(model, item, *dates.get(item, (None, None))) for model, item in [*items, ("feed", "never shown")]]
    schema = {"model_id": pl.String, "item_id": pl.String, "available_from": pl.Datetime, "available_to": pl.Datetime}
    pl.DataFrame(catalogue, schema=schema, orient="row").write_parquet(tmp_path / "catalogue.parquet")
    with duckdb.connect() as connection:
        intake = read(locate([str(tmp_path)]), Settings(), connection, tmp_path)
        rollups = Rollups(intake, Silent())
        sizes = {(row["model_id"], row["retrain"]): row for row in named(rollups, "catalogue_sizes")}
        everything = len([item for model, item in items if model == "feed"]) + 1
        assert [sizes["feed", t]["outcomes"] for t in range(3)] == [everything - 1, everything, everything - 1]
        assert sizes["feed", 2]["standing"] == everything - 2
        assert [sizes["search", t]["dated"] for t in range(3)] == [False] * 3
        pairs = [
            row for row in named(rollups, "pairs") if row["model_id"] == "feed" and row["earlier"] == row["retrain"] - 1
        ]
        assert {row["retrain"]: row["outcomes"] for row in pairs if row["fresh"]} == {1: 1, 2: 1}
        assert {row["retrain"]: row["outcomes"] for row in pairs if row["retired"]} == {2: 1}


def test_a_cut_off_window_has_no_number(tmp_path):
    rows, _ = write_log(tmp_path, np.random.default_rng(7))
    kept = [row for i, row in enumerate(rows) if row["model_version"] != "v0" or i % 20 == 0]
    pl.DataFrame(kept).write_parquet(tmp_path / "exposures.parquet")
    with duckdb.connect() as connection:
        intake = read(locate([str(tmp_path)]), Settings(), connection, tmp_path)
        numbers = Rollups(intake, Silent()).frame("retrains").sort("model_id", "model_version")
    assert numbers["retrain"].to_list() == [None, 0, 1] * 2


def test_labels_for_some_actions_only_make_silence_unknown(tmp_path):
    actions = ["approve"] * 100 + ["deny"] * 100
    frame = pl.DataFrame(
        {"model_id": "loans", "item_id": actions, "reward": [1.0] * 70 + [0.0] * 30 + [None] * 100, "timestamp": START}
    )
    frame.write_parquet(tmp_path / "exposures.parquet")
    with duckdb.connect() as connection:
        intake = read(locate([str(tmp_path)]), Settings(), connection, tmp_path)
        for asked, labels in ((None, True), ("click", False), ("label", True)):
            window = Rollups(intake, Silent(), asked).frame("windows").to_dicts()[0]
            assert (window["labels"], window["learnable"]) == (labels, 100 if labels else 200)
            assert (window["labelled"], window["clicks"]) == (100, 70)


@pytest.mark.parametrize(("answered", "silent", "labels"), [(20, 20, True), (19, 20, False), (20, 19, False)])
def test_labels_are_recognised_by_outcomes_that_were_shown_twenty_times(tmp_path, answered, silent, labels):
    actions = ["approve"] * answered + ["deny"] * silent
    frame = pl.DataFrame({"model_id": "loans", "item_id": actions, "reward": [1.0] * answered + [None] * silent})
    frame.write_parquet(tmp_path / "exposures.parquet")
    with duckdb.connect() as connection:
        kinds = Rollups(read(locate([str(tmp_path)]), Settings(), connection, tmp_path), Silent()).frame("kinds")
    assert kinds.rows() == [(0, labels, labels)]


def test_the_database_holds_tables_for_own_sql_and_no_user_ids(log, tmp_path):
    rows, answered, rollups = log
    rollups.build("windows")
    path = tmp_path / "audit.duckdb"
    leave(rollups, path)
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM exposures").fetchall() == [(len(rows),)]
        assert connection.execute("SELECT count(*) FROM attributed").fetchall() == [(len(answered),)]
        assert connection.execute("SELECT sum(exposures) FROM windows").fetchall() == [(len(rows),)]
        users = {user for (user,) in connection.execute("SELECT DISTINCT user_id FROM exposures").fetchall()}
        tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert users == {md5(row["user_id"].encode()).hexdigest() for row in rows}
    assert {"exposures", "feedback", "catalogue", "rejected", "outcomes", "retrains"} <= tables


def test_a_database_is_written_whole_or_not_at_all(log, tmp_path, monkeypatch):
    _, _, rollups = log
    path = tmp_path / "audit.duckdb"
    leave(rollups, path)
    monkeypatch.setitem(TABLES, "metrics", "FROM nowhere")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(AuditError, match=r"audit\.duckdb: the tables could not be written"):
        leave(rollups, path)
    with pytest.raises(AuditError, match=r"new\.duckdb"):
        leave(rollups, tmp_path / "new.duckdb")
    assert sorted(tmp_path.iterdir()) == before
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM exposures").fetchall() == [(2400,)]
