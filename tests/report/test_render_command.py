from __future__ import annotations

import json
import subprocess
import sys

import pytest
import typer
from example_report import example
from typer.testing import CliRunner

from auditor.cli.render import render
from auditor.cli.schema import schema
from auditor.errors import AuditError
from auditor.report import schema as report_schema
from auditor.report import to_json

app = typer.Typer()
app.command()(render)
app.command()(schema)


def run(*arguments, stdin=None, env=None):
    return CliRunner().invoke(app, [str(a) for a in arguments], input=stdin, env=env)


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "saved.json"
    path.write_text(to_json(example()))
    return path


def test_schema_prints_the_schema():
    assert json.loads(run("schema").stdout) == report_schema()


def test_a_saved_report_is_shown_as_a_table(saved):
    result = run("render", saved)
    assert result.exit_code == 0
    assert result.stdout.startswith("5 of 11 audited models are outcome-starved\n")
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_colour_can_be_forced_and_the_width_set(saved):
    coloured = run("render", saved, env={"FORCE_COLOR": "1", "TERM": "xterm"})
    assert coloured.stdout.startswith("\x1b[1;31m5 of 11")
    wide = run("render", saved, env={"COLUMNS": "120"})
    assert 100 < max(map(len, wide.stdout.splitlines())) <= 120


def test_standard_input_is_read(saved):
    result = run("render", "-", "--format", "json", stdin="\ufeff" + saved.read_text())
    assert result.stdout == saved.read_text()


def test_files_take_the_format_of_their_suffix_and_nothing_is_printed(saved, tmp_path):
    result = run("render", saved, "-o", tmp_path / "a.md", "-o", tmp_path / "a.jsonl", "--min-severity", "high")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert (tmp_path / "a.md").read_text().startswith("# 5 of 11")
    assert len((tmp_path / "a.jsonl").read_text().splitlines()) == 5


@pytest.mark.parametrize("more", [["-o", "-"], ["--format", "table"]])
def test_files_and_standard_output_go_together(saved, tmp_path, more):
    result = run("render", saved, "-o", tmp_path / "a.json", *more)
    assert result.stdout.startswith("5 of 11")
    assert (tmp_path / "a.json").read_text() == saved.read_text()


@pytest.mark.parametrize("more", [["-o", "a.yaml"], ["--format", "yaml"]])
def test_an_unknown_format_stops_before_anything_is_written(saved, tmp_path, more):
    result = run("render", saved, "-o", tmp_path / "a.md", *more)
    assert isinstance(result.exception, AuditError)
    assert not (tmp_path / "a.md").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be read"),
        (b"\xff\xfe{\x00", "is not UTF-8"),
        (b"", "is not JSON"),
        (b'{"schema_version": "9"}', "schema version"),
    ],
)
def test_what_is_no_report_is_an_error(tmp_path, content, message):
    path = tmp_path / "odd.json"
    if content is not None:
        path.write_bytes(content)
    error = run("render", path).exception
    assert isinstance(error, AuditError)
    assert message in error.message
    assert str(path) in error.message


def test_a_terminal_without_unicode_gets_ascii(saved):
    script = "import typer; from auditor.cli.render import render; typer.run(render)"
    result = subprocess.run(
        [sys.executable, "-c", script, str(saved)],
        env={"PYTHONIOENCODING": "ascii", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        check=True,
    )
    assert result.stdout.isascii()
    assert b"x starved" in result.stdout
