"""What was said of one simulated model whose truth is known: the unit that all tables of calibration count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from auditor.finding import Finding, ModelReport, Skip


@dataclass(frozen=True)
class World:
    """One cell of the grid: models that differ in their seeds alone.

    `kind` is 'null' (no loop: a finding of medium or above is a false alarm), 'explored' (a loop that randomised
    exposures keep open), 'narrowing' (at risk or worse is right) or 'closed' (starved is right). `expects` names the
    detectors that are right to report it whatever its kind. `strength` says how strong the fault is, '' for a null;
    `exposures` are those of one retrain; `damage` is what is wrong with the log, '' where nothing is.
    """

    name: str
    kind: str
    exposures: int
    items: int
    retrains: int
    strength: str = ""
    damage: str = ""
    expects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """One model: its world, the fleet it was scanned in, its verdict, its risk and what each detector said.

    `heard` maps a detector to 'low', 'medium', 'high', 'silent' or 'skipped'; `truth` holds planted numbers
    (explored share), `told` what the scan says of the same.
    """

    world: World
    fleet: int
    model_id: str
    verdict: str
    risk: float | None
    heard: Mapping[str, str]
    truth: Mapping[str, float] = field(default_factory=dict)
    told: Mapping[str, float | None] = field(default_factory=dict)


def heard_of(
    model: ModelReport, findings: Sequence[Finding], skips: Sequence[Skip], detectors: Sequence[str]
) -> dict[str, str]:
    """What each detector said of one model; `findings` and `skips` are the whole fleet's."""
    said = dict.fromkeys(detectors, "silent")
    said |= {each.detector: "skipped" for each in skips if each.model_id == model.model_id}
    said |= {each.detector: each.severity for each in findings if each.model_id == model.model_id}
    return said
