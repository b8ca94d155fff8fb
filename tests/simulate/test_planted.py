"""What the README of the sample logs says is planted beside the loops is really in their rows."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

SAMPLE = Path(__file__).parents[2] / "sample_logs"
EXPOSURES, CLICKS, CATALOGUE, METRICS = (
    pl.read_parquet(SAMPLE / f"{name}.parquet") for name in ("exposures", "clicks", "catalogue", "metrics")
)
README = (SAMPLE / "README.md").read_text()
LAUNCH = pl.datetime(2026, 9, 7)


def of(model):
    return EXPOSURES.filter(model_id=model)


def heard(model):
    """Feedback on the exposures of a model, as that of the model itself."""
    own = CLICKS.filter(pl.col("model_id").fill_null(model) == model).drop("model_id", "user_id", "timestamp")
    return own.join(of(model), on=["request_id", "item_id"], validate="m:1")


def by_week(rows, **sums):
    return rows.group_by("model_version").agg(**sums).sort("model_version").drop("model_version")


def clicks_and_value(model):
    """Clicks an exposure, and value a click, by week."""
    events = by_week(heard(model), clicks=(pl.col("event") == "click").sum(), value=pl.col("value").sum())
    shown = by_week(of(model), shown=pl.len())["shown"]
    return (events["clicks"] / shown).to_list(), (events["value"] / events["clicks"]).to_list()


def categories_a_user(model):
    """Effective number of categories a week, on average over the users with 24 exposures or more."""
    counts = of(model).group_by("model_version", "user_id", "category").len()
    share = pl.col("len") / pl.col("len").sum()
    users = counts.group_by("model_version", "user_id").agg(breadth=1 / (share**2).sum(), shown=pl.col("len").sum())
    return by_week(users.filter(pl.col("shown") >= 24), breadth=pl.col("breadth").mean())["breadth"].to_list()


def in_readme(model, *figures):
    row = next(line for line in README.splitlines() if line.startswith(f"| `{model}`"))
    return all(figure in row for figure in figures)


def test_marketplace_search_is_clickbait():
    rate, value = clicks_and_value("marketplace_search")
    assert rate == sorted(rate)
    assert rate[-1] > 2 * rate[0]
    assert value[-1] < 0.5 * value[0]
    assert max(value[3:]) < min(value[:2])
    assert in_readme("marketplace_search", f"from {value[0]:.2f} to {value[-1]:.2f}")


@pytest.mark.parametrize("model", ["search_ranking", "podcast_picks"])
def test_elsewhere_clicks_rise_and_what_they_are_worth_does_not_fall(model):
    rate, value = clicks_and_value(model)
    assert rate[-1] > 1.2 * rate[0]
    assert min(value) > 0.92 * value[0]


def test_news_for_you_narrows_each_reader():
    found = categories_a_user("news_for_you")
    assert found == sorted(found, reverse=True)
    assert in_readme("news_for_you", f"{found[0]:.1f} categories", f"of {found[-1]:.1f} in week six")


def test_podcast_picks_is_personal_and_constant():
    found = categories_a_user("podcast_picks")
    assert in_readme("podcast_picks", f"{min(found):.1f} to {max(found):.1f} categories")
    assert max(found) < 1.1 * min(found)


def test_ticket_routing_labels_for_itself_until_classes_are_gone():
    weeks = by_week(
        heard("ticket_routing"),
        own=(pl.col("label_source") == "model").mean(),
        classes=pl.col("value").n_unique(),
    )
    own, classes = weeks["own"].to_list(), weeks["classes"].to_list()
    assert own == sorted(own)
    assert own[-1] == 1.0
    assert classes[0] == 24
    assert in_readme("ticket_routing", f"{own[0]:.0%}".replace("%", " %"), f"{24 - classes[-1]} queues are in no label")


def test_a_rule_writes_a_constant_twentieth_of_the_labels_of_loan_limit():
    weeks = by_week(
        heard("loan_limit"),
        rule=(pl.col("label_source") == "rule").mean(),
        model=(pl.col("label_source") == "model").sum(),
        classes=pl.col("value").n_unique(),
    )
    assert weeks["rule"].to_list() == pytest.approx([0.05] * 6, abs=0.012)
    assert set(weeks["model"]) == {0}
    assert set(weeks["classes"]) == {2}


def test_labels_are_of_approvals_alone_and_random_approvals_are_in_loan_limit():
    for model, randomised in (("credit_approval", False), ("loan_limit", True)):
        assert set(heard(model)["item_id"]) == {"approve"}
        explored = of(model).filter(policy="explore")
        assert (explored.height > 1_000) == randomised
        assert set(explored["item_id"]) <= {"approve"}


def test_gift_ideas_explores_half_of_its_catalogue_and_less_than_it_says():
    explored = of("gift_ideas").filter(policy="explore")
    assert explored["item_id"].n_unique() == 200
    assert explored.height / of("gift_ideas").height == pytest.approx(0.036, abs=0.003)
    weight = by_week(of("gift_ideas"), weight=(1 / pl.col("propensity")).mean())["weight"]
    assert min(weight[2:]) > 1.5 * 400


def test_ads_ranking_explores_all_with_true_propensities():
    assert of("ads_ranking").filter(policy="explore")["item_id"].n_unique() == 120
    weight = by_week(of("ads_ranking"), weight=(1 / pl.col("propensity")).mean())["weight"]
    assert weight.to_list() == pytest.approx([120.0] * 6, rel=0.1)


def test_city_guides_does_not_explore_in_germany():
    share = (pl.col("policy") == "explore").mean().alias("share")
    found = dict(of("city_guides").group_by("segment").agg(share).iter_rows())
    assert found.pop("de") == 0.0
    assert list(found.values()) == pytest.approx([0.06] * 3, abs=0.005)
    elsewhere = dict(of("search_ranking").group_by("segment").agg(share).iter_rows())
    assert list(elsewhere.values()) == pytest.approx([0.05] * 4, abs=0.01)


@pytest.mark.parametrize(("model", "newcomers", "fed"), [("trending_now", 40, 0), ("podcast_picks", 50, 50)])
def test_newcomers_are_shown_or_not(model, newcomers, fed):
    new = CATALOGUE.filter(pl.col("model_id") == model, pl.col("available_from") > LAUNCH)
    assert new.height == newcomers
    assert new.join(of(model), on="item_id", how="semi").height == fed


def test_trending_now_starves_what_did_better_than_what_it_shows():
    first, last = "2026-09-07", "2026-10-12"
    shown = of("trending_now").filter(model_version=last)
    rate = heard("trending_now").filter(model_version=last).height / shown.height
    early = of("trending_now").filter(model_version=first).join(shown, on="item_id", how="anti")
    live = CATALOGUE.filter(pl.col("model_id") == "trending_now", pl.col("available_to").is_null())
    early = early.join(live, on="item_id", how="semi")
    clicked = heard("trending_now").filter(model_version=first).join(early, on=["request_id", "item_id"], how="semi")
    assert early["item_id"].n_unique() > 40
    assert clicked.height > 1.5 * rate * early.height


def test_clicks_of_marketplace_search_also_count_for_gift_ideas():
    named = CLICKS.filter(model_id="gift_ideas").join(EXPOSURES, on=["request_id", "item_id"], suffix="_shown")
    assert set(named["model_id_shown"]) == {"marketplace_search"}
    assert named.height == heard("marketplace_search").filter(event="click").height
    for model in ("search_ranking", "ads_ranking", "podcast_picks"):
        rows = CLICKS.filter(model_id=model).join(EXPOSURES, on=["request_id", "item_id"], suffix="_shown")
        assert set(rows["model_id_shown"]) == {model}


@pytest.mark.parametrize(
    ("model", "worse"),
    [
        ("home_feed", "online"), ("related_videos", "authentic"), ("search_ranking", None), ("email_digest", None),
        ("podcast_picks", None),
    ],
)  # fmt: skip
def test_metrics_improve_but_for_the_slice_that_is_planted(model, worse):
    series = METRICS.filter(model_id=model).sort("model_version").group_by("metric", "slice", "higher_is_better")
    change = series.agg(change=pl.col("value").last() - pl.col("value").first())
    better = (pl.col("change") > 0) == pl.col("higher_is_better")
    assert change.height == 6
    assert set(change.filter(~better)["slice"]) == ({worse} if worse else set())
    assert METRICS["model_id"].n_unique() == 5
