"""Every command in the README does what the README says."""

from __future__ import annotations

import re

import duckdb
import pytest
from blocks import INSTALLING, blocks, commands, transcript
from generated import output
from reader import PROJECT

SH, CONSOLE, SQL = blocks("sh"), blocks("console"), blocks("sql")
TARGETS = re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)


def first_line(block):
    return block.splitlines()[0][:40]


def is_installing(command):
    """`make` sets up what it needs, which takes minutes; `make scan` installs as the README's pip does."""
    return command.startswith(("make ", INSTALLING))


def is_tried_below(command):
    """Commands whose files have a test of their own, here or in test_tickets.py."""
    return "--database" in command or "| jq" in command


@pytest.mark.parametrize("block", SH, ids=first_line)
def test_commands_exit_as_stated(block, machine):
    for command, code in commands(block):
        if is_installing(command) or is_tried_below(command):
            continue
        ran = machine.run(command)
        assert ran.returncode == code, ran.stderr
        assert "Traceback" not in ran.stderr
        assert code != 0 or "error" not in ran.stderr


@pytest.mark.parametrize("block", CONSOLE, ids=first_line)
def test_commands_print_what_is_shown(block, machine):
    command, shown = transcript(block)
    assert output(command, machine) == shown


def test_no_command_is_left_untried():
    tried = [command for block in SH for command, _ in commands(block)]
    assert len([command for command in tried if not is_installing(command)]) >= 10
    make = [command.split()[1] for command in tried if command.startswith("make ")]
    assert make[:2] == ["scan", "test"]
    assert set(make) <= set(TARGETS)
    assert set(re.findall(r"`make ([a-z-]+)`", (PROJECT / "README.md").read_text())) <= set(TARGETS)


def test_sql_finds_rows(machine):
    [(leaving, code)] = [pair for block in SH for pair in commands(block) if "--database" in pair[0]]
    assert machine.run(leaving).returncode == code
    with duckdb.connect(machine.work / "logs.duckdb", read_only=True) as connection:
        for query in SQL:
            rows = connection.execute(query).fetchall()
            assert len(rows) > 1
            assert all(clicks <= exposures for _, clicks, exposures, _ in rows)
        users = connection.execute("SELECT DISTINCT user_id FROM exposures LIMIT 9").fetchall()
    assert all(re.fullmatch("[0-9a-f]{32}", user) for (user,) in users)
