"""Drift and concentration as this audit tells them, beside what other measures say of the same draws.

Two retrains of one distribution, distributions that really moved, and loops that narrow. Every other measure is given
the first and the last retrain of a model; retrain-drift and impression-gini see all four, in a fleet of its kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from auditor.config import Settings
from auditor.detectors import Outcome, run
from tests.calibration.peer_measures import DRIFT, GINI, drifted, shown_gini
from tests.calibration.peer_worlds import KINDS, Drawn, Kind
from tests.detectors.counted import Fleet

SEED = 12_500_000
ITEMS = (100, 1_000, 20_000)
VOLUMES = (5_000, 50_000, 500_000, 5_000_000)
MODELS, MODELS_SLICE = 40, 8
ALARM = {"medium", "high"}
OURS = {"drift": "retrain-drift", "concentration": "impression-gini"}
SELECTED = Settings(select=tuple(OURS.values()))

Row = dict[str, Any]


def compute(slice: bool, seed: int = SEED) -> list[Row]:  # noqa: A002 - the word of all parts
    """A row for each kind, number of outcomes and volume: how many of its models each measure speaks up about."""
    items, volumes = (ITEMS[:2], VOLUMES[:2]) if slice else (ITEMS, VOLUMES)
    models = MODELS_SLICE if slice else MODELS
    return [
        row(kind, size, volume, models, seed + 1_000 * place)
        for place, (size, volume) in enumerate((size, volume) for size in items for volume in volumes)
        for kind in KINDS
    ]


def row(kind: Kind, items: int, volume: int, models: int, seed: int) -> Row:
    """How many of so many models of one kind each measure speaks up about, and the truth of them on average."""
    drawn = [kind.draw(items, volume, seed + number) for number in range(models)]
    said = [drifted(each.exposures[0], each.exposures[-1]) for each in drawn]
    return {
        "kind": kind.name,
        "moved": kind.moved,
        "items": items,
        "exposures": volume,
        "models": models,
        "bits": float(np.mean([each.bits for each in drawn])),
        "gini": float(np.mean([each.gini for each in drawn])),
        **_told(audited(drawn, seed)),
        **{name: sum(each[name] for each in said) for name in DRIFT},
        "shown_gini": sum(shown_gini(each.exposures[-1]) > GINI for each in drawn),
    }


def audited(drawn: Iterable[Drawn], seed: int) -> Outcome:
    """What the audit says of the models, as one fleet."""
    fleet = Fleet(seed)
    for number, each in enumerate(drawn):
        fleet.add_counts(f"m{number:03}", each.exposures, each.clicks)
    rollups = fleet.rollups()
    rollups.connection.execute("SET threads = 1")
    return run(rollups, SELECTED)


def _told(outcome: Outcome) -> dict[str, int]:
    """Findings of either detector: of any severity, and of medium or above; and how often it could not tell."""
    found = [(each.detector, each.severity in ALARM) for each in outcome.findings]
    skipped = [each.detector for each in outcome.skips]
    told = {}
    for name, detector in OURS.items():
        medium = found.count((detector, True))
        told[name] = found.count((detector, False)) + medium
        told[f"{name}_medium"] = medium
        told[f"{name}_skipped"] = skipped.count(detector)
    return told


LABELS: Mapping[str, str] = {
    "drift": "retrain-drift",
    "drift_medium": "the same, medium",
    "drift_skipped": "it cannot tell",
    "js_nats": "JS distance 0.1 (nats)",
    "js_bits": "JS distance 0.1 (base 2)",
    "psi_10": "PSI 0.1",
    "psi_25": "PSI 0.25",
    "chi_square": "chi-square p < 0.05",
}
CONCENTRATED: Mapping[str, str] = {
    "concentration": "impression-gini",
    "concentration_medium": "the same, medium",
    "shown_gini": "Gini of what is shown over 0.5",
}


def table(rows: Sequence[Row]) -> str:
    """Three tables in Markdown: all in short, drift and concentration by kind, outcomes and volume."""
    return "\n\n".join(
        (
            _summary(rows),
            "Drift. `bits` is the divergence of the distributions themselves; shares are of models.",
            _by_cell(rows, {"bits": "bits"}, LABELS),
            "Concentration. `Gini` is that of the distribution itself, over the whole catalogue. By itself it is no "
            "fault: impression-gini is medium only where logged propensities are weak, and these logs have none.",
            _by_cell(rows, {"gini": "Gini"}, CONCENTRATED),
        )
    )


def _summary(rows: Sequence[Row]) -> str:
    """Of each measure of drift: false alarms in all cells and in the worst, and what it finds of what moved."""
    alike, moved = ([row for row in rows if row["moved"] is kind] for kind in (False, True))
    lines = [
        (label, _share(alike, name), _worst(alike, name),
         _share(moved, name))
        for name, label in LABELS.items()
    ]  # fmt: skip
    return _markdown(("says drift", "same distribution twice", "in the worst cell", "moved or narrowed"), lines)


def _by_cell(rows: Sequence[Row], truth: Mapping[str, str], labels: Mapping[str, str]) -> str:
    head = ("models", "outcomes", "exposures a retrain", *truth.values(), *labels.values())
    lines = [
        (row["kind"], f"{row['items']:,}", f"{row['exposures']:,}", *(f"{row[name]:.3f}" for name in truth),
         *(_share([row], name) for name in labels))
        for row in rows
    ]  # fmt: skip
    return _markdown(head, lines)


def _share(rows: Sequence[Row], name: str) -> str:
    of = sum(row["models"] for row in rows)
    return f"{100 * sum(row[name] for row in rows) / of:.0f}%" if of else "-"


def _worst(rows: Sequence[Row], name: str) -> str:
    return _share([max(rows, key=lambda row: row[name] / row["models"])] if rows else [], name)


def _markdown(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    ruler = ["---", *("--:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ruler, *lines))
