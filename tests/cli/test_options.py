from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from auditor.cli.main import main
from auditor.finding import Severity

FLAGS = [
    (["--model-id", "feed"], "model_id", "feed"),
    (["--retrain-every", "7d"], "retrain_every", "7d"),
    (["--map", "item_id=sku", "--map", "feedback.value=eur=usd"], "columns",
     {"item_id": "sku", "feedback.value": "eur=usd"}),
    (["--policy", "random=explore"], "policies", {"random": "explore"}),
    (["--feedback", "label"], "feedback", "label"),
    (["--event", "purchase"], "primary_event", "purchase"),
    (["--attribution-window", "2h"], "attribution_window", "2h"),
    (["--max-bad-rows", "5%"], "max_bad_rows", 0.05),
    (["--select", "outcome-starvation,impression-gini", "--select", "outcome-starvation"], "select",
     ("outcome-starvation", "impression-gini")),
    (["--fail-on", "none"], "fail_on", None),
    (["--min-severity", "high"], "min_severity", Severity.HIGH),
    (["--threads", "2"], "threads", 2),
    (["--memory-limit", "1.5GB"], "memory_limit", "1.5GB"),
    (["--engine", "spark"], "engine", "spark"),
    (["--spark-master", "local[2]"], "spark_master", "local[2]"),
    (["--spark-remote", "sc://host"], "spark_remote", "sc://host"),
    (["--format", "json"], None, None),
    (["-o", "report.md"], None, None),
    (["--database", "audit.db"], None, None),
    (["--force"], None, None),
    (["-q"], None, None),
    (["--no-color"], None, None),
    (["--exposures", "shown.parquet"], None, None),
]  # fmt: skip


def test_flags_go_together_in_every_pair_and_order(scanned, capsys):
    for first, second in combinations(FLAGS, 2):
        assert main(["scan", *first[0], "logs", *second[0]]) == 0, (first, second)
        for flag, field, value in (first, second):
            if field is not None:
                assert getattr(scanned.settings, field) == value
                assert scanned.settings.sources[field] == flag[0]


def test_all_flags_at_once(scanned, capsys):
    assert main(["scan", "logs", *(word for flag, _, _ in FLAGS for word in flag)]) == 0
    assert set(scanned.settings.sources) >= {field for _, field, _ in FLAGS if field}


def test_no_flags_are_all_defaults(scanned, capsys):
    main(["scan", "logs"])
    assert scanned.settings.sources == {}
    assert scanned.settings.fail_on is Severity.MEDIUM


def test_logs_go_by_their_roles(scanned, capsys):
    arguments = ["a", "b", "--exposures", "e", "--feedback", "f", "--feedback", "g"]
    arguments += ["--catalogue", "c", "--metrics", "m"]
    main(["scan", *arguments])
    logs = scanned.logs
    assert logs.paths == ("a", "b")
    assert (logs.exposures, logs.feedback, logs.catalogue, logs.metrics) == (("e",), ("f", "g"), ("c",), ("m",))


@pytest.mark.parametrize("kind", ["click", "label"])
def test_feedback_is_a_kind_or_a_path(scanned, capsys, kind):
    main(["scan", "logs", "--feedback", kind, "--feedback", f"./{kind}"])
    assert scanned.settings.feedback == kind
    assert scanned.logs.feedback == (f"./{kind}",)
    main(["scan", "logs", "--feedback-is", kind, "--feedback", kind])
    assert scanned.settings.feedback == kind


def test_a_map_to_nothing_leaves_the_column_out(scanned, capsys):
    assert main(["scan", "logs", "--map", "policy=", "--map", "feedback.value= "]) == 0
    assert scanned.settings.columns == {"policy": "none", "feedback.value": "none"}


@pytest.mark.parametrize("selected", ["", " ", ",", " , "])
def test_a_selection_of_nothing_is_an_error(scanned, capsys, selected):
    assert main(["scan", "logs", "--select", selected]) == 2
    assert "--select names no detector" in capsys.readouterr().err
    assert scanned.count == 0


def test_the_file_and_the_environment_reach_the_scan(scanned, capsys, monkeypatch):
    Path("audit.toml").write_text(
        'threads = 3\n[detectors.outcome-starvation]\nclosed = 0.03\n[columns]\nitem_id = "a"\n'
    )
    monkeypatch.setenv("AUDIT_MAX_BAD_ROWS", "0.2")
    main(["scan", "logs", "--map", "user_id=uid"])
    settings = scanned.settings
    assert (settings.threads, settings.max_bad_rows) == (3, 0.2)
    assert settings.thresholds == {"outcome-starvation": {"closed": 0.03}}
    assert settings.columns == {"item_id": "a", "user_id": "uid"}
    assert settings.sources == {
        "threads": "audit.toml",
        "max_bad_rows": "AUDIT_MAX_BAD_ROWS",
        "thresholds": "audit.toml",
        "thresholds.outcome-starvation.closed": "audit.toml",
        "columns": "audit.toml, --map",
        "columns.item_id": "audit.toml",
        "columns.user_id": "--map",
    }


def test_an_unknown_threshold_names_the_nearest(scanned, capsys):
    Path("audit.toml").write_text("[detectors.outcome-starvation]\nclose = 0.03\n")
    assert main(["scan", "logs"]) == 2
    err = capsys.readouterr().err
    assert "audit.toml: unknown threshold of outcome-starvation 'close'" in err
    assert "'closed'" in err
