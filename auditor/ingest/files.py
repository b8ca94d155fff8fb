"""Which files were given, what each of them is, and in which format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from glob import has_magic
from itertools import takewhile
from pathlib import Path

from auditor.errors import AuditError
from auditor.ingest.quoting import printable

CONVENTION = {
    "exposures": ("exposures", "impressions"),
    "feedback": ("clicks", "feedback", "outcomes"),
    "catalogue": ("catalogue", "catalog", "items"),
    "metrics": ("metrics",),
}
FORMATS = (
    ("parquet", re.compile(r"\.(parquet|pq)$", re.IGNORECASE)),
    ("csv", re.compile(r"\.(csv|tsv)(\.gz|\.zst)?$", re.IGNORECASE)),
    ("ndjson", re.compile(r"\.(jsonl|ndjson)(\.gz|\.zst)?$", re.IGNORECASE)),
)
REMOTE = re.compile(r"(s3|s3a|s3n|gs|gcs|r2|az|azure|abfss|hf|https?)://", re.IGNORECASE)
TABLE_FORMATS = {"_delta_log": "Delta Lake", ".hoodie": "Hudi"}
KNOWN = ".parquet, .csv, .tsv, .jsonl or .ndjson (the text formats also .gz or .zst)"


@dataclass(frozen=True)
class Source:
    """All files of one role. `format` is parquet, csv or ndjson; `hive`: folders `key=value` are columns."""

    role: str
    files: tuple[str, ...]
    format: str
    hive: bool = False


def locate(
    paths: Sequence[str],
    *,
    exposures: Sequence[str] = (),
    feedback: Sequence[str] = (),
    catalogue: Sequence[str] = (),
    metrics: Sequence[str] = (),
) -> tuple[Source, ...]:
    """Finds the log files behind `paths` (by convention) and behind the paths whose role is said.

    Paths are files, globs, folders, or object-store and http addresses (passed on as they are).
    Raises AuditError for a path that is missing, empty or of unknown format, and for mixed formats in a role.
    """
    given = {"exposures": exposures, "feedback": feedback, "catalogue": catalogue, "metrics": metrics}
    found = {role: [file for path in given[role] for file in _said(path, role)] for role in CONVENTION}
    said = {_place(file) for files in found.values() for file in files}
    for path in paths:
        for file, role in _by_convention(path):
            if _place(file) not in said:
                found[role].append(file)
    sources = tuple(_source(role, files) for role, files in found.items() if files)
    if not any(source.role in ("exposures", "feedback") for source in sources):
        raise AuditError(
            "No exposure log was given.",
            "Name a file, a folder with exposures* and clicks*, or use --exposures PATH.",
        )
    return sources


def format_of(file: str) -> str | None:
    """parquet, csv or ndjson by the end of the name; None for anything else."""
    return next((kind for kind, end in FORMATS if end.search(file) or end.search(shown(file))), None)


def shown(file: str) -> str:
    """`file` as it may be printed: an address without its query, which may hold a signature."""
    return printable(file.split("?", maxsplit=1)[0] if REMOTE.match(file) else file)


def _said(path: str, role: str) -> list[str]:
    """The files behind a path whose role is said: in a folder of several logs those of the role, else all."""
    found = list(_by_convention(path))
    return [file for file, other in found if other == role] or [file for file, _ in found]


def _place(file: str) -> str:
    """What makes two names one file."""
    return file if REMOTE.match(file) else str(Path(file).resolve())


def _by_convention(path: str) -> Iterator[tuple[str, str]]:
    if REMOTE.match(path):
        yield path, _role_of(shown(path).split("/")[3:]) or "exposures"
    elif Path(path).is_dir():
        yield from _in_folder(Path(path))
    elif Path(path).exists():
        yield _known(path), _role_of(_ending(Path(path))) or "exposures"
    elif has_magic(path):
        yield from _matching(path)
    else:
        raise AuditError(f"There is no file or folder {path}.", "Check the path; quote globs for the shell.")


def _matching(pattern: str) -> Iterator[tuple[str, str]]:
    parts = Path(pattern).parts
    base = Path(*takewhile(lambda part: not has_magic(part), parts))
    matches = sorted(base.glob(str(Path(pattern).relative_to(base))))
    visible = [match for match in matches if not any(map(_ignored, match.relative_to(base).parts))]
    logs = [match for match in visible if match.is_dir() or format_of(match.name)]
    if not logs:
        found = f" It matches {len(matches)} paths, none of them {KNOWN}." if matches else ""
        raise AuditError(f"Nothing to read matches {pattern}.{found}", "Check the pattern.")
    for match in logs:
        if match.is_dir():
            yield from _in_folder(match)
        elif not any(other in match.parents for other in logs):
            yield str(match), _role_of(_ending(match)) or "exposures"


def _in_folder(folder: Path) -> Iterator[tuple[str, str]]:
    _refuse_table_format(folder)
    files = [path for path in _walk(folder) if format_of(path.name)]
    if not files:
        raise AuditError(f"The folder {folder} holds no log files.", f"Logs are files named {KNOWN}.")
    roles = [_role_of(path.relative_to(folder).parts) for path in files]
    whole = _exact_role(folder.resolve().name) or "exposures"
    for path, role in zip(files, roles, strict=True):
        if role or not any(roles):
            yield str(path), role or whole


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if _ignored(path.name):
            continue
        if path.is_dir():
            _refuse_table_format(path)
            yield from _walk(path)
        else:
            yield path


def _refuse_table_format(folder: Path) -> None:
    kind = next((kind for name, kind in TABLE_FORMATS.items() if (folder / name).exists()), None)
    if any((folder / "metadata").glob("*.metadata.json")):
        kind = "Iceberg"
    if kind:
        raise AuditError(
            f"{folder} is a {kind} table; its files also hold rows that were deleted or replaced.",
            "Export the rows in force to Parquet, and point the audit at those.",
        )


def _ignored(name: str) -> bool:
    return name.startswith((".", "_")) or name.upper().startswith("README")


def _role_of(parts: Sequence[str]) -> str | None:
    """The role that the first part with a conventional beginning gives."""
    for part in parts:
        for role, names in CONVENTION.items():
            if part.lower().startswith(names):
                return role
    return None


def _exact_role(name: str) -> str | None:
    return next((role for role, names in CONVENTION.items() if name.lower() in names), None)


def _ending(path: Path) -> tuple[str, ...]:
    """The name of a file, and that of its folder where it is exactly a conventional one."""
    parent = path.resolve().parent.name
    return (path.name, parent) if _exact_role(parent) else (path.name,)


def _known(path: str) -> str:
    if not format_of(path):
        raise AuditError(f"{shown(path)} is of unknown format.", f"Logs are files named {KNOWN}.")
    return path


def _source(role: str, files: Sequence[str]) -> Source:
    unique = tuple({_place(file): file for file in files}.values())
    formats = {format_of(file): file for file in unique}
    if None in formats:
        raise AuditError(f"{shown(formats[None])} is of unknown format.", f"Logs are files named {KNOWN}.")
    if len(formats) > 1:
        named = " and ".join(f"{shown(file)} ({kind})" for kind, file in formats.items())
        raise AuditError(f"The {role} log mixes formats: {named}.", "Give the files of one format.")
    hive = any("=" in part for file in unique for part in shown(file).split("/")[:-1])
    return Source(role, unique, str(next(iter(formats))), hive)
