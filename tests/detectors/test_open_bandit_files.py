"""The four files of the Open Bandit sample, in the folder that the environment variable OPEN_BANDIT names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from written import audited_file, finding

MILD = {"healthy", "not auditable"}

# Items, Gini, effective items, click rate, effective sample, divergence of days, and its floor.
PUBLISHED = {
    "random_all": (80, 0.058, 79.6, 0.0038, 10_000, 0.021, 0.020),
    "random_men": (34, 0.041, 33.9, 0.0046, 10_000, 0.010, 0.009),
    "bts_all": (80, 0.668, 34.4, 0.0042, 340, 0.128, 0.022),
    "bts_men": (34, 0.651, 15.2, 0.0069, 656, 0.138, 0.009),
}
FOLDER = Path(os.environ.get("OPEN_BANDIT", "nowhere"))
REAL = [name for name in PUBLISHED if (FOLDER / f"{name}.csv.gz").is_file()]


@pytest.mark.parametrize("name", REAL)
def test_published_figures(name):
    items, gini, effective, rate, sample, _, _ = PUBLISHED[name]
    report = audited_file(FOLDER / f"{name}.csv.gz")
    measures = report.models[0].measures
    clicks = measures["outcome-starvation"]["clicks"]

    assert measures["exposure-coverage"]["shown"] == items
    assert measures["impression-gini"]["gini"] == pytest.approx(gini, abs=5e-4)
    assert measures["impression-gini"]["effective"] == pytest.approx(effective, abs=0.05)
    assert clicks / report.models[0].exposures == pytest.approx(rate, abs=5e-5)
    assert measures["impression-gini"]["effective_sample"] == pytest.approx(sample, abs=0.5)


@pytest.mark.parametrize("name", REAL)
def test_published_divergence_of_days(name):
    *_, divergence, floor = PUBLISHED[name]
    measures = audited_file(FOLDER / f"{name}.csv.gz", retrain_every="1d").models[0].measures["retrain-drift"]

    assert measures["jsd"] == pytest.approx(divergence, abs=1e-3)
    assert measures["jsd_null"] == pytest.approx(floor, abs=1e-3)


@pytest.mark.parametrize("retrain_every", [None, "1d"])
@pytest.mark.parametrize("name", REAL)
def test_verdicts_on_the_real_logs(name, retrain_every):
    report = audited_file(FOLDER / f"{name}.csv.gz", retrain_every=retrain_every)

    if name.startswith("random"):
        assert report.models[0].verdict == "healthy"
        assert not report.findings
    else:
        assert finding(report, "impression-gini").severity == "medium"
        assert report.models[0].verdict == "at risk"


@pytest.mark.parametrize("retrain_every", [None, "1d"])
@pytest.mark.parametrize("name", REAL)
def test_real_logs_without_propensities(name, retrain_every):
    report = audited_file(FOLDER / f"{name}.csv.gz", retrain_every=retrain_every, columns={"propensity": ""})

    assert report.models[0].verdict in MILD
