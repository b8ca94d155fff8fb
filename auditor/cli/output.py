"""Where text goes: the payload to stdout, everything said beside it to stderr."""

from __future__ import annotations

import os
import shutil
import sys
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, TextIO

from auditor.errors import AuditError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from auditor.report.layout import Layout


class ExitCode(IntEnum):
    """How the process ends. A severity is never encoded in it."""

    CLEAN = 0
    FINDINGS = 1
    NOT_DONE = 2
    NOTHING_AUDITED = 3
    INTERRUPTED = 130
    PIPE_CLOSED = 141  # as of a process that SIGPIPE ended


class TableFormat(StrEnum):
    """The formats of what is no report."""

    TABLE = "table"
    JSON = "json"


def emit(text: str) -> None:
    """Writes the payload to stdout, in UTF-8 whatever the locale, so that what is piped always parses."""
    stdout = _stdout()
    stdout.flush()
    stdout.buffer.write(text.encode(errors="backslashreplace"))
    stdout.buffer.flush()


def say(text: str) -> None:
    """Writes to stderr, line by line, with nothing in it that a terminal would act on."""
    from auditor.report.plain import plain

    for line in text.splitlines():
        print(plain(line), file=sys.stderr)


def complain(message: str, hint: str = "") -> None:
    """Says what keeps the audit from being done, and what to do about it."""
    say(f"audit: error: {message}")
    if hint:
        say("  hint: " + "\n        ".join(hint.splitlines()))


def layout(color: bool | None = None) -> Layout:
    """How stdout is to be written to: as wide as its terminal, else as COLUMNS says, else 80 columns.

    `color` is what the flag says; None leaves it to the environment and the stream.
    """
    from auditor.report.layout import Layout

    stdout = _stdout()
    return Layout(
        width=shutil.get_terminal_size().columns,
        color=is_colorful(stdout) if color is None else color,
        unicode=stdout.encoding.lower().startswith("utf"),
    )


def _stdout() -> TextIO:
    if sys.stdout is None:  # as a process is started with `>&-`
        raise AuditError("Standard output is closed.", "Open it, or use -q with -o FILE.")
    return sys.stdout


def is_colorful(stream: TextIO) -> bool:
    """Whether `stream` wants colour: NO_COLOR, then FORCE_COLOR, then TTY_COMPATIBLE, then what it is."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    if os.environ.get("TTY_COMPATIBLE") in {"0", "1"}:
        return os.environ["TTY_COMPATIBLE"] == "1"
    return stream.isatty() and os.environ.get("TERM") not in {"dumb", "unknown"}


def paint(layout: Layout, *parts: RenderableType) -> str:
    """`parts` as text of that layout. Their text is data: it is never read as markup."""
    from io import StringIO

    from rich.console import Console

    file = StringIO()
    console = Console(
        file=file,
        width=max(layout.width, 40),
        color_system="standard" if layout.color else None,
        force_terminal=layout.color,
        no_color=not layout.color,
        legacy_windows=False,
        markup=False,
        highlight=False,
        emoji=False,
    )
    console.print(*parts, sep="\n")
    return "".join(f"{line.rstrip()}\n" for line in file.getvalue().splitlines())
