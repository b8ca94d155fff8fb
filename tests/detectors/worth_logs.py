"""Logs of exposures, clicks and what the clicks were worth, drawn outcome by outcome."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

START = np.datetime64("2026-01-05", "us")
WEEK = np.timedelta64(7, "D")


@dataclass(frozen=True)
class Counts:
    """What one model got: arrays of (retrains, outcomes)."""

    exposures: np.ndarray
    clicks: np.ndarray
    purchases: np.ndarray


def drawn(seed, shares, click_rates, worth, volume=6_000) -> Counts:
    """`shares` of the exposures of each retrain, click rates, and purchases a click: (retrains, outcomes), or alike."""
    rng = np.random.default_rng(seed)
    shape = np.broadcast_shapes(shares.shape, click_rates.shape, worth.shape)
    shares = np.broadcast_to(shares, shape)
    exposures = np.stack([rng.multinomial(volume, each / each.sum()) for each in shares])
    clicks = rng.binomial(exposures, np.clip(np.broadcast_to(click_rates, shape), 0, 1))
    return Counts(exposures, clicks, rng.binomial(clicks, np.clip(np.broadcast_to(worth, shape), 0, 1)))


def rows(name, counts):
    """One row an exposure, with `clicked` and `bought` beside the columns of the log."""
    retrain, item = (np.repeat(each.ravel(), counts.exposures.ravel()) for each in np.indices(counts.exposures.shape))
    place = np.concatenate([np.arange(n) for n in counts.exposures.ravel()])
    clicks, purchases = (
        np.repeat(each.ravel(), counts.exposures.ravel()) for each in (counts.clicks, counts.purchases)
    )
    exposures = {
        "model_id": np.full(len(item), name),
        "model_version": np.char.add("v", retrain.astype(str)),
        "request_id": np.char.add(f"{name}-", np.arange(len(item)).astype(str)),
        "timestamp": START + retrain * WEEK + (place * 60 % 600_000).astype("timedelta64[s]"),
        "item_id": item,
    }
    return exposures, place < clicks, place < purchases


def events(exposures, chosen, event, value=None):
    """Feedback of one kind on the chosen rows."""
    told = {column: exposures[column][chosen] for column in ("request_id", "item_id", "timestamp")}
    size = int(chosen.sum())
    values = np.full(size, np.nan) if value is None else np.broadcast_to(value, size)
    return {**told, "event": np.full(size, event), "value": np.where(np.isnan(values), None, values).astype(object)}


def shop(name, counts):
    """A log of clicks and purchases."""
    exposures, clicked, bought = rows(name, counts)
    return exposures, together(events(exposures, clicked, "click"), events(exposures, bought, "purchase"))


def together(*logs):
    """Several logs of the same columns as one."""
    return {column: np.concatenate([log[column] for log in logs]) for column in logs[0]}
