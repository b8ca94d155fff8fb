"""Logs in, relations out: what every count of the audit is taken from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from auditor.config import Settings
from auditor.errors import NothingToAudit
from auditor.finding import InputSummary
from auditor.ingest.attribution import JOINED, NONE, Matching, attribute, attribution_of, unit_of_halves, unknown_event
from auditor.ingest.canonical import REQUIRED
from auditor.ingest.columns import Recognition, check_maps, missing, recognise
from auditor.ingest.durations import check_durations
from auditor.ingest.files import Source
from auditor.ingest.relations import Loader, create_rejected
from auditor.ingest.retrains import retrains_from
from auditor.ingest.rows import identifier_types, open_log
from auditor.ingest.scans import Log, reading

# A warning of clocks or ids that part: this share of the feedback without an exposure, and as many rows.
LOST_SHARE, LOST_ROWS = 0.1, 20
ROLES = ("exposures", "feedback", "catalogue", "metrics")
Opener = Callable[[Source, duckdb.DuckDBPyConnection], Log]


@dataclass(frozen=True)
class Intake:
    """The logs as relations in `connection`, and how they were understood.

    `columns` maps role to the canonical columns that its log really has; `attribution` is the key by which feedback
    found its exposure; `retrains_from` is model_version, calendar or none; `unit` the column for split halves;
    `named` the relation in which every outcome that was shown has its name.
    """

    connection: duckdb.DuckDBPyConnection
    inputs: tuple[InputSummary, ...]
    columns: Mapping[str, frozenset[str]]
    attribution: str
    retrains_from: str
    unit: str | None
    warnings: tuple[str, ...]
    named: str = "exposures"


def read(
    sources: Sequence[Source],
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    workspace: Path,
    opener: Opener = open_log,
) -> Intake:
    """Reads the logs and leaves their canonical relations in `connection`.

    Parquet stays where it is; text logs are parsed once into Parquet files in `workspace`, which must live as long as
    the relations do. `opener` opens the files of one role. Raises AuditError for logs that cannot be read or
    understood, NothingToAudit for empty ones.
    """
    connection.execute("SET TimeZone = 'UTC'")
    check_durations(settings)
    if not any(source.role == "exposures" for source in sources):
        raise NothingToAudit(
            "Only feedback was given: clicks alone cannot show what was not clicked.",
            "Export the exposure log (what was shown, clicked or not) and name it with --exposures.",
        )
    logs = {source.role: opener(source, connection) for source in sources}
    understood = _recognise(logs, settings)
    columns = {role: frozenset(one.theirs) for role, one in understood.items()}
    origin = retrains_from(columns["exposures"], settings)
    identifiers = identifier_types(logs, {role: one.theirs for role, one in understood.items()})
    loader = Loader(settings, connection, workspace, identifiers, origin)
    inputs = tuple(loader.load(logs[role], understood[role]) for role in ROLES if role in logs)
    for role in (role for role in ROLES if role not in logs):
        loader.create_empty(role)
    _refuse_nothing(inputs[0])
    create_rejected(inputs, connection)
    key = attribution_of(columns["exposures"], columns.get("feedback"))
    unit = unit_of_halves(columns["exposures"])
    with reading(logs["exposures"].source):
        matching = attribute(key, settings, connection, fed="feedback" in logs)
    warnings = [warning for one in understood.values() for warning in one.warnings]
    warnings += _warnings(settings, origin, key, matching, inputs)
    warnings += unknown_event(key, settings, connection)
    return Intake(connection, inputs, columns, key, origin, unit, tuple(warnings))


def _recognise(logs: Mapping[str, Log], settings: Settings) -> dict[str, Recognition]:
    check_maps(settings, {role: log.names for role, log in logs.items()})
    understood = {role: recognise(role, log.names, settings) for role, log in logs.items()}
    for role, one in understood.items():
        known = one.theirs.keys() | ({"model_id"} if settings.model_id else set())
        for canonical in REQUIRED[role]:
            if canonical not in known:
                raise missing(role, canonical, logs[role].names, logs[role].first_line)
    return understood


def _refuse_nothing(exposures: InputSummary) -> None:
    if exposures.rows_used == 0:
        said = "has columns and no rows" if exposures.rows_read == 0 else "has no row that can be used"
        raise NothingToAudit(f"The exposure log ({exposures.files[0]}) {said}.", "Check how it was exported.")


def _warnings(
    settings: Settings,
    origin: str,
    key: str,
    matching: Matching,
    inputs: Sequence[InputSummary],
) -> list[str]:
    found = []
    feedback = next((one for one in inputs if one.role == "feedback"), None)
    if settings.retrain_every and origin == "model_version":
        found.append("--retrain-every is not used: the exposure log has its own model_version.")
    if feedback and key == JOINED:
        found.append("The feedback log is not used: the exposure log carries its feedback already (clicked, reward).")
    elif feedback and key == NONE:
        found.append(
            "The two logs share no key, so all feedback counts as organic; request_id in both would join them."
        )
    elif feedback and feedback.rows_used and not matching.found:
        found.append(f"No feedback found its exposure by {key}: check that both logs mean the same by it.")
    elif feedback and not feedback.rows_used:
        found.append("The feedback log has no rows.")
    elif feedback and matching.lost >= max(LOST_ROWS, LOST_SHARE * matching.sought):
        found.append(
            f"{matching.lost:,} of {matching.sought:,} feedback rows found no exposure and count as organic:"
            " check that clocks and ids agree in both logs."
        )
    return found
