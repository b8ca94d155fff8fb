"""Where logs are that a cluster reads: paths and addresses of Parquet, and tables by name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from auditor.errors import AuditError
from auditor.ingest.files import CONVENTION, Source, locate, shown

TABLE = "table:"
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)


def places(paths: Sequence[str], **said: Sequence[str]) -> tuple[Source, ...]:
    """The logs behind `paths` (by convention) and those whose role is `said`, as `locate` finds them.

    `table:catalog.schema.name` is a table, `scheme://...` an address that Spark knows (file, folder or glob of
    Parquet), all else a path on this machine, which the workers must see too. Raises AuditError for text logs and for
    a role that is both table and files.
    """
    remote = [(role, path) for role, path in _given(paths, said) if _is_remote(path)]
    local = {role: [path for path in given if not _is_remote(path)] for role, given in said.items()}
    rest = [path for path in paths if not _is_remote(path)]
    here = locate(rest, **local) if rest or any(local.values()) else ()
    sources = {source.role: _checked(source) for source in here}
    for role, path in remote:
        sources[role] = _joined(sources.get(role), role, path)
    return tuple(sources.values())


def _given(paths: Sequence[str], said: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for path in paths:
        yield _role(path), path
    for role, given in said.items():
        for path in given:
            yield role, path


def _role(path: str) -> str:
    """The role that the last part of a table's name or of an address has, else exposures."""
    parts = re.split(r"[./]" if path.startswith(TABLE) else "/", path.removeprefix(TABLE).rstrip("/"))
    found = (
        role
        for part in reversed(parts)
        for role, names in CONVENTION.items()
        if part.lower().strip("`").startswith(names)
    )
    return next(found, "exposures")


def _is_remote(path: str) -> bool:
    return path.startswith(TABLE) or bool(ADDRESS.match(path))


def _checked(source: Source) -> Source:
    if source.format != "parquet":
        raise AuditError(
            f"The {source.role} log is {source.format} ({shown(source.files[0])}), which --engine spark does not read.",
            "Write it as Parquet or as a table (table:NAME), or scan without --engine spark.",
        )
    return source


def _joined(source: Source | None, role: str, path: str) -> Source:
    kind = "table" if path.startswith(TABLE) else "parquet"
    if source is None:
        return Source(role, (path,), kind, hive="=" in path)
    if source.format != kind:
        raise AuditError(f"The {role} log is both a table and files.", "Give one of them.")
    return replace(source, files=(*source.files, path))
