from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from fleet_report import finding, fleet_report

from auditor.cli.main import main
from auditor.errors import AuditError, NothingToAudit
from auditor.finding import Verdict
from auditor.plan import Estimate, ModelPlan, Plan, Unplanned, Way
from auditor.simulate import ModelSpec, write_logs

FEED = ModelPlan(
    rank=1, model_id="feed", verdict=Verdict.STARVED, outcomes=100, unfed=90, never_shown=80, never_labelled=0,
    labels=False, rate=0.1, need=30.0, target=52.0, missing=2_700.0, exposures=28_000.0, exposures_a_day=1_000.0,
    explores=Estimate(0.0, 0.0, 0.01), explores_from="implied", floor=0.027,
    ways=(Way("uniform", 100, 0.18, 0.18, 5_040.0, 180.0, None, ()),), explored_rate=None,
    cost_from="no feedback", first=(), additions=(),
)  # fmt: skip


def plan_of(*models: ModelPlan, audited: int = 1, unplanned: tuple[Unplanned, ...] = ()) -> Plan:
    return Plan(fleet_report(finding(), audited=audited, warnings=("short",)), 28, 0.95, models, unplanned)


@pytest.fixture
def planned(monkeypatch):
    """Stands in for the scan and the plan of it: gives back `plan`, and keeps what it was called with."""
    calls = SimpleNamespace(plan=plan_of(FEED), error=None, count=0)

    def plan(logs, settings, progress, asked):
        calls.count += 1
        calls.logs, calls.settings, calls.asked = logs, settings, asked
        if calls.error is not None:
            raise calls.error
        return calls.plan

    monkeypatch.setattr("auditor.scan.plan", plan)
    return calls


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (plan_of(FEED), 0),
        (plan_of(), 0),
        (plan_of(unplanned=(Unplanned("feed", "50 exposures"),)), 0),
        (plan_of(audited=0), 3),
        (plan_of(FEED, audited=0), 0),
    ],
)
def test_a_plan_or_none_needed_is_0_and_nothing_audited_is_3(planned, capsys, made, code):
    planned.plan = made
    assert main(["plan", "logs"]) == code


@pytest.mark.parametrize(("error", "code"), [(AuditError("bad"), 2), (NothingToAudit("none"), 3)])
def test_what_keeps_it_from_being_done_has_the_codes_of_a_scan(planned, capsys, error, code):
    planned.error = error
    assert main(["plan", "logs"]) == code
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "arguments",
    [[], ["logs", "--days", "0"], ["logs", "--days", "soon"], ["logs", "--format", "jsonl"], ["logs", "-o", "p.html"],
     ["logs", "-o", "missing/p.json"], ["logs", "-o", "folder.json"], ["logs", "--fail-on", "high"]],
)  # fmt: skip
def test_a_wrong_option_is_2_before_anything_is_read(planned, capsys, arguments):
    Path("folder.json").mkdir()
    assert main(["plan", *arguments]) == 2
    assert planned.count == 0
    assert "audit: error:" in capsys.readouterr().err


def test_options_reach_the_plan(planned, capsys):
    arguments = ["a", "--days", "14", "--model", "feed", "--model", "shop", "--all-models", "--event", "purchase"]
    assert main(["plan", *arguments, "--threads", "2", "--feedback", "label", "--map", "item_id=sku"]) == 0
    assert (planned.asked.days, planned.asked.names, planned.asked.all_models) == (14, ("feed", "shop"), True)
    assert planned.logs.paths == ("a",)
    settings = planned.settings
    assert (settings.primary_event, settings.threads, settings.feedback) == ("purchase", 2, "label")
    assert settings.columns == {"item_id": "sku"}


def test_days_are_28_unless_said(planned, capsys):
    main(["plan", "logs"])
    assert (planned.asked.days, planned.asked.names, planned.asked.all_models) == (28, (), False)


def test_stdout_is_the_payload_alone(planned, capsys):
    main(["plan", "logs", "--format", "json"])
    out, err = capsys.readouterr()
    assert json.loads(out)["models"][0]["model_id"] == "feed"
    assert err == "audit: warning: short\naudit: 1 of 1 audited models; planned for 1\n"


def test_the_table_is_what_is_printed_unless_said(planned, capsys):
    main(["plan", "logs"])
    out = capsys.readouterr().out
    assert out.startswith("What 1 model would have to explore")
    assert "18.0% of exposures, 180 a day" in out
    assert "\x1b" not in out
    main(["plan", "logs", "--format", "markdown"])
    assert capsys.readouterr().out.startswith("# What 1 model")


def test_files_are_written_in_the_format_of_their_suffix(planned, capsys):
    main(["plan", "logs", "-o", "p.json", "-o", "p.md", "-o", "p.txt"])
    assert json.loads(Path("p.json").read_text())["days"] == 28
    assert Path("p.md").read_text().startswith("# What")
    assert Path("p.txt").read_text().startswith("What")
    assert "feed" in capsys.readouterr().out


def test_quiet_with_files_leaves_stdout_alone(planned, capsys):
    assert main(["plan", "logs", "-q", "-o", "p.json"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["plan", "logs", "-q", "-o", "p.json", "-o", "-"]) == 0
    assert "feed" in capsys.readouterr().out


def test_quiet_is_silent_when_there_is_nothing_to_plan(planned, capsys):
    planned.plan = plan_of()
    assert main(["plan", "logs", "-q"]) == 0
    assert capsys.readouterr() == ("", "")


def test_quiet_speaks_when_there_is(planned, capsys):
    main(["plan", "logs", "-q"])
    assert "feed" in capsys.readouterr().out


def test_a_real_log_is_planned_from_its_files(capsys):
    spec = ModelSpec("feed", "greedy", exposures=4_000, items=100, retrains=4, warmup=2, click_rate=0.1)
    write_logs(Path("logs"), [spec], 1)
    assert main(["plan", "logs", "--days", "14", "--select", "outcome-starvation", "--format", "json"]) == 0
    [model] = json.loads(capsys.readouterr().out)["models"]
    assert (model["verdict"], model["unfed"]) == ("starved", 80)
    assert main(["plan", "logs", "--model", "fede"]) == 2
    assert "Did you mean 'feed'?" in capsys.readouterr().err
