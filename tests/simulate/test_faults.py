"""What is wrong with a log is wrong with its rows alone, and to the extent that was asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy import stats

from auditor.simulate import ModelSpec, model_log, run_loop, write_logs

FEED = ModelSpec(
    "feed", "greedy", exposures=6_000, items=60, top_k=8, explore=0.1, organic=0.1, click_rate=0.1, users=100,
    log_policy=True, log_category=True, second_event="purchase",
)  # fmt: skip
LOANS = ModelSpec("loans", "approval", exposures=3_000, items=3, users=90)
CAUGHT = ["request_id", "item_id"]


def tables(spec, seed=41):
    log = model_log(spec, run_loop(spec, seed), seed)
    return pl.from_arrow(log.exposures), pl.from_arrow(log.feedback)


@pytest.mark.parametrize("knobs", [{"log_duplicates": 0.3}, {"log_lost": 0.3}, {"log_only_clicked": True}], ids=str)
def test_the_loop_knows_nothing_of_it(knobs):
    plain, damaged = (run_loop(spec, 41) for spec in (FEED, replace(FEED, **knobs)))
    assert (plain.exploited.clicks == damaged.exploited.clicks).all()
    assert (plain.policies == damaged.policies).all()


@pytest.mark.parametrize("share", [0.02, 0.4])
def test_duplicates_are_whole_rows_next_to_each_other(share):
    (plain, clicks), (found, same) = tables(FEED), tables(replace(FEED, log_duplicates=share))
    assert found.unique(maintain_order=True).equals(plain)
    runs = found.select(pl.struct(CAUGHT).rle().struct.field("len"))
    assert set(runs["len"]) == {1, 2}
    assert stats.binomtest(found.height - plain.height, plain.height, share).pvalue > 1e-4
    assert same.equals(clicks)


def test_every_row_can_be_written_twice():
    found = tables(replace(FEED, log_duplicates=1.0))[0]
    assert found[::2].equals(found[1::2])


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_lost_feedback_is_lost_at_random(share):
    (plain, clicks), (found, kept) = tables(FEED), tables(replace(FEED, log_lost=share))
    assert found.equals(plain)
    assert kept.join(clicks, on=kept.columns, how="anti", nulls_equal=True).is_empty()
    assert stats.binomtest(clicks.height - kept.height, clicks.height, share).pvalue > 1e-4
    counts = [[table.filter(event=event).height for event in ("click", "purchase")] for table in (clicks, kept)]
    assert stats.chi2_contingency([counts[1], np.subtract(*counts)]).pvalue > 1e-4


def test_only_exposures_with_feedback_are_logged():
    for spec in (FEED, LOANS):
        (plain, clicks), (found, same) = tables(spec), tables(replace(spec, log_only_clicked=True))
        assert found.equals(plain.join(clicks, on=CAUGHT, how="semi", maintain_order="left"))
        assert 0 < found.height < plain.height
        assert same.equals(clicks)


def test_a_joined_log_forgets_clicks_and_labels():
    for spec, left in ((FEED, 0), (LOANS, None)):
        plain, found = (tables(replace(spec, log_clicked=True, log_lost=lost))[0] for lost in (0.0, 0.3))
        assert found.drop("clicked").equals(plain.drop("clicked"))
        known = plain["clicked"] == 1 if left == 0 else plain["clicked"].is_not_null()
        changed = ~plain["clicked"].eq_missing(found["clicked"])
        assert not (changed & ~known).any()
        assert set(found["clicked"].filter(changed)) == {left}
        assert stats.binomtest(int(changed.sum()), int(known.sum()), 0.3).pvalue > 1e-4


def test_a_joined_log_of_clicks_alone_has_nothing_else():
    found = tables(replace(FEED, log_clicked=True, log_only_clicked=True))[0]
    assert set(found["clicked"]) == {1}


def test_faults_add_up():
    (plain, clicks) = tables(FEED)
    found, kept = tables(replace(FEED, log_only_clicked=True, log_duplicates=0.2, log_lost=0.2))
    shown = plain.join(clicks, on=CAUGHT, how="semi")
    assert found.unique().height == shown.height
    assert stats.binomtest(found.height - shown.height, shown.height, 0.2).pvalue > 1e-4
    assert stats.binomtest(kept.height, clicks.height, 0.8).pvalue > 1e-4


def test_faults_reach_the_files_of_their_model_alone(tmp_path):
    other = replace(FEED, name="other")
    write_logs(tmp_path / "plain", [FEED, other], 3)
    write_logs(tmp_path / "damaged", [replace(FEED, log_duplicates=0.5), other], 3)
    plain, damaged = (pl.read_parquet(tmp_path / name / "exposures.parquet") for name in ("plain", "damaged"))
    assert damaged.filter(model_id="other").equals(plain.filter(model_id="other"))
    assert damaged.filter(model_id="feed").height == pytest.approx(1.5 * 36_000, rel=0.01)


def test_the_same_seed_damages_the_same_rows():
    spec = replace(FEED, log_duplicates=0.1, log_lost=0.1)
    assert all(one.equals(two) for one, two in zip(tables(spec), tables(spec), strict=True))
    assert np.ptp([tables(spec, seed)[0].height for seed in (41, 42, 43)]) > 0
