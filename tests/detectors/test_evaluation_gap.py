"""Metrics that part over the retrains: offline from online, loop from authentic."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import stats
from written import audited, finding, skip, write

ID = "evaluation-gap"
HEADER = "model_id,model_version,metric,slice,value,higher_is_better\n"
NO_ROWS = "no explore or holdout rows to hold its own exposures against"


def told(folder, retrains, series, **settings):
    """The report on a log with nothing to find, and metrics: (model, metric, slice, values, higher_is_better)."""
    models = list(dict.fromkeys(model for model, *_ in series))
    rows = list(product(models, range(retrains), range(10)))
    columns = dict(zip(("model_id", "model_version", "item_id"), zip(*rows, strict=True), strict=True))
    times = [f"2026-01-{1 + t:02}T{item:02}:00:00Z" for _, t, item in rows]
    write(folder, exposures={**columns, "timestamp": times, "clicked": [item % 2 for *_, item in rows]})
    lines = [
        f"{model},{t},{metric},{name},{'' if value is None else format(value, '.6g')},{higher}\n"
        for model, metric, name, values, higher in series
        for t, value in enumerate(values)
    ]
    (folder / "metrics.csv").write_text(HEADER + "".join(lines), encoding="utf-8")
    return audited(folder, select=(ID,), **settings)


OFFLINE = [0.400, 0.411, 0.417, 0.430, 0.441]
ONLINE = [0.0500, 0.0493, 0.0489, 0.0478, 0.0471]


def test_offline_up_and_online_down(tmp_path):
    found = finding(
        told(tmp_path, 5, [("m", "NDCG", "Offline", OFFLINE, ""), ("m", "ctr", " online ", ONLINE, "")]), ID
    )

    assert found.severity == "medium"
    assert found.title == "offline ndcg improved by 9.6% over 5 retrains while online ctr got worse by 6.0%"
    assert "Higher was taken to be better" in found.remedy
    assert found.evidence[0].low > 0 > found.evidence[1].high


def test_loop_better_every_retrain_while_authentic_gets_worse(tmp_path):
    loop, authentic = [0.80, 0.84, 0.87, 0.89, 0.90, 0.905], [0.80, 0.78, 0.75, 0.71, 0.66, 0.60]
    both = [("m", "accuracy", name, values, 1) for name, values in (("loop", loop), ("authentic", authentic))]
    found = finding(told(tmp_path, 6, both), ID)

    assert found.severity == "medium"
    assert found.title == "loop accuracy improved by 11.9% over 6 retrains while authentic accuracy got worse by 27.9%"
    assert "Higher was taken to be better" not in found.remedy


@pytest.mark.parametrize(("higher", "severity"), [("false", "medium"), ("true", None)])
def test_lower_is_better_where_the_table_says_so(tmp_path, higher, severity):
    slices = {"loop": [0.90, 0.85, 0.81, 0.76], "authentic": [0.80, 0.83, 0.85, 0.88]}
    report = told(tmp_path, 4, [("m", "rmse", name, values, higher) for name, values in slices.items()])

    assert getattr(finding(report, ID), "severity", None) == severity
    assert report.models[0].measures[ID]["assumed"] is False


def test_online_that_does_not_follow_is_low(tmp_path):
    online = [0.050, 0.0501, 0.0499, 0.050, 0.0499]
    found = finding(told(tmp_path, 5, [("m", "auc", "offline", OFFLINE, 1), ("m", "ctr", "online", online, 1)]), ID)

    assert found.severity == "low"
    assert found.title == "offline auc improved by 9.6% over 5 retrains and online ctr did not follow (-0.2%)"


def test_a_fall_online_that_offline_does_not_show_is_low(tmp_path):
    offline = [0.70, 0.701, 0.70, 0.699, 0.70]
    found = finding(told(tmp_path, 5, [("m", "auc", "offline", offline, 1), ("m", "ctr", "online", ONLINE, 1)]), ID)

    assert found.severity == "low"
    assert found.title == "online ctr got worse by 6.0% over 5 retrains and offline auc does not show it (-0.1%)"


def test_metrics_of_one_name_are_paired_and_the_mean_of_the_rest(tmp_path):
    up, down = np.linspace(1, 1.2, 5), np.linspace(1, 0.9, 5)
    series = [
        ("m", "auc", "offline", 0.7 * up, 1), ("m", "auc", "online", 0.6 * up, 1),
        ("m", "ndcg", "offline", 0.4 * up, 1), ("m", "recall", "offline", 0.2 * up, 1),
        ("m", "ctr", "online", 0.05 * down, 1),
    ]  # fmt: skip
    report = told(tmp_path, 5, series)
    measures = report.models[0].measures[ID]

    assert finding(report, ID).title.startswith("offline 2 metrics improved by")
    assert finding(report, ID).title.endswith("while online ctr got worse by 10.5%")
    assert measures["pairs"] == 2
    assert measures["near"] == pytest.approx(0.05 / 1.1)
    assert measures["far"] == pytest.approx(-0.025 / 0.95)


def test_trends_are_scipys_over_the_retrains_that_both_slices_have(tmp_path):
    rng = np.random.default_rng(3)
    offline, online = 0.5 + 0.02 * rng.normal(size=7), 0.04 + 0.002 * rng.normal(size=7)
    series = [("m", "a", "offline", [*offline[:6], None], 1), ("m", "b", "online", [None, *online[1:]], 1)]
    measures = told(tmp_path, 7, series).models[0].measures[ID]
    near, far = offline[1:6] / offline[:6].mean(), online[1:6] / online[1:].mean()

    assert measures["metric_retrains"] == 5
    for name, values in {"near": near, "far": far, "gap": near - far}.items():
        fit = stats.linregress(np.arange(5), values)
        assert measures[name] == pytest.approx(fit.slope, rel=1e-4)
        assert measures[f"{name}_t"] == pytest.approx(fit.slope / fit.stderr, rel=1e-3)
        assert measures[f"{name}_high"] == pytest.approx(fit.slope + 3.1824 * fit.stderr, rel=5e-3)


def steady(rng, slope, noise, begin):
    return begin * (1 + slope * np.arange(6)) * (1 + noise * rng.normal(size=6))


def bad_once(rng, begin):
    values = steady(rng, 0.01, 0.005, begin)
    values[rng.integers(1, 6)] *= 0.7
    return values


def offset(rng):
    """What moves offline moves online as far, from another level."""
    moves = 0.01 * rng.normal(size=6)
    return 0.85 + moves, 0.75 + moves + 0.002 * rng.normal(size=6)


STORIES = {
    "parting": lambda rng: (steady(rng, 0.02, 0.01, 0.4), steady(rng, -0.02, 0.01, 0.05)),
    "saturating": lambda rng: (0.9 - 0.2 * 0.6 ** np.arange(6), steady(rng, -0.02, 0.01, 0.8)),
}
NEAR_MISSES = {
    "both improve": lambda rng: (steady(rng, 0.03, 0.01, 0.4), steady(rng, 0.02, 0.02, 0.05)),
    "offset": offset,
    "one bad retrain": lambda rng: (steady(rng, 0.02, 0.005, 0.4), bad_once(rng, 0.05)),
    "noise": lambda rng: (steady(rng, 0.0, 0.02, 0.7), steady(rng, 0.0, 0.02, 0.05)),
}
MODELS = 200


def findings_of(folder, make, seed):
    """What is found of so many models with metrics like these."""
    rng = np.random.default_rng(seed)
    series = []
    for i in range(MODELS):
        near, far = make(rng)
        series += [(f"m{i}", "auc", "offline", near, 1), (f"m{i}", "ctr", "online", far, 1)]
    report = told(folder, 6, series)
    assert not [each for each in report.skips if each.detector == ID]
    return [each.severity for each in report.findings if each.detector == ID]


@pytest.mark.parametrize("story", STORIES)
def test_stories_are_found_with_noise(tmp_path, story):
    assert findings_of(tmp_path, STORIES[story], 71).count("medium") >= 0.95 * MODELS


@pytest.mark.parametrize("story", NEAR_MISSES)
def test_near_misses_are_silent(tmp_path, story):
    found = findings_of(tmp_path, NEAR_MISSES[story], 72)

    assert "medium" not in found
    assert len(found) <= 0.01 * MODELS


def test_two_retrains_are_too_few(tmp_path):
    report = told(tmp_path, 2, [("m", "auc", "offline", OFFLINE[:2], 1), ("m", "ctr", "online", ONLINE[:2], 1)])

    assert skip(report, ID).reason == f"metrics of 2 retrains in both slices, needs 3; {NO_ROWS}"
    assert skip(report, ID).unlock == "metrics of more retrains, or a `policy` column"


def test_one_slice_has_nothing_beside_it(tmp_path):
    report = told(tmp_path, 5, [("m", "auc", "offline", OFFLINE, 1), ("m", "ctr", "shadow", ONLINE, 1)])

    assert skip(report, ID).reason == f"no retrain has metrics of two slices to compare: there is offline; {NO_ROWS}"
    assert report.models[0].measures[ID]["metrics_of_other_slices"] == 5


def test_metrics_of_versions_that_the_log_lacks_are_counted(tmp_path):
    series = [("m", "auc", "offline", [*OFFLINE, 0.1, 0.1], 1), ("m", "ctr", "online", [*ONLINE, 0.9, 0.9], 1)]
    report = told(tmp_path, 5, series)

    assert report.models[0].measures[ID]["metric_rows"] == 14
    assert report.models[0].measures[ID]["metrics_unplaced"] == 4
    assert finding(report, ID).severity == "medium"


def test_versions_of_another_log_leave_nothing_to_say(tmp_path):
    series = [("m", "auc", "offline", OFFLINE, 1), ("m", "ctr", "online", ONLINE, 1)]
    folder = tmp_path / "log"
    told(folder, 5, series)
    lines = (folder / "metrics.csv").read_text(encoding="utf-8").replace("m,", "m,v")
    (folder / "metrics.csv").write_text(lines, encoding="utf-8")

    assert skip(audited(folder), ID).reason == f"its metrics are of versions that are no retrains of the log; {NO_ROWS}"


def test_values_not_measured_yet_are_left_out_and_counted(tmp_path):
    report = told(tmp_path, 5, [("m", "a", "offline", OFFLINE, 1), ("m", "b", "online", [*ONLINE[:4], None], 1)])
    measures = report.models[0].measures[ID]

    assert measures["metric_retrains"] == 4
    assert measures["metrics_empty"] == 1


def test_a_model_without_metrics_is_skipped_beside_one_that_has_some(tmp_path):
    series = [("m", "auc", "offline", OFFLINE, 1), ("m", "ctr", "online", ONLINE, 1), ("n", "auc", "offline", [], 1)]
    report = told(tmp_path, 5, series)

    assert finding(report, ID).model_id == "m"
    assert skip(report, ID).model_id == "n"
    assert skip(report, ID).reason == f"no metrics of it; {NO_ROWS}"


def test_without_timestamps_retrains_have_no_order(tmp_path):
    rows = {"model_id": ["m"] * 6, "model_version": [1, 1, 2, 2, 3, 3], "item_id": [1, 2] * 3, "clicked": [0, 1] * 3}
    report = audited(write(tmp_path / "log", exposures=rows))

    assert skip(report, ID).reason == "the exposures log has no `timestamp`: retrains have no order"
