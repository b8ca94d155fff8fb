"""Rows and files: they add up to the counts, join one to one, and are the same for the same seed."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from auditor.errors import AuditError
from auditor.simulate import ModelSpec, model_log, run_loop, write_logs

FEED = ModelSpec(
    "feed", "greedy", exposures=1_500, items=60, top_k=8, explore=0.1, organic=0.1, log_policy=True,
    log_propensity=True, click_rate=0.1, turnover=0.05, users=100,
)  # fmt: skip
LOANS = ModelSpec("loans", "approval", exposures=800, items=3, explore=0.05, log_policy=True, users=90)
MUSIC = ModelSpec("music", "collaborative", exposures=1_200, items=80, top_k=4, groups=4, users=40, slate=6)
URN = ModelSpec("urn", "polya", exposures=900, items=30, exponent=2.0, quality_spread=1.0, slate=5)
FLEET = (FEED, LOANS, MUSIC, URN)


def frames(spec, seed=5):
    log = model_log(spec, run_loop(spec, seed), seed)
    return pl.from_arrow(log.exposures), pl.from_arrow(log.feedback), pl.from_arrow(log.catalogue)


def attributed(exposures, feedback):
    own = feedback.filter(pl.col("source") == "model").drop("model_id")
    return own.join(exposures, on=["request_id", "item_id"], how="left", suffix="_shown")


@pytest.mark.parametrize("spec", FLEET, ids=lambda spec: spec.name)
def test_rows_add_up_to_the_counts(spec):
    exposures, feedback, catalogue = frames(spec)
    loop = run_loop(spec, 5)
    names = catalogue["item_id"].to_list()
    for t, (_, rows) in enumerate(exposures.group_by("model_version", maintain_order=True)):
        counts = dict(rows["item_id"].value_counts().iter_rows())
        assert [counts.get(name, 0) for name in names] == (loop.exploit + loop.explore)[t].tolist()
    clicks = attributed(exposures, feedback)
    positive = clicks.filter(pl.col("value").is_null() | (pl.col("value") > 0)).height
    assert positive == loop.exploit_clicks.sum() + loop.explore_clicks.sum()
    explored = exposures.filter(pl.col("policy") == "explore").height
    assert explored == (loop.explore.sum() if spec.log_policy else 0)


@pytest.mark.parametrize("spec", FLEET, ids=lambda spec: spec.name)
def test_a_request_is_one_user_one_time_and_distinct_outcomes(spec):
    exposures, _, _ = frames(spec)
    requests = exposures.group_by("request_id").agg(
        pl.len().alias("n"), pl.col("item_id", "user_id", "timestamp").n_unique(), pl.col("position").sort()
    )
    assert requests.filter(pl.col("n") != pl.col("item_id")).is_empty()
    assert requests["user_id"].max() == requests["timestamp"].max() == 1
    assert requests["n"].max() <= spec.slate
    assert all(row["position"] == list(range(1, row["n"] + 1)) for row in requests.iter_rows(named=True))


@pytest.mark.parametrize("spec", FLEET, ids=lambda spec: spec.name)
def test_feedback_finds_exactly_one_exposure_and_comes_after_it(spec):
    exposures, feedback, _ = frames(spec)
    assert not exposures.select("request_id", "item_id").is_duplicated().any()
    joined = attributed(exposures, feedback)
    assert joined["model_id"].null_count() == 0
    assert not joined.select("request_id", "item_id").is_duplicated().any()
    assert (joined["timestamp"] > joined["timestamp_shown"]).all()
    assert (joined["user_id"] == joined["user_id_shown"]).all()


def test_labels_are_for_approvals_alone():
    exposures, feedback, _ = frames(LOANS)
    assert feedback["event"].unique().to_list() == ["label"]
    assert feedback["item_id"].unique().to_list() == ["approve"]
    assert feedback["label_source"].unique().to_list() == ["human"]
    assert set(feedback["value"].unique()) == {0.0, 1.0}
    approvals = exposures.filter(pl.col("item_id") == "approve").height
    assert 0.9 < feedback.height / approvals < 1.0
    assert set(exposures["item_id"]) == {"approve", "deny", "refer"}


def test_organic_feedback_has_no_request():
    _, feedback, _ = frames(FEED)
    organic = feedback.filter(pl.col("source") == "search")
    assert organic["request_id"].null_count() == organic.height > 20


def test_propensities_are_honest():
    exposures, _, catalogue = frames(replace(FEED, exposures=20_000, turnover=0.0))
    weight = (1.0 / pl.col("propensity")).sum() / exposures.height
    per_outcome = exposures.group_by("item_id").agg(weight.alias("weight"))
    assert per_outcome.height == catalogue.height
    assert per_outcome["weight"].mean() == pytest.approx(1.0, abs=0.02)
    assert per_outcome["weight"].is_between(0.8, 1.2).all()


def test_an_audience_gets_its_own_policy():
    exposures, _, _ = frames(MUSIC)
    group = pl.col("user_id").str.slice(1).cast(pl.Int64) % MUSIC.groups
    last = exposures.filter(pl.col("model_version") == pl.col("model_version").max())
    assert (last.group_by(group).agg(pl.col("item_id").n_unique())["item_id"] <= MUSIC.top_k).all()


def test_versions_are_in_order_of_time_and_inside_their_week():
    exposures, _, _ = frames(URN)
    assert exposures["timestamp"].is_sorted()
    spans = exposures.group_by("model_version").agg(
        pl.col("timestamp").min().alias("first"), pl.col("timestamp").max().alias("last")
    )
    start = pl.col("model_version").str.to_datetime("%Y-%m-%d")
    assert spans.select(((pl.col("first") >= start) & (pl.col("last") < start.dt.offset_by("7d"))).all()).item()
    assert spans["model_version"].sort().to_list()[:2] == ["2026-09-07", "2026-09-14"]


def test_nights_are_quieter_than_evenings():
    exposures, _, _ = frames(replace(URN, exposures=5_000))
    hours = exposures["timestamp"].dt.hour()
    assert hours.is_between(18, 22).sum() > 3 * hours.is_between(6, 10).sum()


def test_few_users_are_very_active():
    exposures, _, _ = frames(FEED)
    activity = np.sort(exposures["user_id"].value_counts()["count"].to_numpy())[::-1]
    assert activity[:10].sum() > 0.25 * activity.sum()


def test_the_catalogue_says_from_when_to_when():
    exposures, _, catalogue = frames(FEED)
    assert catalogue.height == 60 + 5 * 3
    assert catalogue["available_to"].null_count() == 60
    joined = exposures.join(catalogue, on="item_id")
    ended = pl.col("available_to").fill_null(pl.datetime(2100, 1, 1))
    inside = (pl.col("timestamp") >= pl.col("available_from")) & (pl.col("timestamp") < ended)
    assert joined.select(inside.all()).item()


@pytest.mark.parametrize("file_format", ["parquet", "csv", "csv.gz"])
def test_same_seed_same_bytes(tmp_path, file_format):
    first = write_logs(tmp_path / "a", FLEET, 3, file_format=file_format)
    second = write_logs(tmp_path / "b", FLEET, 3, file_format=file_format)
    other = write_logs(tmp_path / "c", FLEET, 4, file_format=file_format)
    for one, two, three in zip(first.files, second.files, other.files, strict=True):
        assert one.read_bytes() == two.read_bytes()
        assert one.name.startswith("catalogue") or one.read_bytes() != three.read_bytes()


def test_adding_a_model_changes_no_other(tmp_path):
    write_logs(tmp_path / "few", FLEET[:2], 3)
    write_logs(tmp_path / "more", (URN, *FLEET[:2]), 3)
    for name in ("exposures", "catalogue"):
        few = pl.read_parquet(tmp_path / "few" / f"{name}.parquet")
        more = pl.read_parquet(tmp_path / "more" / f"{name}.parquet").filter(pl.col("model_id") != "urn")
        assert few.equals(more)


def test_csv_and_parquet_hold_the_same(tmp_path):
    write_logs(tmp_path / "p", FLEET, 3)
    write_logs(tmp_path / "c", FLEET, 3, file_format="csv.gz")
    for name in ("exposures", "clicks", "catalogue"):
        parquet = pl.read_parquet(tmp_path / "p" / f"{name}.parquet")
        csv = pl.read_csv(tmp_path / "c" / f"{name}.csv.gz", infer_schema=False)
        assert csv.columns == parquet.columns
        assert csv.height == parquet.height
        assert csv["item_id"].to_list() == parquet["item_id"].to_list()


def test_columns_that_no_team_logs_are_left_out(tmp_path):
    write_logs(tmp_path / "log", [replace(URN, users=0, log_version=False, log_clicked=True)], 3)
    exposures = pl.read_parquet(tmp_path / "log" / "exposures.parquet")
    assert exposures.columns == ["model_id", "request_id", "timestamp", "item_id", "position", "clicked"]
    assert set(exposures["clicked"].unique()) == {0, 1}
    assert not (tmp_path / "log" / "clicks.parquet").exists()


def test_policy_is_empty_for_the_teams_that_do_not_log_it(tmp_path):
    write_logs(tmp_path / "log", FLEET, 3)
    exposures = pl.read_parquet(tmp_path / "log" / "exposures.parquet")
    logged = exposures.group_by("model_id").agg(pl.col("policy").is_not_null().mean())
    assert dict(logged.iter_rows()) == {"feed": 1.0, "loans": 1.0, "music": 0.0, "urn": 0.0}


def test_force_replaces_an_earlier_simulation_and_nothing_else(tmp_path):
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(AuditError, match="not empty"):
        write_logs(tmp_path, [URN], 3)
    write_logs(tmp_path, [URN], 3, force=True)
    write_logs(tmp_path, [URN], 3, file_format="csv", force=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "README.md", "catalogue.csv", "clicks.csv", "exposures.csv",
    ]  # fmt: skip


def test_a_failed_run_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("auditor.simulate.files.model_log", full)
    with pytest.raises(AuditError, match="No space left"):
        write_logs(tmp_path / "log", [URN], 3)
    assert list((tmp_path / "log").iterdir()) == []


def test_files_get_the_mode_of_any_new_file(tmp_path):
    before = os.umask(0o027)
    try:
        written = write_logs(tmp_path / "log", [URN], 3)
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in written.files} == {0o640}


@pytest.mark.parametrize(
    ("fleet", "message"),
    [((), "at least one"), ((URN, URN), "twice"), ((URN, replace(FEED, log_version=False)), "log_version")],
)
def test_models_that_cannot_share_a_log(tmp_path, fleet, message):
    with pytest.raises(AuditError, match=message):
        write_logs(tmp_path / "log", fleet, 3)


def test_unwritable_places(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(AuditError, match="not a folder"):
        write_logs(tmp_path / "file", [URN], 3)
    with pytest.raises(AuditError, match="cannot write"):
        write_logs(tmp_path / "file" / "below", [URN], 3)
