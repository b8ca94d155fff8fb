"""The page with all tables: every world, volume, detector and verdict of the grid."""

from __future__ import annotations

from collections.abc import Callable

from tests.calibration.alarm_tables import by_detector, by_scan, every_alarm, false_alarms
from tests.calibration.claims import claims, table
from tests.calibration.lay_out import Table, markdown
from tests.calibration.log_tables import damaged, planted, skipped, thresholds, unsaid
from tests.calibration.power_tables import areas, implied, opened, power, power_by_detector
from tests.calibration.tally import Tally

SECTIONS: tuple[tuple[str, str, Callable[[Tally], Table]], ...] = (
    (
        "False alarms by world and volume",
        "Models with any finding of medium or above, in healthy and in mixed fleets; in brackets the interval.",
        false_alarms,
    ),
    ("False alarms by detector and volume", "The same models.", by_detector),
    ("Every false alarm", "Each cell of the grid that has any.", every_alarm),
    ("Scans of a healthy fleet", "Fleets of 120 models in which there is nothing to find.", by_scan),
    (
        "Power: what is said of each loop",
        "Share that is `at risk` or worse, its interval, and the share that is `starved`. Cannot tell: the interval "
        "overlaps with that of healthy models of the same volume and size; what is said all the same follows.",
        power,
    ),
    (
        "Power by detector",
        "Loops of 4 and 6 retrains, all sizes: share with a finding of medium or above/of any severity.",
        power_by_detector,
    ),
    (
        "Loops that randomised exposures open",
        "4 and 6 retrains: `starved` / `at risk` / `not auditable`; the rest is healthy.",
        opened,
    ),
    (
        "Exploration that is not logged",
        "Share of models whose exploration is told within a third of the truth, of those in which it is told.",
        implied,
    ),
    (
        "Ranking by risk",
        "Chance that a loop has the larger risk than a healthy model, both of mixed fleets (AUROC).",
        areas,
    ),
    ("Where no verdict is given", "Share of models that are `not auditable`.", unsaid),
    (
        "Silence by detector",
        "Share of models of which a detector says that the log cannot tell. Counts have no users, labels, metrics, "
        "propensities or second events.",
        skipped,
    ),
    ("Whole scans of written logs", "What is planted, and whether it is found.", planted),
    ("Damaged logs", "The same models, with something wrong with the log: verdicts.", damaged),
)


def document(tally: Tally, peers: str, provenance: str) -> str:
    """The whole page."""
    parts = [provenance, f"## What calibration must show\n\n{table(claims(tally))}\n"]
    for title, note, rows in SECTIONS:
        if body := markdown(rows(tally)):
            parts.append(f"## {title}\n\n{note}\n\n{body}\n")
    if peers:
        parts.append(f"## Beside other measures of drift and concentration\n\n{peers.strip()}\n")
    parts.append(f"## Thresholds in force\n\n{markdown(thresholds())}\n")
    return "\n".join(parts)
