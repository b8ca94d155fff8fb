"""Logs that are open: roll up, detect, rank, report."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

import auditor
from auditor.config import Settings
from auditor.detectors import BATTERY, Outcome, Want, auditability, outcome_starvation, reasons, run
from auditor.finding import InputSummary, Report
from auditor.ingest import Intake
from auditor.rank import rank, summarise
from auditor.rollup import Progress, Rollups, leave

if TYPE_CHECKING:
    from auditor.plan import Asked, Plan


@dataclass(frozen=True)
class Ability:
    """What one detector can say of a log: `can` is yes, partly or no; `unlock` names what would give it the rest."""

    detector: str
    can: str
    says: str
    unlock: str


@dataclass(frozen=True)
class Inspection:
    """What the logs were taken for."""

    inputs: tuple[InputSummary, ...]
    attribution: str
    retrains_from: str
    window: Mapping[str, Any]
    abilities: tuple[Ability, ...] = field(default=())


def audit(
    rollups: Rollups, settings: Settings, progress: Progress, started: datetime, database: Path | None = None
) -> Report:
    """The report on logs that are open; they, and what is counted of them, are left in `database`."""
    report = _audited(rollups, settings, started)
    if database is not None:
        with progress.phase(f"writing {database}", rollups.connection):
            leave(rollups, database)
    return report


def planned(rollups: Rollups, settings: Settings, started: datetime, asked: Asked) -> Plan:
    """The plan for what an audit of logs that are open finds."""
    from auditor.plan import plan  # noqa: PLC0415 - scans do not need it

    if settings.select:  # what the log lacks is part of a plan
        settings = replace(settings, select=(*settings.select, auditability.DETECTOR.id))
    report = _audited(rollups, settings, started)
    starvation = outcome_starvation.DETECTOR.tuned(settings.thresholds.get(outcome_starvation.DETECTOR.id, {}))
    return plan(rollups, report, replace(asked, closed=starvation.closed))


def inspection(rollups: Rollups) -> Inspection:
    """What logs that are open were taken for."""
    intake, window = rollups.intake, _window(rollups)
    abilities = tuple(_ability(detector.id, detector.title, detector.wants, rollups) for detector in BATTERY)
    return Inspection(intake.inputs, intake.attribution, intake.retrains_from, window, abilities)


def _audited(rollups: Rollups, settings: Settings, started: datetime) -> Report:
    intake, outcome = rollups.intake, run(rollups, settings)
    models = rank(volumes(rollups), outcome.findings, outcome.skips, outcome.measures)
    places = {model.model_id: model.rank for model in models}
    findings = sorted(outcome.findings, key=lambda each: (-each.severity.order, places[each.model_id], each.detector))
    return Report(
        run_id=_run_id(started, intake),
        started_at=started.isoformat(timespec="seconds"),
        tool={
            "name": "auditor",
            "version": auditor.__version__,
            "duckdb": duckdb.__version__,
            "polars": pl.__version__,
        },
        inputs=intake.inputs,
        window=_window(rollups),
        settings=_settings(settings),
        summary=summarise(models, outcome.findings, outcome.withdrawn),
        models=models,
        findings=tuple(findings),
        skips=tuple(sorted(outcome.skips, key=lambda skip: (places[skip.model_id], skip.detector))),
        warnings=(*intake.warnings, *_warnings(intake, outcome)),
    )


def volumes(rollups: Rollups) -> list[dict[str, Any]]:
    """Exposures, feedback, outcomes and retrains of every model."""
    names = rollups.frame("retrains").select("model", "model_id").unique()
    last = pl.col("retrain") == pl.col("retrain").max().over("model")
    windows = rollups.frame("windows")
    sizes = windows.filter(last).select("model", "outcomes")
    totals = windows.group_by("model").agg(
        exposures=pl.col("exposures").sum(),
        feedback=pl.when("labels").then("labelled").otherwise("clicks").sum(),
        retrains=pl.len(),
    )
    return names.join(totals, on="model").join(sizes, on="model").sort("model").to_dicts()


def _window(rollups: Rollups) -> dict[str, Any]:
    frame = rollups.frame("retrains")
    start, end = frame["first_at"].min(), frame["last_at"].max()
    return {
        "start": start.isoformat() if isinstance(start, datetime) else None,
        "end": end.isoformat() if isinstance(end, datetime) else None,
        "attribution": rollups.intake.attribution,
        "retrains_from": rollups.intake.retrains_from,
    }


def _run_id(started: datetime, intake: Intake) -> str:
    files = "\n".join(name for given in intake.inputs for name in given.files)
    return hashlib.sha256(f"{started.isoformat()}\n{files}".encode()).hexdigest()[:16]


def _settings(settings: Settings) -> dict[str, dict[str, Any]]:
    """Each setting with where it came from."""
    values = {name: value for name, value in asdict(settings).items() if name not in {"sources", "thresholds"}}
    if settings.spark_remote:  # what follows may be a token
        values["spark_remote"] = settings.spark_remote.partition(";")[0]
    told = {name: {"value": value, "source": settings.sources.get(name, "default")} for name, value in values.items()}
    for detector in BATTERY:
        for name, value, _ in reasons(detector.tuned(settings.thresholds.get(detector.id, {}))):
            key = f"thresholds.{detector.id}.{name}"
            told[key] = {"value": value, "source": settings.sources.get(key, "default")}
    return told


def _warnings(intake: Intake, outcome: Outcome) -> list[str]:
    told = []
    if intake.attribution == "none":
        told.append("no feedback could be matched to exposures: verdicts rest on exposures alone")
    if outcome.withdrawn:
        one = outcome.withdrawn == 1
        told.append(
            f"{outcome.withdrawn:,} {'finding' if one else 'findings'} could be chance among so many models"
            f" and {'was' if one else 'were'} withdrawn"
        )
    return told


def _ability(detector: str, title: str, wants: tuple[Want, ...], rollups: Rollups) -> Ability:
    missing = [want for want in wants if not _granted(want, rollups)]
    if not missing:
        return Ability(detector, "yes", title, "")
    can = "no" if any(want.essential for want in missing) else "partly"
    return Ability(detector, can, "; ".join(want.without for want in missing), " and ".join(map(_unlock, missing)))


def _granted(want: Want, rollups: Rollups) -> bool:
    """Feedback may be joined to the exposures, and retrains cut from the calendar."""
    return (
        rollups.has(want.column, want.role)
        or (want.role == "feedback" and rollups.intake.attribution == "joined")
        or (want.column == "model_version" and rollups.intake.retrains_from == "calendar")
    )


def _unlock(want: Want) -> str:
    if want.role != "exposures":
        return f"a {want.role} log"
    return "`model_version` or --retrain-every" if want.column == "model_version" else f"`{want.column}`"
