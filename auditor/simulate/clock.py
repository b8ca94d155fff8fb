"""When things happen: one retrain a week, in force from Monday, with a rhythm of day and night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from auditor.simulate.world import Counts, Floats

START = datetime(2026, 9, 7, tzinfo=UTC)
"""Midnight UTC of the Monday on which the first logged retrain takes over."""

WEEK = 7 * 86_400
"""Seconds that one retrain is in force."""

PEAK_HOUR, RHYTHM = 20.0, 0.8
"""Traffic over the day is 1 + RHYTHM * cos(hours from PEAK_HOUR)."""

MEDIAN_CLICK_SECONDS, CLICK_SPREAD, LATEST_CLICK = 25.0, 1.0, 1_800
"""Delay of a click: log-normal, cut at half an hour."""

LABEL_DAYS = (1.0, 5.0)
"""Delay of a label: uniform between these."""


def version(retrain: int) -> str:
    """The name of a retrain: the date on which it took over, like 2026-09-07."""
    return (START + timedelta(seconds=retrain * WEEK)).date().isoformat()


def takeover(retrain: int) -> int:
    """Seconds since 1970 (UTC) at which a retrain takes over."""
    return int(START.timestamp()) + retrain * WEEK


def moments(retrain: int, number: int, rng: np.random.Generator) -> Counts:
    """`number` times within one retrain's week, in seconds since 1970, in order."""
    grid = np.linspace(0.0, 86_400.0, 289)
    phase = 2.0 * np.pi * (grid / 3_600.0 - PEAK_HOUR) / 24.0
    busy = np.cumsum(1.0 + RHYTHM * np.cos(phase))
    busy = (busy - busy[0]) / (busy[-1] - busy[0])
    second = np.interp(rng.random(number), busy, grid)
    drawn = rng.integers(0, 7, number) * 86_400 + np.minimum(second, 86_399.0)
    return np.sort(takeover(retrain) + drawn.astype(np.int64))


def click_delays(number: int, rng: np.random.Generator) -> Counts:
    """Seconds from exposure to click."""
    delays: Floats = rng.lognormal(np.log(MEDIAN_CLICK_SECONDS), CLICK_SPREAD, number)
    return np.clip(delays, 1, LATEST_CLICK).astype(np.int64)


def label_delays(number: int, rng: np.random.Generator) -> Counts:
    """Seconds from decision to label."""
    return (rng.uniform(*LABEL_DAYS, number) * 86_400).astype(np.int64)
