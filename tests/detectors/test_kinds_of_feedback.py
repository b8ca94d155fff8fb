"""What the log's own columns say of its feedback: labels or clicks, and which outcomes there were to choose."""

from __future__ import annotations

import numpy as np
import pytest
from written import audited, write

ROWS = 4_000


def decisions(seed: int = 1) -> dict[str, np.ndarray]:
    """Four weeks of approvals and denials of one model."""
    rng = np.random.default_rng(seed)
    number = np.arange(ROWS)
    day = np.datetime64("2026-09-07T00:00:00") + (number * 28 * 86_400 // ROWS).astype("timedelta64[s]")
    return {
        "model_id": np.full(ROWS, "credit"),
        "model_version": np.char.add("v", (number * 4 // ROWS).astype(str)),
        "request_id": number,
        "timestamp": day,
        "item_id": np.where(rng.random(ROWS) < 0.6, "approve", "deny"),
    }


def labels_of(exposures: dict[str, np.ndarray], kept: float, **more: str) -> dict[str, np.ndarray]:
    """Repayment of this share of the approvals, two days later."""
    rng = np.random.default_rng(2)
    found = (exposures["item_id"] == "approve") & (rng.random(ROWS) < kept)
    columns = {name: exposures[name][found] for name in ("request_id", "item_id")}
    late = exposures["timestamp"][found] + np.timedelta64(20, "h")
    extra = {name: np.full(found.sum(), text) for name, text in more.items()}
    return {**columns, "timestamp": late, "value": rng.binomial(1, 0.9, found.sum()).astype(float), **extra}


@pytest.mark.parametrize(("kept", "named", "labels"), [(1.0, False, True), (0.5, False, False), (0.5, True, True)])
def test_feedback_with_a_writer_is_labels_even_where_half_of_them_are_lost(tmp_path, kept, named, labels):
    exposures = decisions()
    writer = {"label_source": "human"} if named else {}
    report = audited(write(tmp_path / "log", exposures=exposures, feedback=labels_of(exposures, kept, **writer)))

    assert report.models[0].measures["outcome-starvation"]["labels"] is labels


def test_labels_of_some_outcomes_alone_need_a_policy_on_nearly_every_row(tmp_path):
    exposures = decisions()
    labels = labels_of(exposures, 1.0)
    said = {share: np.where(np.arange(ROWS) % 100 < share, "exploit", "") for share in (0, 50, 99, 100)}
    verdicts = {
        share: audited(write(tmp_path / f"{share}", exposures={**exposures, "policy": policy}, feedback=labels))
        .models[0]
        .verdict
        for share, policy in said.items()
    }

    assert verdicts == {0: "not auditable", 50: "not auditable", 99: "starved", 100: "starved"}


def test_organic_feedback_on_what_is_not_listed_does_not_enlarge_a_catalogue(tmp_path):
    rng = np.random.default_rng(3)
    items = np.char.add("i", rng.integers(0, 20, ROWS).astype(str))
    exposures = decisions() | {"model_id": np.full(ROWS, "feed"), "item_id": items}
    clicked = rng.random(ROWS) < 0.1
    strange = np.char.add("x", np.arange(40).astype(str))
    feedback = {
        "request_id": np.r_[exposures["request_id"][clicked], np.arange(40) + 10 * ROWS],
        "item_id": np.r_[items[clicked], strange],
        "timestamp": np.r_[exposures["timestamp"][clicked], np.full(40, exposures["timestamp"][ROWS // 2])],
        "model_id": np.full(clicked.sum() + 40, "feed"),
    }
    logs = {"exposures": exposures, "feedback": feedback}
    listed = {"catalogue": {"item_id": np.unique(items), "model_id": np.full(20, "feed")}}

    assert audited(write(tmp_path / "listed", **logs, **listed)).models[0].outcomes == 20
    assert audited(write(tmp_path / "unlisted", **logs)).models[0].outcomes == 60
