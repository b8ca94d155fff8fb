"""The use case: logs are opened, and audited, planned for, or looked into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from auditor.config import DETECTORS, Settings
from auditor.errors import AuditError
from auditor.finding import Report
from auditor.opening import LogPaths, opened
from auditor.rollup import Progress, Rollups

if TYPE_CHECKING:
    from auditor.auditing import Inspection
    from auditor.plan import Asked, Plan

# What every audit rests on, whatever else it counts.
FOUNDATION = "outcome_counts"


def scan(logs: LogPaths, settings: Settings, progress: Progress, database: Path | None = None) -> Report:
    """Audits the logs of one fleet. Raises AuditError if it cannot be done, NothingToAudit if there is nothing."""
    if database is not None and settings.engine == "spark":
        raise AuditError(
            "--database would bring the log from the cluster to this machine.",
            "Leave one of --database, --engine spark out.",
        )
    started = datetime.now(UTC)
    with _rolled_up(logs, settings, progress, FOUNDATION) as rollups:
        from auditor.auditing import audit

        return audit(rollups, settings, progress, started, database)


def plan(logs: LogPaths, settings: Settings, progress: Progress, asked: Asked) -> Plan:
    """Audits the logs of one fleet as `scan` does, and plans the exploration that its models need."""
    started = datetime.now(UTC)
    with _rolled_up(logs, settings, progress, FOUNDATION) as rollups:
        from auditor.auditing import planned

        return planned(rollups, settings, started, asked)


def inspect(logs: LogPaths, settings: Settings, progress: Progress) -> Inspection:
    """What the logs are taken for, and what each detector could say of them."""
    with _rolled_up(logs, settings, progress, "retrains") as rollups:
        from auditor.auditing import inspection

        return inspection(rollups)


@contextmanager
def _rolled_up(logs: LogPaths, settings: Settings, progress: Progress, first: str) -> Iterator[Rollups]:
    """The logs, with one rollup counted.

    What audits them is loaded while the engine reads and counts that: it takes as long as a small log does.
    """
    _check_selection(settings)
    loading = Thread(target=import_module, args=("auditor.auditing",), name="loading")
    loading.start()
    try:
        with opened(logs, settings, progress) as intake:
            rollups = Rollups(intake, progress, settings.feedback)
            rollups.build(first)
            loading.join()
            yield rollups
    finally:
        loading.join()


def _check_selection(settings: Settings) -> None:
    unknown = [each for each in settings.select if each not in DETECTORS]
    if unknown:
        raise AuditError(f"there is no detector {unknown[0]!r}", f"the detectors are {', '.join(DETECTORS)}")
