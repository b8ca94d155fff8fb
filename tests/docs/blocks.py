"""The README's blocks of code: commands with the exit codes that it states, their output, and the files it shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from reader import PROJECT

README = PROJECT / "README.md"
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXITS = re.compile(r"# exits (\d+)")
PROMPT = "$ "
INSTALLING = "python3 -m pip install "


def readme() -> str:
    return README.read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return [text for kind, _, text in BLOCK.findall(readme()) if kind == language]


def shown_logs() -> dict[str, str]:
    """The logs that the README shows: blocks with a file's name beside the language."""
    return {name.strip(): text for kind, name, text in BLOCK.findall(readme()) if kind == "csv"}


def commands(block: str) -> Iterator[tuple[str, int]]:
    """Each command of a block, on one line or more, with the exit code that is stated for it."""
    command = ""
    for line in block.splitlines(keepends=True):
        command += line
        if _is_whole(command):
            stated = EXITS.search(command)
            yield command.strip(), int(stated[1]) if stated else 0
            command = ""
    assert not command, f"quotes are never closed: {command}"


def transcript(block: str) -> tuple[str, str]:
    """The command of a console block, and what it printed."""
    first, _, output = block.partition("\n")
    assert first.startswith(PROMPT)
    return first.removeprefix(PROMPT), output


def _is_whole(command: str) -> bool:
    try:
        shlex.split(command, comments=True)
    except ValueError:
        return False
    return not command.endswith("\\\n")
