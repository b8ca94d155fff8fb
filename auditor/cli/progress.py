"""How far a scan has got: shown on a terminal, for whatever takes longer than a second."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from rich.progress import Progress, TaskID

UNKNOWN = -1.0


class Silent:
    """No progress at all: not a terminal, or not wanted."""

    def phase(
        self,
        title: str,  # noqa: ARG002
        connection: DuckDBPyConnection | None = None,  # noqa: ARG002
        rows: int | None = None,  # noqa: ARG002
    ) -> AbstractContextManager[None]:
        """Says nothing."""
        return nullcontext()


@dataclass(frozen=True)
class Bar:
    """A progress bar on stderr, for phases longer than `patience` seconds. Phases do not nest."""

    patience: float = 1.0
    interval: float = 0.1

    @contextmanager
    def phase(
        self, title: str, connection: DuckDBPyConnection | None = None, rows: int | None = None
    ) -> Iterator[None]:
        """Shows how far the query that `connection` is running has got; `rows` is how many it reads."""
        if connection is not None:
            connection.execute("SET enable_progress_bar_print = false; SET enable_progress_bar = true")
        ended = Event()
        watcher = Thread(target=self._watch, args=(ended, title, connection, rows), daemon=True)
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join()

    def _watch(self, ended: Event, title: str, connection: DuckDBPyConnection | None, rows: int | None) -> None:
        if ended.wait(self.patience):
            return
        with _bar() as bar:
            task = bar.add_task(title, total=None, rate="")
            while not ended.wait(self.interval):
                _advance(bar, task, _percent(connection), rows)


def progress(quiet: bool) -> Silent | Bar:
    """A bar where somebody can see it, else nothing: no frames in a log file."""
    return Silent() if quiet or not _watched() else Bar()


def _watched() -> bool:
    if os.environ.get("TTY_COMPATIBLE") == "0" or os.environ.get("TTY_INTERACTIVE") == "0":
        return False
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") not in {"dumb", "unknown"}


def _bar() -> Progress:
    from rich import progress
    from rich.console import Console

    return progress.Progress(
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(bar_width=30),
        progress.TaskProgressColumn(),
        progress.TextColumn("{task.fields[rate]}", markup=False),
        progress.TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )


def _percent(connection: DuckDBPyConnection | None) -> float:
    """0 to 100 of the running query, or UNKNOWN: none is running, or it cannot be estimated."""
    if connection is None:
        return UNKNOWN
    from duckdb import Error

    try:
        return connection.query_progress()
    except Error:
        return UNKNOWN


def _advance(bar: Progress, task: TaskID, percent: float, rows: int | None) -> None:
    if percent < 0:
        return
    total = rows or 100
    done = total * percent / 100
    if done < bar.tasks[0].completed:  # the phase's next query
        bar.reset(task)
    speed = bar.tasks[0].speed
    rate = f"{speed:,.0f} rows/s" if rows and speed else ""
    bar.update(task, total=total, completed=done, rate=rate)
