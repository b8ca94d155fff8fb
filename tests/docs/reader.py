"""A reader's machine: a home, the sample logs, `audit` on the PATH. What the README says is run there."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).parents[2]
MINIMAL_PATH = "/usr/bin:/bin"
# Where the program jq is missing, the library of the same name reads the same recipes.
JQ = """#!{python}
import sys, jq
print(jq.compile(sys.argv[-1]).input_text(sys.stdin.read()).text())
"""


@dataclass(frozen=True)
class Machine:
    """A home folder with a folder `work` in it."""

    home: Path
    ran: dict[str, subprocess.CompletedProcess[str]] = field(default_factory=dict, compare=False)

    @property
    def work(self) -> Path:
        return self.home / "work"

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Runs a line of shell in `work`, where nobody sits at a terminal; the same line once only."""
        if command not in self.ran:
            path = f"{self.home / 'bin'}:{os.environ['PATH']}"
            self.ran[command] = self._run(command, {"PATH": path, "PYTHONUTF8": "1"}, self.work)
        return self.ran[command]

    def run_by_cron(self, command: str) -> subprocess.CompletedProcess[str]:
        """Runs `command` as cron would: in the home folder, with next to nothing in the environment."""
        return self._run(command, {"PATH": MINIMAL_PATH, "SHELL": "/bin/sh"}, self.home)

    def _run(self, command: str, environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=folder,
            env={"HOME": str(self.home), **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            start_new_session=True,
            check=False,
        )

    def install(self, path: Path) -> None:
        """Puts the program `audit` there."""
        python, project = shlex.quote(sys.executable), shlex.quote(str(PROJECT))
        _write_program(path, f'#!/bin/sh\nPYTHONPATH={project} exec {python} -m auditor "$@"\n')


def new_machine(home: Path, logs: dict[str, str]) -> Machine:
    """A machine with the sample logs and `logs` in its `work`."""
    machine = Machine(home)
    machine.work.mkdir(parents=True)
    (machine.work / "sample_logs").symlink_to(PROJECT / "sample_logs")
    for name, text in logs.items():
        (machine.work / name).write_text(text, encoding="utf-8")
    machine.install(home / "bin" / "audit")
    if shutil.which("jq") is None:
        _write_program(home / "bin" / "jq", JQ.format(python=sys.executable))
    return machine


def _write_program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
