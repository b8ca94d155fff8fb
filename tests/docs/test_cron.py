"""The crontab line of the README, run as cron would run it."""

from __future__ import annotations

import re

import pytest
from blocks import blocks
from reader import PROJECT, new_machine

LINE = re.compile(r"^(?:[-*/,\d]+\s+){5}(?P<command>\S.*)$")
PROGRAM = ".venv/run/bin/audit"


@pytest.fixture
def home(tmp_path):
    """A machine with the program where `make scan` leaves it, and a folder for the logs."""
    machine = new_machine(tmp_path / "home", {})
    machine.install(machine.home / "auditor" / PROGRAM)
    (machine.home / "fleet").mkdir()
    return machine


def command():
    [block] = blocks("crontab")
    return LINE.fullmatch(block.strip())["command"]


def test_line_is_one_that_cron_takes():
    assert "%" not in command()  # which means a line break to cron
    assert PROGRAM in command()
    assert "RUN := .venv/run\n" in (PROJECT / "Makefile").read_text()


def test_findings_exit_1_and_are_told(home):
    (home.home / "fleet" / "logs").symlink_to(PROJECT / "sample_logs")
    ran = home.run_by_cron(command())
    assert ran.returncode == 1
    assert ran.stdout == ""
    assert len(ran.stderr.splitlines()) == 1
    assert "outcome-starved" in ran.stderr
    assert (home.home / "fleet" / "report.json").stat().st_size > 1000


def test_nothing_is_printed_when_all_is_well(home):
    tiles = "--model tiles:uniform --retrains 3 --exposures 2000 --items 50"
    assert home.run(f'audit simulate "$HOME/fleet/logs" {tiles}').returncode == 0
    ran = home.run_by_cron(command())
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_what_cannot_be_audited_exits_2_and_is_told(home):
    ran = home.run_by_cron(command())
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "logs" in ran.stderr
    assert "Traceback" not in ran.stderr
