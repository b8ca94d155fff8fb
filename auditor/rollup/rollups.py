"""Which rollups there are, what each is made of, and their making: each once, and only when asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

import duckdb

from auditor.errors import AuditError
from auditor.ingest import Intake
from auditor.rollup.expressions import ASKED, expressions, parts

if TYPE_CHECKING:
    import polars as pl

# Each rollup with those it reads; `exposures`, `attributed`, `organic` and `catalogue` are the log itself.
ROLLUPS: Mapping[str, tuple[str, ...]] = {
    "volume": (),
    "retrains": ("volume",),
    "shown_counts": (),
    "answered": (),
    "outcome_counts": ("retrains", "shown_counts", "answered"),
    "outcomes": ("outcome_counts",),
    "retrain_halves": ("retrains",),
    "lives": ("outcomes",),
    "signed": ("retrains",),
    "kinds": ("retrains", "lives", "signed"),
    "catalogue_outcomes": ("lives",),
    "catalogue_sizes": ("catalogue_outcomes",),
    "windows": ("outcomes", "kinds", "catalogue_sizes"),
    "profile": ("outcomes", "kinds"),
    "numbered": ("outcomes", "kinds"),
    "steps": ("numbered",),
    "ends": ("numbered",),
    "pairs": ("steps", "ends", "catalogue_outcomes"),
    "moves": ("pairs", "windows"),
    "neighbours": ("pairs",),
    "shuffled": ("pairs",),
    "reached": ("pairs", "windows"),
    "lifespans": ("lives",),
    "often_answered": ("volume",),
    "request_guesses": ("often_answered",),
    "requests": ("request_guesses",),
    "depths": (),
    "delays": (),
    "feedback_days": (),
    "organic_totals": ("catalogue_outcomes",),
    "support": ("catalogue_sizes",),
    "worth": (),
    "earned": ("worth", "retrains"),
    "value_spans": ("worth", "retrains"),
    "value_totals": ("earned", "outcomes", "value_spans"),
    "value_pairs": ("earned", "outcomes", "value_spans"),
    "user_spans": ("volume", "retrains"),
    "user_rows": ("user_spans",),
    "more_users": ("user_rows",),
    "user_sample": ("user_rows", "more_users"),
    "user_steps": ("user_sample",),
    "label_values": ("retrains",),
    "label_writers": ("label_values",),
    "label_classes": ("label_values", "label_writers"),
    "honesty": ("retrains", "support"),
    "weights": ("retrains",),
    "explored": ("windows",),
    "explored_ever": ("outcomes", "catalogue_outcomes"),
    "explored_units": ("retrains",),
    "luck": ("outcomes", "kinds", "catalogue_outcomes"),
    "entrants": ("retrains", "lives", "catalogue_outcomes"),
    "newcomers": ("entrants", "outcomes", "kinds", "windows"),
    "metric_values": ("retrains",),
    "own_and_random": ("outcomes",),
    "agreement": ("outcomes",),
    "scores": ("retrains", "kinds"),
    "scored_labels": ("retrains", "kinds"),
    "actions": ("outcomes", "lives", "kinds"),
    "action_segments": ("retrains", "actions"),
    "levels": ("retrains", "outcomes", "kinds"),
    "histories": ("outcomes", "kinds", "levels", "windows"),
    "history_counts": ("histories",),
    "starved": ("histories", "windows", "retrains", "catalogue_outcomes"),
    "starved_histories": ("starved", "outcomes", "levels", "windows"),
    "hopefuls": ("starved_histories", "windows"),
    "feedback_owned": ("retrains",),
    "crossed": ("retrains",),
    "items": (),
    "segments": ("retrains",),
}

# Large, or rows of single users: gone as soon as what is told of them is counted.
SPENT: Mapping[str, tuple[str, ...]] = {
    "outcome_counts": ("shown_counts", "answered"),
    "user_steps": ("user_rows", "user_sample"),
}

# Always read from the table below; `catalogue_outcomes` is where nothing else is known.
VIEWS = frozenset({"outcomes", "numbered", "steps", "ends"})

# What a log has no column for.
NOTHING = {"count(*) FILTER (FALSE)": "0"}


class Progress(Protocol):
    """Told what is being done, on which connection, and how many rows it reads."""

    def phase(
        self, title: str, connection: duckdb.DuckDBPyConnection | None = None, rows: int | None = None
    ) -> AbstractContextManager[None]:
        """Entered while it is being done."""


class Rollups:
    """The rollups of one log: tables in the engine (`built` names those there are), frames on demand.

    `feedback` is click, label or None (recognised per model). `progress` is told what is being counted.
    """

    def __init__(self, intake: Intake, progress: Progress, feedback: str | None = None) -> None:
        self.intake = intake
        self._progress = progress
        self._feedback = feedback
        self.built: list[str] = []
        self._models = ""
        self._told: dict[str, str] = {}
        self._frames: dict[str, pl.DataFrame] = {}

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The engine that holds the log and the rollups."""
        return self.intake.connection

    @property
    def _rows(self) -> int:
        return sum(given.rows_read for given in self.intake.inputs if given.role == "exposures")

    def has(self, column: str, role: str = "exposures") -> bool:
        """Whether the log really carries this canonical column."""
        return column in self.intake.columns.get(role, frozenset())

    def frame(self, name: str) -> pl.DataFrame:
        """One rollup as a frame; made first if need be. Rows are in no particular order."""
        if name not in self._frames:
            self.build(name)
            from auditor.rollup.frames import frame_of  # noqa: PLC0415 - polars may be loaded while the engine counts

            self._frames[name] = frame_of(name, self.connection)
        return self._frames[name]

    def frame_for(self, name: str, models: Iterable[int]) -> pl.DataFrame:
        """One rollup as a frame, of these models alone: for what few of them need, and costs a pass over the log.

        It is counted once: whoever asks for it again gets the models of the first time.
        """
        self._models = ", ".join(map(str, models))
        return self.frame(name)

    def build(self, name: str) -> None:
        """Makes the table of one rollup and of all that it reads."""
        if name in self.built:
            return
        for needed in ROLLUPS[name]:
            self.build(needed)
        with self._progress.phase(f"counting {name.replace('_', ' ')}", self.connection, self._rows):
            kind = "VIEW" if self._is_read_through(name) else "TABLE"
            self._run(f"CREATE OR REPLACE {kind} {name} AS {self._sql(name)}")
        self.built.append(name)
        for spent in SPENT.get(name, ()):
            self.connection.execute(f"DROP TABLE {spent}")
            self.built.remove(spent)

    def _is_read_through(self, name: str) -> bool:
        """Whether a rollup is a view. Of a log alone, what could be shown is what was, and not kept a second time."""
        if name != "catalogue_outcomes":
            return name in VIEWS
        known = "SELECT EXISTS (FROM catalogue) OR EXISTS (FROM organic)"
        return not self.connection.execute(known).fetchall()[0][0]

    def _run(self, statement: str) -> None:
        try:
            self.connection.execute(statement)
        except duckdb.OutOfMemoryException as error:
            message = f"the engine ran out of memory: {str(error).splitlines()[0]}"
            raise AuditError(message, "raise --memory-limit, or audit fewer files at a time") from error
        except (duckdb.IOException, duckdb.InvalidInputException, duckdb.SerializationException) as error:
            message = f"the log could not be read to its end: {str(error).splitlines()[0]}"
            raise AuditError(message, "check that the files are whole and stay in place while they are read") from error
        except duckdb.ConversionException as error:
            message = f"an outcome was shown more often than can be counted: {str(error).splitlines()[0]}"
            raise AuditError(message, "audit fewer files at a time") from error

    def _sql(self, name: str) -> str:
        text = files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")
        told = expressions(self.intake, self._feedback)
        told["models"] = f"model IN ({self._models})" if self._models else "FALSE"
        for placeholder in ASKED.keys() - self._told.keys():
            if f"{{{placeholder}}}" in text:
                self._told[placeholder] = ASKED[placeholder](self.connection)
        for placeholder, expression in (told | self._told).items():
            text = text.replace(f"{{{placeholder}}}", expression)
        for counted, nothing in NOTHING.items():
            text = text.replace(counted, nothing)
        if "{part}" in text:
            text = " UNION ALL ".join(f"({text.replace('{part}', part)}\n)" for part in parts(self.connection))
        return text
