"""Which of their columns is which of ours: `--map`, then the exact name, then the usual names of the field."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from auditor.config import Settings
from auditor.errors import AuditError
from auditor.finding import ColumnUse
from auditor.ingest.aliases import ALIASES, ROLES
from auditor.ingest.quoting import printable

DESCRIPTIVE = frozenset({"segment", "category", "score", "available_from", "available_to", "label_source", "source"})
NOT_USED = ("", "none")
INDEX_COLUMNS = re.compile(r"|unnamed: ?\d+|__index_level_\d+__", re.IGNORECASE)


@dataclass(frozen=True)
class Recognition:
    """What one input's columns were taken for. `theirs` maps canonical name to the input's own name."""

    uses: tuple[ColumnUse, ...]
    unused: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    @property
    def theirs(self) -> Mapping[str, str]:
        """Canonical name to the input's own name."""
        return {use.canonical: use.column for use in self.uses}


def recognise(role: str, names: Sequence[str], settings: Settings) -> Recognition:
    """Takes the columns `names` of an input for canonical columns of `role`.

    Raises AuditError where two columns could be the same canonical column, or a map names one that is not there.
    """
    mapped = _mapped(role, names, settings)
    open_names = [name for name in names if name not in mapped.values() and not INDEX_COLUMNS.fullmatch(name)]
    found = {canonical: (name, _how(settings)) for canonical, name in mapped.items() if name}
    warnings = []
    for canonical in (one for one in ALIASES[role] if one not in mapped):
        candidates, how = _candidates(role, canonical, open_names)
        if candidates and _is_named(role, canonical, settings):
            warnings.append(
                f"Column {_listed(candidates[:1])} of the {role} log is not used: --model-id names the model."
            )
        elif len(candidates) == 1:
            found[canonical] = (candidates[0], how)
        elif candidates:
            warnings.append(_ambiguous(role, canonical, candidates))
    uses = tuple(ColumnUse(one, *found[one]) for one in ALIASES[role] if one in found)
    taken = {use.column for use in uses}
    unused = tuple(name for name in names if name not in taken and not INDEX_COLUMNS.fullmatch(name))
    return Recognition(uses, unused, tuple(warnings))


def refuse_duplicates(names: Sequence[str], file: str) -> None:
    """Raises AuditError if two columns of `file` have one name, letter case aside."""
    count = Counter(name.lower() for name in names if name)
    twice = [name for name in names if count[name.lower()] > 1]
    if twice:
        raise AuditError(
            f"{file} has two columns of one name: {_listed(twice)}.",
            "Rename or drop one of them; which one was meant cannot be told.",
        )


def missing(role: str, canonical: str, names: Sequence[str], first_line: str = "") -> AuditError:
    """The error for an input of `role` without a needed column; shows what is there and what to write."""
    seen = f"Its columns are: {_listed(names) or '(none)'}."
    header = f" Its first line, taken for the header, is: {first_line[:200]!r}." if first_line else ""
    fix = f"Say which column it is with --map {canonical}=COLUMN"
    if canonical == "model_id":
        fix = "If the log is of one model, name it with --model-id NAME; else " + fix[0].lower() + fix[1:]
    return AuditError(f"No column of the {role} log was recognised as {canonical}. {seen}{header}", fix + ".")


def check_maps(settings: Settings, names: Mapping[str, Sequence[str]]) -> None:
    """Raises AuditError for a map of an unknown canonical column, or to a column that no input has.

    `names` maps role to the columns of its input.
    """
    for key, theirs in settings.columns.items():
        role, canonical = _split(key)
        roles = [one for one in ROLES if canonical in ALIASES[one] and role in (None, one)]
        if not roles:
            known = sorted({column for one in ROLES if role in (None, one) for column in ALIASES[one]})
            near = get_close_matches(canonical, known, 1, 0.0)
            raise AuditError(f"--map {key}={theirs}: there is no column {key}.", f"Did you mean {near[0]}?")
        given = [one for one in roles if one in names]
        if theirs not in NOT_USED and given and not any(_find(theirs, names[one]) for one in given):
            there = names[given[0]]
            near = get_close_matches(theirs, there, len(there), 0.0)
            raise AuditError(
                f"--map {key}={theirs}: the {given[0]} log has no column {theirs!r}.",
                f"Its columns, nearest first: {_listed(near)}.",
            )


def _mapped(role: str, names: Sequence[str], settings: Settings) -> dict[str, str]:
    """Canonical column to the name that a map gives it in this role; '' where the map says: none is to be used."""
    mapped: dict[str, str] = {}
    for key, theirs in sorted(settings.columns.items(), key=lambda item: "." in item[0]):
        prefix, canonical = _split(key)
        name = _find(theirs, names)
        ours = canonical in ALIASES[role] and prefix in (None, role) and not _is_named(role, canonical, settings)
        if ours and (name or theirs in NOT_USED):
            mapped[canonical] = name
    return mapped


def _is_named(role: str, canonical: str, settings: Settings) -> bool:
    """Whether --model-id says it for all rows; a catalogue may be that of several models."""
    return canonical == "model_id" and settings.model_id is not None and role != "catalogue"


def _split(key: str) -> tuple[str | None, str]:
    role, dot, canonical = key.rpartition(".")
    if dot and role not in ROLES:
        raise AuditError(f"--map {key}=...: there is no input {role!r}.", f"The inputs are: {', '.join(ROLES)}.")
    return (role or None, canonical)


def _find(theirs: str, names: Sequence[str]) -> str:
    if theirs in names:
        return theirs
    return next((name for name in names if name.lower() == theirs.lower()), "")


def _how(settings: Settings) -> str:
    return "flag" if settings.sources.get("columns", "--map").startswith("--") else "configuration"


def _candidates(role: str, canonical: str, names: Sequence[str]) -> tuple[list[str], str]:
    if canonical in names:
        return [canonical], "exact"
    strong, _, weak = ALIASES[role][canonical].partition("|")
    for accepted in (canonical, strong, weak):
        plain = {_plain(alias) for alias in accepted.split()}
        found = [name for name in names if _plain(name) in plain]
        if found:
            return found, "exact" if accepted == canonical else "alias"
    return [], ""


def _plain(name: str) -> str:
    return re.sub(r"[-_ .]", "", name).lower()


def _listed(names: Sequence[str]) -> str:
    return ", ".join(printable(name) for name in names if name)


def _ambiguous(role: str, canonical: str, candidates: Sequence[str]) -> str:
    message = f"In the {role} log, each of {_listed(candidates)} could be {canonical}"
    if canonical not in DESCRIPTIVE:
        choices = " or ".join(f"--map {canonical}={printable(name)}" for name in candidates)
        raise AuditError(f"{message}.", f"Say which: {choices}.")
    return f"{message}; none was taken. Say which with --map {canonical}=COLUMN."
