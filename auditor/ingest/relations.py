"""The relations that the audit leaves in the engine, one input at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from auditor.config import Settings
from auditor.finding import InputSummary, Rejection
from auditor.ingest.canonical import COLUMNS, target_type
from auditor.ingest.columns import Recognition
from auditor.ingest.duplicates import find_duplicates
from auditor.ingest.policies import policy_sql
from auditor.ingest.quoting import identifier, literal
from auditor.ingest.rejected import Count, count_rejected, example_of, refuse_too_many
from auditor.ingest.retrains import version_sql
from auditor.ingest.rows import Rows, rows_of
from auditor.ingest.scans import Log, reading

DUPLICATE = "exact duplicate"
MANY_POLICIES = 1000
EVENTS = ("exposures", "feedback")
PROBES = ("timestamp", "item_id", "user_id", "position")


@dataclass(frozen=True)
class Loader:
    """Makes the relations of an input; what holds for all inputs of one audit."""

    settings: Settings
    connection: duckdb.DuckDBPyConnection
    workspace: Path
    identifiers: Mapping[str, str]
    origin: str

    def load(self, log: Log, recognition: Recognition) -> InputSummary:
        """Creates the relations of one input. Raises AuditError if too many of its rows cannot be used."""
        role = log.source.role
        rows = rows_of(log, recognition.theirs, self.identifiers, self.connection, self.workspace)
        with reading(log.source):
            view = self._create_view(role, rows, recognition)
            count = count_rejected(view, rows, self.connection)
            refuse_too_many(role, count, self.settings.max_bad_rows)
            self._create_used(role, recognition.theirs.keys(), rejects=bool(count.bad))
            copies = self._drop_copies(role, rows, recognition, count)
            self._publish(role)
        rejections = (*count.rejections, *copies)
        return InputSummary(
            role=role,
            files=log.source.files,
            format=log.source.format,
            columns=recognition.uses,
            unused_columns=recognition.unused,
            rows_read=count.rows,
            rows_used=count.rows - sum(one.rows for one in rejections),
            rejected=rejections,
        )

    def create_empty(self, role: str) -> None:
        """Creates the relations of an input that was not given."""
        nulls = ", ".join(f"CAST(NULL AS {self._type(one)}) AS {identifier(one)}" for one in COLUMNS[role])
        extra = "CAST(NULL AS VARCHAR) AS reject_reason, CAST(NULL AS BIGINT) AS row_id"
        view = f"ingest_{role}"
        self.connection.execute(f"CREATE OR REPLACE VIEW {view} AS SELECT {nulls}, {extra} LIMIT 0")
        self._create_used(role, ())
        self._publish(role)

    def _type(self, canonical: str) -> str:
        return target_type(canonical, self.identifiers)

    def _create_view(self, role: str, rows: Rows, recognition: Recognition) -> str:
        """The canonical columns, all of them, of every row read."""
        there = recognition.theirs.keys()
        columns = [f"{self._column(role, one, rows, one in there)} AS {identifier(one)}" for one in COLUMNS[role]]
        view = f"ingest_{role}"
        self.connection.execute(
            f"CREATE OR REPLACE VIEW {view} AS SELECT {', '.join(columns)},"
            f" reject_reason, example, source_file, row_id FROM ({rows.select})"
        )
        return view

    def _column(self, role: str, canonical: str, rows: Rows, there: bool) -> str:
        if canonical == "model_id" and self.settings.model_id and role != "catalogue":
            return literal(self.settings.model_id)
        if canonical == "model_version" and role == "exposures":
            return version_sql(self.origin, self.settings)
        if canonical == "policy" and there:
            query = f"SELECT DISTINCT policy FROM ({rows.select}) LIMIT {MANY_POLICIES}"
            found = [str(value) for (value,) in self.connection.execute(query).fetchall() if value is not None]
            return policy_sql(found, self.settings)
        return identifier(canonical) if there else f"CAST(NULL AS {self._type(canonical)})"

    def _drop_copies(self, role: str, rows: Rows, recognition: Recognition, count: Count) -> tuple[Rejection, ...]:
        """Takes exact duplicates out of the rows that count."""
        if role not in EVENTS:
            return ()
        columns = [one for one in COLUMNS[role] if one in recognition.theirs]
        cheap = [one for one in PROBES if one in columns and self._type(one) != "VARCHAR"]
        cheap = cheap if "timestamp" in cheap else []
        table = find_duplicates(f"ingest_{role}_used", columns, cheap, count.rows, self.connection)
        if table is None:
            return ()
        self._create_used(role, recognition.theirs.keys(), rejects=bool(count.bad), duplicates=table)
        copies, first = self.connection.execute(f"SELECT count(*), min(row_id) FROM {table}").fetchall()[0]
        example = example_of(f"ingest_{role}", rows, int(first), self.connection)
        return (Rejection(DUPLICATE, int(copies), example),)

    def _create_used(
        self, role: str, there: Collection[str], *, rejects: bool = False, duplicates: str | None = None
    ) -> None:
        """The rows that count, with their row_id; a condition only where it takes something out."""
        view = f"ingest_{role}"
        conditions = ["reject_reason IS NULL"] if rejects else []
        if duplicates:
            conditions.append(f"NOT EXISTS (FROM {duplicates} AS copies WHERE copies.row_id = {view}.row_id)")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        used = f"SELECT {_listed(role)}, row_id FROM {view}{where}"
        if role == "feedback":
            used = self._kept(used, there)
        self.connection.execute(f"CREATE OR REPLACE VIEW {view}_used AS {used}")

    def _kept(self, used: str, there: Collection[str]) -> str:
        """Feedback as a table: it is small, and looked at more than once. The columns that it lacks take no place."""
        kept = [one for one in COLUMNS["feedback"] if one in there or (one == "model_id" and self.settings.model_id)]
        listed = ", ".join(map(identifier, (*kept, "row_id")))
        self.connection.execute(f"CREATE OR REPLACE TABLE ingest_feedback_kept AS SELECT {listed} FROM ({used})")
        columns = (
            identifier(one) if one in kept else f"CAST(NULL AS {self._type(one)}) AS {identifier(one)}"
            for one in COLUMNS["feedback"]
        )
        return f"SELECT {', '.join(columns)}, row_id FROM ingest_feedback_kept"

    def _publish(self, role: str) -> None:
        """The relations that the audit counts on. Exposures stay a view; what is small becomes a table."""
        columns, view = _listed(role), f"ingest_{role}"
        execute = self.connection.execute
        if role in EVENTS:
            execute(f"CREATE OR REPLACE VIEW {role}_read AS SELECT {columns}, reject_reason FROM {view}")
        if role == "exposures":
            execute(f"CREATE OR REPLACE VIEW exposures AS SELECT {columns} FROM {view}_used")
        elif role == "feedback":
            execute(f"CREATE OR REPLACE VIEW feedback AS SELECT {columns}, row_id AS feedback_row FROM {view}_used")
        else:
            execute(f"CREATE OR REPLACE TABLE {role} AS SELECT DISTINCT {columns} FROM {view}_used")


def _listed(role: str) -> str:
    return ", ".join(map(identifier, COLUMNS[role]))


def create_rejected(inputs: Iterable[InputSummary], connection: duckdb.DuckDBPyConnection) -> None:
    """Creates `rejected`: what the summaries say of rows that are not used."""
    connection.execute("CREATE OR REPLACE TABLE rejected (input VARCHAR, reason VARCHAR, rows BIGINT, example VARCHAR)")
    rows: Sequence[tuple[str, str, int, str]] = [
        (one.role, bad.reason, bad.rows, bad.example) for one in inputs for bad in one.rejected
    ]
    if rows:
        connection.executemany("INSERT INTO rejected VALUES (?, ?, ?, ?)", rows)
