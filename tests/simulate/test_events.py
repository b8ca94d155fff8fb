"""What a log can hold besides clicks and exposures, and that asking for it changes nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy import stats

from auditor.simulate import ModelSpec, model_log, run_loop, write_logs

FEED = ModelSpec(
    "feed", "greedy", exposures=4_000, items=60, top_k=8, explore=0.1, organic=0.1, click_rate=0.1, users=100,
    log_policy=True, log_propensity=True,
)  # fmt: skip
LOANS = ModelSpec("loans", "approval", exposures=3_000, items=3, explore=0.05, users=90)
TICKETS = ModelSpec("tickets", "classifier", exposures=3_000, items=12, users=90)
URN = ModelSpec(
    "urn", "polya", exposures=12_000, items=300, smoothing=0.05, memory="all", click_rate=0.05, quality_spread=0.7
)


def tables(spec, seed=31):
    log = model_log(spec, run_loop(spec, seed), seed)
    return tuple(pl.from_arrow(table) for table in (log.exposures, log.feedback, log.catalogue, log.metrics))


def shown(spec, seed=31):
    """Feedback on the requests of the model, with the exposure that it belongs to."""
    exposures, feedback, *_ = tables(spec, seed)
    heard = feedback.filter(pl.col("request_id").is_not_null())
    return heard.join(exposures, on=["request_id", "item_id"], suffix="_shown", validate="m:1")


@pytest.mark.parametrize(
    "knobs",
    [
        {"second_event": "purchase"}, {"credited_to": "other"}, {"direct": 0.5}, {"metrics": "sound"},
        {"segments": 3}, {"log_score": True}, {"log_category": True}, {"log_feedback_model": True},
    ],
    ids=str,
)  # fmt: skip
def test_asking_for_more_changes_nothing_else(knobs):
    plain, more = tables(FEED), tables(replace(FEED, **knobs))
    filled = [name for name in plain[0].columns if plain[0][name].null_count() < plain[0].height]
    assert more[0].select(filled).equals(plain[0].select(filled))
    assert more[2].equals(plain[2])
    clicks = more[1].filter(pl.col("event") == "click", pl.col("model_id").fill_null("feed") == "feed")
    assert clicks.drop("model_id", "source").sort(pl.all()).equals(
        plain[1].drop("model_id", "source").sort(pl.all())
    )  # fmt: skip
    assert any(not one.equals(other) for one, other in zip(plain, more, strict=True))


@pytest.mark.parametrize("fit", [-0.9, 0.9])
@pytest.mark.parametrize("seed", [31, 32, 33])
def test_value_per_click_falls_with_clickbait_and_rises_with_quality(fit, seed):
    rows = shown(replace(URN, second_event="purchase", second_rate=0.3, second_fit=fit), seed)
    weeks = rows.group_by("model_version").agg(
        clicks=(pl.col("event") == "click").sum(), value=pl.col("value").sum(),
    ).sort("model_version")  # fmt: skip
    per_click = (weeks["value"] / weeks["clicks"]).to_numpy()
    assert weeks["clicks"][-1] > 1.3 * weeks["clicks"][0]
    assert np.sign(per_click[-1] / per_click[0] - 1.0) == np.sign(fit)
    assert stats.spearmanr(np.arange(6), per_click)[0] * np.sign(fit) > 0.7


def test_a_second_event_follows_a_click_and_has_a_value():
    rows = shown(replace(FEED, second_event="purchase", second_rate=0.3, second_value=50.0, second_spread=0.0))
    bought, clicked = rows.filter(pl.col("event") == "purchase"), rows.filter(pl.col("event") == "click")
    assert stats.binomtest(bought.height, clicked.height, 0.3).pvalue > 1e-4
    assert bought["value"].mean() == pytest.approx(50.0, rel=0.1)
    assert clicked["value"].null_count() == clicked.height
    both = bought.join(clicked, on=["request_id", "item_id"], suffix="_click")
    assert both.height == bought.height
    assert (both["timestamp"] > both["timestamp_click"]).all()


def test_at_a_rate_of_one_the_quality_is_in_the_value():
    spec = replace(FEED, policy="uniform", second_event="dwell", second_rate=1.0, second_fit=-1.0, second_value=60.0)
    rows = shown(replace(spec, exposures=40_000))
    dwell = rows.filter(pl.col("event") == "dwell").group_by("item_id").agg(pl.col("value").mean())
    assert rows.filter(pl.col("event") == "dwell").height * 2 == rows.height
    assert dwell["value"].mean() == pytest.approx(60.0, rel=0.1)
    rates = run_loop(replace(spec, exposures=40_000), 31).rates[0, 0]
    by_item = dwell.sort("item_id")["value"].to_numpy()
    assert stats.spearmanr(by_item, rates)[0] < -0.95


def test_labels_by_the_model_grow_and_agree_with_it():
    rows = shown(replace(TICKETS, self_labels=0.2, self_labels_growth=0.15))
    weeks = rows.group_by("model_version").agg((pl.col("label_source") == "model").mean()).sort("model_version")
    assert weeks["label_source"].to_list() == pytest.approx([0.2, 0.35, 0.5, 0.65, 0.8, 0.95], abs=0.04)
    named = 1 + rows["item_id"].str.slice(-3).cast(pl.Int64)
    agrees = rows.with_columns(agrees=named == pl.col("value")).group_by("label_source").agg(pl.col("agrees").mean())
    assert dict(agrees.iter_rows())["model"] == 1.0
    assert 0.4 < dict(agrees.iter_rows())["human"] < 0.95


def test_rows_of_labels_add_up_to_the_counts():
    for spec in (replace(TICKETS, self_labels=0.4), replace(LOANS, self_labels=0.4)):
        loop, rows = run_loop(spec, 31), shown(spec)
        own = rows.filter(pl.col("label_source") == "model").height
        assert own == loop.exploited.self_labelled.sum() + loop.explored.self_labelled.sum()
        assert rows.height == loop.exploit_observed.sum() + loop.explore_observed.sum()


def test_a_rule_writes_its_share_and_changes_no_label():
    plain, ruled = shown(LOANS), shown(replace(LOANS, rule_labels=0.05))
    assert ruled.drop("label_source").equals(plain.drop("label_source"))
    assert stats.binomtest(int((ruled["label_source"] == "rule").sum()), ruled.height, 0.05).pvalue > 1e-4
    assert set(ruled["label_source"]) == {"human", "rule"}


def test_followed_up_denials_have_labels():
    rows = shown(replace(LOANS, followed_up=0.3))
    assert set(rows["item_id"]) == {"approve", "deny", "refer"}
    assert set(rows.filter(pl.col("item_id") == "deny")["value"]) == {0.0, 1.0}


def off(exposures):
    """How far mean 1{outcome} / propensity is from 1, on average over all outcomes."""
    weights = exposures.group_by("model_version", "item_id").agg((1 / pl.col("propensity")).sum().alias("weight"))
    per_item = weights["weight"].to_numpy() / (exposures.height / 6)
    missing = 6 * 60 - len(per_item)
    return (np.abs(per_item - 1.0).sum() + missing) / (6 * 60)


def test_wrong_propensities_are_wrong():
    base = replace(FEED, exposures=20_000)
    found = {kind: tables(replace(base, propensities=kind))[0] for kind in ("honest", "stale", "configured", "ones")}
    assert found["configured"].equals(found["honest"])
    assert off(found["honest"]) < 0.2
    assert off(found["stale"]) > 0.35
    assert set(found["ones"]["propensity"]) == {1.0}
    assert found["stale"]["propensity"].min() > 0.0


def test_configured_propensities_hide_what_was_not_served():
    base = replace(FEED, exposures=20_000, explore_served=0.3)
    honest, configured = (tables(replace(base, propensities=kind))[0] for kind in ("honest", "configured"))
    assert off(honest) < 0.3
    rare = pl.col("propensity").sort().first()
    assert configured.select(rare).item() == pytest.approx(0.1 / 60)
    assert honest.select(rare).item() == pytest.approx(0.03 / 60)


def test_a_segment_is_a_users_and_exploration_is_missing_in_one():
    exposures = tables(replace(FEED, segments=4, closed_segments=1, groups=4))[0]
    assert exposures.group_by("user_id").agg(pl.col("segment").n_unique())["segment"].max() == 1
    explored = dict(exposures.group_by("segment").agg((pl.col("policy") == "explore").mean()).iter_rows())
    assert explored.pop("de") == 0.0
    assert list(explored.values()) == pytest.approx([0.1] * 3, abs=0.02)
    rarest = dict(exposures.group_by("segment").agg(pl.col("propensity").min()).iter_rows())
    assert rarest.pop("de") > 0.9 / 60
    assert list(rarest.values()) == pytest.approx([0.1 / 60] * 3)


def test_segments_can_be_logged_without_users():
    exposures = tables(replace(FEED, users=0, segments=2, groups=2))[0]
    assert sorted(set(exposures["segment"])) == ["de", "fr"]


def test_categories_of_the_log_are_those_of_the_catalogue():
    spec = ModelSpec("tastes", "personal", exposures=2_000, items=60, users=100, log_category=True)
    exposures, _, catalogue, _ = tables(spec)
    joined = exposures.join(catalogue, on="item_id", suffix="_listed")
    assert (joined["category"] == joined["category_listed"]).all()
    named = [f"item_kind_{kind:02d}" for kind in run_loop(spec, 31).categories]
    assert catalogue["category"].to_list() == named


def test_credited_clicks_are_logged_once_more_for_the_other_model():
    rows = shown(replace(FEED, credited_to="other", credited_share=0.4, log_feedback_model=True))
    own, other = rows.filter(pl.col("model_id") == "feed"), rows.filter(pl.col("model_id") == "other")
    assert own.height + other.height == rows.height
    assert stats.binomtest(other.height, own.height, 0.4).pvalue > 1e-4
    keys = ["request_id", "item_id", "timestamp", "user_id"]
    assert other.join(own, on=keys, how="anti").is_empty()
    assert set(rows["model_id_shown"]) == {"feed"}


def test_organic_feedback_comes_by_search_or_directly():
    feedback = tables(replace(FEED, organic=1.0, direct=0.25))[1]
    organic = feedback.filter(pl.col("request_id").is_null())
    assert set(organic["source"]) == {"search", "direct"}
    assert stats.binomtest(int((organic["source"] == "direct").sum()), organic.height, 0.25).pvalue > 1e-4


@pytest.mark.parametrize(("kind", "worse"), [("sound", None), ("offline", "online"), ("loop", "authentic")])
def test_metrics_move_as_planted(kind, worse):
    for seed in range(31, 41):
        metrics = tables(replace(FEED, exposures=100, metrics=kind), seed)[3]
        assert metrics.height == 6 * 6
        for (name, up), rows in metrics.group_by("slice", "higher_is_better"):
            for _, series in rows.group_by("metric"):
                ordered = series.sort("model_version")["value"].to_numpy()
                better = stats.linregress(np.arange(6), ordered).slope * (1 if up else -1)
                assert (better < 0) == (name == worse)


def test_columns_and_files_that_nobody_fills_are_left_out(tmp_path):
    write_logs(tmp_path / "plain", [FEED], 3)
    write_logs(
        tmp_path / "full",
        [FEED, replace(URN, metrics="sound", segments=2, log_score=True, log_category=True, credited_to="feed")], 3,
    )  # fmt: skip
    assert sorted(p.name for p in (tmp_path / "plain").iterdir()) == [
        "catalogue.parquet", "clicks.parquet", "exposures.parquet",
    ]  # fmt: skip
    for name, extra in (("exposures", ["score", "segment", "category"]), ("clicks", ["model_id"])):
        plain = pl.read_parquet(tmp_path / "plain" / f"{name}.parquet")
        full = pl.read_parquet(tmp_path / "full" / f"{name}.parquet")
        assert full.columns == plain.columns + extra
    assert pl.read_parquet(tmp_path / "full" / "metrics.parquet")["model_id"].unique().to_list() == ["urn"]
