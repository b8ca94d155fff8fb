from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pytest
from written import audited_file, finding, skip

ITEMS, ROWS, DAYS = 80, 10_000, 7
MILD = {"healthy", "not auditable"}


def policies(kind: str) -> np.ndarray:
    """The probabilities of each day: uniform, or Thompson sampling that has learned, and learns on."""
    if kind == "uniform":
        return np.full((DAYS, ITEMS), 1 / ITEMS)
    rng = np.random.default_rng(9)
    believed = rng.normal(0, 1.9, ITEMS) + np.cumsum(rng.normal(0, 0.4, (DAYS, ITEMS)), axis=0)
    odds = np.exp(believed)
    return 0.03 / ITEMS + 0.97 * odds / odds.sum(axis=1, keepdims=True)


def write_like_open_bandit(path: Path, kind: str, propensity: bool = True) -> np.ndarray:
    """A gzipped CSV with the foreign names of the Open Bandit sample; returns the items shown."""
    rng = np.random.default_rng(10)
    days = policies(kind)
    day = np.arange(ROWS) * DAYS // ROWS
    item = np.array([rng.choice(ITEMS, p=days[each]) for each in day])
    second = np.arange(ROWS) * (DAYS * 86_400) // ROWS
    shown = np.datetime64("2019-11-24T00:00:00") + second.astype("timedelta64[s]")
    columns = {
        "": np.arange(ROWS), "timestamp": [f"{each}.500000+00:00".replace("T", " ") for each in shown],
        "item_id": item, "position": rng.integers(1, 4, ROWS), "click": rng.binomial(1, 0.0045, ROWS),
        "propensity_score": days[day, item], "user_feature_0": rng.choice(["81ce12", "cce18a", "03a564"], ROWS),
    }  # fmt: skip
    if not propensity:
        del columns["propensity_score"]
    with pa.CompressedOutputStream(str(path), "gzip") as sink:
        pacsv.write_csv(pa.table(columns), sink)
    return item


def test_columns_are_recognised_under_their_foreign_names(tmp_path):
    write_like_open_bandit(tmp_path / "log.csv.gz", "uniform")
    report = audited_file(tmp_path / "log.csv.gz")
    taken = {use.canonical: use.column for use in report.inputs[0].columns}

    assert taken["propensity"] == "propensity_score"
    assert taken["clicked"] == "click"
    assert report.inputs[0].rows_used == ROWS
    assert report.window["attribution"] == "joined"


@pytest.mark.parametrize("retrain_every", [None, "1d"])
def test_uniform_policy_is_healthy_with_no_finding_at_all(tmp_path, retrain_every):
    write_like_open_bandit(tmp_path / "log.csv.gz", "uniform")
    report = audited_file(tmp_path / "log.csv.gz", retrain_every=retrain_every)

    assert report.models[0].verdict == "healthy"
    assert not report.findings
    assert report.models[0].measures["outcome-starvation"]["exploration"] == pytest.approx(1.0)


@pytest.mark.parametrize("retrain_every", [None, "1d"])
def test_learned_policy_is_concentrated_though_every_item_was_shown(tmp_path, retrain_every):
    item = write_like_open_bandit(tmp_path / "log.csv.gz", "learned")
    report = audited_file(tmp_path / "log.csv.gz", retrain_every=retrain_every)

    assert len(set(item)) == ITEMS
    concentrated = finding(report, "impression-gini")
    if retrain_every is None:
        assert concentrated.severity == "medium"
        assert "for judging other policies" in concentrated.title
    else:  # a seventh of the rows: weights as uneven as these could be those of 5 % uniform exploration
        assert concentrated.severity == "low"
    assert finding(report, "exposure-coverage") is None
    assert finding(report, "outcome-starvation") is None
    assert report.models[0].verdict == ("at risk" if retrain_every is None else "healthy")


@pytest.mark.parametrize("retrain_every", [None, "1d"])
@pytest.mark.parametrize("kind", ["uniform", "learned"])
def test_without_propensities_no_worse_is_said(tmp_path, kind, retrain_every):
    write_like_open_bandit(tmp_path / "log.csv.gz", kind, propensity=False)
    report = audited_file(tmp_path / "log.csv.gz", retrain_every=retrain_every)

    assert report.models[0].verdict in MILD
    if kind == "learned" and retrain_every is None:
        assert "`propensity`" in skip(report, "outcome-starvation").unlock
