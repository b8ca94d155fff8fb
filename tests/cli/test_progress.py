from __future__ import annotations

import io
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest

from auditor.cli.progress import Bar, Silent, progress

PROJECT = Path(__file__).parents[2]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Query:
    """A connection that has got as far as it is told."""

    def __init__(self, *percents: float) -> None:
        self.percents = list(percents)

    def execute(self, statement: str) -> None:
        assert "enable_progress_bar" in statement

    def query_progress(self) -> float:
        return self.percents.pop(0) if len(self.percents) > 1 else self.percents[0]


def on_terminal(monkeypatch) -> Terminal:
    """In the test itself: pytest puts its own stderr back between a fixture and the test."""
    stderr = Terminal()
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    return stderr


def wait_for(stream: io.StringIO, text: str) -> bool:
    end = time.monotonic() + 5
    while text not in stream.getvalue() and time.monotonic() < end:
        time.sleep(0.01)
    return text in stream.getvalue()


def test_a_bar_only_where_somebody_sees_it(monkeypatch):
    on_terminal(monkeypatch)
    assert isinstance(progress(quiet=False), Bar)
    assert isinstance(progress(quiet=True), Silent)
    monkeypatch.setenv("TTY_COMPATIBLE", "0")
    assert isinstance(progress(quiet=False), Silent)
    monkeypatch.delenv("TTY_COMPATIBLE")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert isinstance(progress(quiet=False), Silent)


def test_a_long_phase_shows_how_far_it_has_got(monkeypatch):
    terminal = on_terminal(monkeypatch)
    with Bar(patience=0, interval=0.005).phase("counting [outcomes]", Query(-1, 10, 20, 42), rows=1_000_000):
        assert wait_for(terminal, "42%")
        assert wait_for(terminal, "rows/s")
    assert "counting [outcomes]" in terminal.getvalue()


def test_the_next_query_of_a_phase_starts_again(monkeypatch):
    terminal = on_terminal(monkeypatch)
    with Bar(patience=0, interval=0.005).phase("reading", Query(-1, 90, 90, 90, 90, 90, 7)):
        assert wait_for(terminal, " 7%")


def test_a_short_phase_shows_nothing(monkeypatch):
    terminal = on_terminal(monkeypatch)
    with Bar().phase("counting", Query(50)):
        pass
    assert terminal.getvalue() == ""


def test_a_phase_ends_when_it_fails(monkeypatch):
    on_terminal(monkeypatch)
    watchers = []

    class Watcher(threading.Thread):
        def start(self):
            watchers.append(self)
            super().start()

    monkeypatch.setattr("auditor.cli.progress.Thread", Watcher)
    with pytest.raises(KeyError), Bar(patience=0, interval=0.005).phase("counting"):
        raise KeyError
    assert [each.is_alive() for each in watchers] == [False]


def test_the_engine_is_asked_and_prints_nothing_itself(monkeypatch, capfd):
    on_terminal(monkeypatch)
    connection = duckdb.connect()
    with Bar(patience=0, interval=0.005).phase("counting", connection, 1_000_000):
        connection.execute(
            "CREATE TABLE t AS SELECT i % 1000 AS k, count(*) AS n FROM range(3000000) r(i) GROUP BY ALL"
        )
    names = "current_setting('enable_progress_bar'), current_setting('enable_progress_bar_print')"
    assert connection.execute(f"SELECT {names}").fetchall() == [(True, False)]
    connection.close()
    assert capfd.readouterr() == ("", "")


def test_a_connection_closed_meanwhile_is_no_error(monkeypatch):
    on_terminal(monkeypatch)
    connection = duckdb.connect()
    with Bar(patience=0, interval=0.005).phase("counting", connection):
        connection.close()
        time.sleep(0.05)


def test_silence(capsys):
    with Silent().phase("counting", Query(1), 10):
        pass
    assert capsys.readouterr() == ("", "")


def test_the_engine_draws_no_bar_of_its_own_where_python_is_talked_to():
    # Without a file to run, the engine takes Python for a notebook.
    program = """
from auditor.cli.progress import Silent
from auditor.config import Settings
from auditor.opening import LogPaths, opened
with opened(LogPaths(exposures=("sample_logs/exposures.parquet",)), Settings(), Silent()) as intake:
    print(intake.connection.execute("SELECT current_setting('enable_progress_bar')").fetchall())
"""
    ran = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert ran.stdout == "[(False,)]\n"
