"""The command: what it writes, what it says on which stream, and what it refuses."""

from __future__ import annotations

import subprocess
import sys

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from auditor.cli.simulate import simulate
from auditor.errors import AuditError
from auditor.simulate import POLICY_DEFAULTS, parse_spec

app = typer.Typer()
app.command()(simulate)


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def refusal(*arguments):
    error = run(*arguments).exception
    assert isinstance(error, AuditError)
    return error


def test_models_are_written_at_the_sizes_asked_for(tmp_path):
    result = run(
        tmp_path / "log", "--model", "feed:greedy,explore=0.05,items=40", "--model", "loans:approval",
        "--exposures", 500, "--retrains", 3, "--items", 30,
    )  # fmt: skip
    assert result.exit_code == 0
    exposures = pl.read_parquet(tmp_path / "log" / "exposures.parquet")
    assert exposures.group_by("model_id", "model_version").len()["len"].to_list() == [500] * 6
    catalogue = pl.read_parquet(tmp_path / "log" / "catalogue.parquet")
    assert dict(catalogue["model_id"].value_counts().iter_rows()) == {"feed": 40, "loans": 2}


def test_stdout_stays_empty_and_stderr_says_what_was_planted(tmp_path):
    result = run(tmp_path / "log", "--model", "feed:greedy", "--model", "b:uniform", "--exposures", 300)
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert lines[0].startswith("wrote 3,600 exposures")
    assert lines[2].split() == ["feed", "greedy", "1,000", "300", "x", "6", "closed", "loop"]
    assert lines[3].endswith("no loop")


def test_without_a_model_the_sample_fleet_is_resized(tmp_path):
    assert run(tmp_path / "log", "--exposures", 200, "--retrains", 2, "--items", 50).exit_code == 0
    exposures = pl.read_parquet(tmp_path / "log" / "exposures.parquet")
    assert exposures["model_id"].n_unique() == 18
    assert exposures.height == 18 * 2 * 200


def test_seed_and_format(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run(tmp_path / name, "--model", "m:polya", "--exposures", 300, "--seed", seed, "--format", "csv.gz")
    one, same, other = ((tmp_path / name / "exposures.csv.gz").read_bytes() for name in "abc")
    assert one == same != other


def test_a_folder_in_use_needs_force(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    arguments = (tmp_path, "--model", "m:uniform", "--exposures", 100)
    assert "--force" in refusal(*arguments).hint
    assert run(*arguments, "--force").exit_code == 0
    assert (tmp_path / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("model", "message", "hint"),
    [
        ("feed:gredy", "'gredy'", "'greedy'"),
        ("feed:greedy,explor=0.1", "'explor'", "'explore'"),
        ("feed:greedy,explore=lots", "'lots'", "float"),
        ("feed:greedy,log_policy=maybe", "'maybe'", "bool"),
        ("feed:greedy,explore=2", "explore is 2", "between 0 and 1"),
        ("feed:greedy,explore", "key=value", "explore=0.05"),
        ("feed", "NAME:POLICY", "feed:greedy"),
        (":greedy", "NAME:POLICY", "feed:greedy"),
    ],
)
def test_a_model_that_cannot_be_understood(tmp_path, model, message, hint):
    error = refusal(tmp_path / "log", "--model", model)
    assert message in error.message
    assert hint in error.hint
    assert not (tmp_path / "log").exists()


def test_unknown_formats_and_sizes_are_usage_errors(tmp_path):
    assert run(tmp_path / "log", "--format", "xml").exit_code == 2
    assert run(tmp_path / "log", "--retrains", 0).exit_code == 2


def test_without_numpy_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("auditor.cli.simulate.find_spec", {}.get)
    assert refusal(tmp_path / "log").hint == "pip install numpy"


def test_control_characters_in_a_name_do_not_reach_the_terminal(tmp_path):
    result = run(tmp_path / "log", "--model", "a\x1b[31mb:uniform", "--exposures", 100)
    assert result.exit_code == 0
    assert "\x1b" not in result.stderr
    assert pl.read_parquet(tmp_path / "log" / "exposures.parquet")["model_id"][0] == "a\x1b[31mb"


@pytest.mark.parametrize("policy", POLICY_DEFAULTS)
def test_every_policy_can_be_written_on_the_command_line(policy):
    spec = parse_spec(f"a:b:{policy},exposures=10,log_policy=yes,prefix=x", items=50)
    assert (spec.name, spec.policy, spec.exposures, spec.log_policy) == ("a:b", policy, 10, True)
    assert spec.items == {"approval": 2, "classifier": 12}.get(policy, 50)


def test_the_command_module_imports_nothing_heavy():
    code = "import sys, auditor.cli.simulate; sys.exit('numpy' in sys.modules or 'pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
