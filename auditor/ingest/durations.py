"""Lengths of time as people write them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from auditor.config import Settings
from auditor.errors import AuditError

LONGEST = 100 * 366 * 86400
DURATION = re.compile(r"\s*(\d{1,12}(?:\.\d{1,9})?)\s*([a-z]+)\s*", re.IGNORECASE)
UNITS: Mapping[str, int] = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1),
    **dict.fromkeys(("min", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86400),
    **dict.fromkeys(("w", "week", "weeks"), 604800),
}


def seconds_of(duration: str, setting: str) -> int:
    """`duration` ('7d', '24h', '1w', '30d', '90s', '15min') in whole seconds.

    Raises AuditError, naming `setting`, for anything else and for less than a second.
    """
    match = DURATION.fullmatch(duration)
    unit = UNITS.get(match[2].lower()) if match else None
    seconds = round(float(match[1]) * unit) if match and unit else 0
    if 1 <= seconds <= LONGEST:
        return seconds
    hint = "Write a number and a unit: 7d, 24h, 1w, 15min, 90s."
    if match and match[2].lower() in ("m", "mo", "month", "months"):
        hint = "Months and minutes are not told apart: write 30d or 15min."
    raise AuditError(f"{setting}: {duration!r} is not a length of time.", hint)


def check_durations(settings: Settings) -> None:
    """Raises AuditError for a setting that is no length of time, whether this audit uses it or not."""
    seconds_of(settings.attribution_window, "--attribution-window")
    if settings.retrain_every is not None:
        seconds_of(settings.retrain_every, "--retrain-every")
