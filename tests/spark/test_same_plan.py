"""`audit plan` and `audit inspect` print of one log what they print of it without a cluster, to the letter."""

from __future__ import annotations

import json

import pytest

from auditor.cli.main import main
from auditor.simulate import ModelSpec, write_logs

OF_THE_RUN = ("run_id", "started_at")


@pytest.fixture
def logs(tmp_path):
    fleet = (
        ModelSpec("feed", "greedy", exposures=2_000, items=60),
        ModelSpec("search", "uniform", exposures=2_000, items=40),
    )
    write_logs(tmp_path, fleet, 1, force=True)
    return tmp_path


def printed(capsys, *arguments):
    """What one command printed, for people and for programs."""
    assert main([*map(str, arguments)]) == 0
    said = capsys.readouterr()
    assert said.out
    return said


def printed_twice(capsys, *arguments):
    """By DuckDB, and by Spark."""
    return printed(capsys, *arguments), printed(capsys, *arguments, "--engine", "spark")


def test_a_plan(spark, capsys, logs):
    flags = ("--all-models", "--select", "outcome-starvation", "--format", "json")
    of_files, of_cluster = printed_twice(capsys, "plan", logs, *flags)
    plan, other = (json.loads(said.out) for said in (of_files, of_cluster))
    assert [len(model["first"]) > 0 for model in plan["models"]] == [True, False]
    assert {**plan, **{name: other[name] for name in OF_THE_RUN}} == other
    assert of_files.err == of_cluster.err


def test_an_inspection(spark, capsys, logs):
    of_files, of_cluster = printed_twice(capsys, "inspect", logs)
    assert of_files == of_cluster
