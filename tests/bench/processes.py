"""What a process costs: its wall time, its memory, what it printed, and why it failed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from threading import Timer
from time import perf_counter

PROJECT = Path(__file__).resolve().parents[2]
NOTHING_AUDITED = 3  # without a catalogue, a scan may say just that
TO_MEGABYTES = 2**20 if sys.platform == "darwin" else 2**10
KILLED = -9
NO_MEMORY = ("MemoryError", "bad_alloc", "Unable to allocate")
LIMITED = ("sh", "-c", 'ulimit -v "$0" && exec "$@"')


@dataclass(frozen=True)
class Run:
    """One process: seconds from start to end, its largest resident set in MB, its output, why it failed if it did."""

    wall: float
    peak: float
    told: str = ""
    failed: str = ""

    def __str__(self) -> str:
        return f"{self.wall:8.2f} s {self.peak:6.0f} MB"


def run(*arguments: str) -> Run:
    """Runs `python -m ARGUMENTS` in the project folder; ends the benchmark where it fails."""
    ran = module(*arguments)
    if ran.failed:
        raise SystemExit(f"{' '.join(arguments)}: {ran.failed}")
    return ran


def module(*arguments: str) -> Run:
    """Runs `python -m ARGUMENTS` in the project folder, and waits for it."""
    return execute([sys.executable, "-m", *arguments], fine=(0, NOTHING_AUDITED))


def execute(
    command: Sequence[str], fine: Sequence[int] = (0,), seconds: float | None = None, gigabytes: float | None = None
) -> Run:
    """Runs `command` in the project folder; it fails beyond so many seconds, or so many GB of addresses."""
    limited = [*LIMITED, str(int(gigabytes * 2**20)), *command] if gigabytes else command
    with TemporaryFile("w+") as told, TemporaryFile("w+") as complained:
        started = perf_counter()
        process = subprocess.Popen(limited, cwd=PROJECT, stdout=told, stderr=complained)
        code, peak = _wait(process, seconds)
        wall = perf_counter() - started
        told.seek(0)
        complained.seek(0)
        if code in fine:
            return Run(wall, peak, told.read())
        late = seconds is not None and wall >= seconds
        failed = f"out of time ({seconds:.0f} s)" if late else _failure(code, complained.read())
        return Run(wall, peak, told.read(), failed)


def _wait(process: subprocess.Popen[bytes], seconds: float | None) -> tuple[int, float]:
    """Its exit code and peak in MB; killed after so many seconds."""
    alarm = Timer(seconds or 0, process.kill)
    if seconds:
        alarm.start()
    _, status, usage = os.wait4(process.pid, 0)
    alarm.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_maxrss / TO_MEGABYTES


def _failure(code: int, complaint: str) -> str:
    if code == KILLED or any(sign in complaint for sign in NO_MEMORY):
        return "out of memory"
    return f"ended with {code}: {complaint.strip().rpartition(chr(10))[2]}"
