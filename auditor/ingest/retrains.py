"""Where a log does not say which retrain chose an outcome: calendar windows, or one for all."""

from __future__ import annotations

from collections.abc import Set

from auditor.config import Settings
from auditor.errors import AuditError
from auditor.ingest.durations import seconds_of

FIRST_MONDAY = 345600
DAY = 86400
WHOLE_LOG = "all"


def retrains_from(columns: Set[str], settings: Settings) -> str:
    """model_version, calendar or none. Raises AuditError for calendar windows over a log without times."""
    if "model_version" in columns:
        return "model_version"
    if settings.retrain_every is None:
        return "none"
    if "timestamp" not in columns:
        raise AuditError(
            "--retrain-every needs times, and the exposure log has no timestamp column.",
            "Say which column it is with --map timestamp=COLUMN, or leave --retrain-every out.",
        )
    return "calendar"


def version_sql(origin: str, settings: Settings) -> str:
    """SQL of `model_version`. A calendar window is named by its start, ISO 8601 in UTC.

    Windows are cut from Monday 1970-01-05 on, so that weeks begin on Mondays.
    """
    if origin == "model_version":
        return "model_version"
    if origin == "none" or settings.retrain_every is None:
        return f"'{WHOLE_LOG}'"
    length = seconds_of(settings.retrain_every, "--retrain-every")
    elapsed = f'epoch_us("timestamp") // 1000000 - {FIRST_MONDAY}'
    start = f"make_timestamp((({elapsed}) // {length} * {length} + {FIRST_MONDAY}) * 1000000)"
    if length % DAY == 0:
        return f"CAST(CAST({start} AS DATE) AS VARCHAR)"
    return f"replace(CAST({start} AS VARCHAR), ' ', 'T')"
