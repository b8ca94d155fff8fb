"""What this machine, or the container on it, lets a process have."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

# What runs beside the engine needs some too: the frames of the detectors, and whatever else the host does.
ENGINE_SHARE = 0.6
UNLIMITED = 2**60
ROOT = Path("/")


def memory_for_the_engine(root: Path = ROOT) -> str | None:
    """Six tenths of the memory that there is, as DuckDB writes sizes; None where that is not known."""
    limits = [*_limits("memory", ("memory.max", "memory.limit_in_bytes"), root), *_installed(root)]
    known = [limit for limit in limits if 0 < limit < UNLIMITED]
    return f"{int(min(known) * ENGINE_SHARE) // 2**20}MiB" if known else None


def threads_for_the_engine(root: Path = ROOT) -> int:
    """Processors that this process may run on, by affinity and by the quota of its control group; at least 1."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([allowed, *(round(quota) for quota in _quotas(root))]))


def _installed(root: Path) -> Iterator[int]:
    """MemTotal of Linux; elsewhere, the engine finds out by itself."""
    for line in _lines(root / "proc/meminfo"):
        if line.startswith("MemTotal:"):
            yield int(line.split()[1]) * 1024


def _quotas(root: Path) -> Iterator[float]:
    for folder in _groups("cpu", root):
        written = " ".join(_lines(folder / "cpu.max")).split()
        if not written:
            written = [*_lines(folder / "cpu.cfs_quota_us"), *_lines(folder / "cpu.cfs_period_us")]
        if len(written) == 2 and written[0].isdigit() and int(written[1]) > 0:
            yield int(written[0]) / int(written[1])


def _limits(controller: str, names: tuple[str, ...], root: Path) -> Iterator[int]:
    for folder in _groups(controller, root):
        for name in names:
            yield from (int(line) for line in _lines(folder / name) if line.isdigit())


def _groups(controller: str, root: Path) -> Iterator[Path]:
    """Folders of the control groups of this process and of all above them: the tightest limit holds.

    Source: proc/self/cgroup and the files of both versions, cgroups(7).
    """
    for line in _lines(root / "proc/self/cgroup"):
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        mount = root / "sys/fs/cgroup" / controllers
        for group in (PurePosixPath(path), *PurePosixPath(path).parents):
            yield mount / str(group).lstrip("/")


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
