"""Writes a fleet's logs into a folder, by the convention that the audit reads."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from auditor.errors import AuditError
from auditor.simulate import columns
from auditor.simulate.loop import run_loop
from auditor.simulate.nearest import nearest
from auditor.simulate.rows import model_log
from auditor.simulate.spec import ModelSpec

FORMATS = ("parquet", "csv", "csv.gz")
ROLES = {
    "exposures": columns.EXPOSURES,
    "clicks": columns.FEEDBACK,
    "catalogue": columns.CATALOGUE,
    "metrics": columns.METRICS,
}
RISING = ("request_id", "timestamp")
"""Columns in order of time: Parquet stores their small differences."""


@dataclass(frozen=True)
class Written:
    """What was written: rows by role, and the files."""

    rows: dict[str, int]
    files: tuple[Path, ...]


def write_logs(
    directory: Path,
    fleet: Sequence[ModelSpec],
    seed: int,
    *,
    file_format: str = "parquet",
    force: bool = False,
) -> Written:
    """Runs the fleet and writes exposures, clicks, catalogue and metrics; each file whole or not at all.

    The same fleet, seed, format and versions of numpy and pyarrow give the same bytes. Raises AuditError
    for an unknown format, models that cannot share a log, a folder in use (without `force`, which replaces
    an earlier simulation's files and touches no others), or one that cannot be written.
    """
    _check(fleet, file_format)
    try:
        _prepare(directory, force)
        return _write(directory, fleet, seed, file_format)
    except OSError as error:
        raise AuditError(
            f"{directory}: cannot write there ({error.strerror or error})", "name another folder"
        ) from error


def _check(fleet: Sequence[ModelSpec], file_format: str) -> None:
    if file_format not in FORMATS:
        raise AuditError(f"there is no format {file_format!r}", nearest(file_format, FORMATS))
    if not fleet:
        raise AuditError("a fleet needs at least one model")
    names = [spec.name for spec in fleet]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise AuditError(f"model {twice!r} is named twice", "give each model a name of its own")
    for field in ("log_version", "log_clicked"):
        if len({getattr(spec, field) for spec in fleet}) > 1:
            raise AuditError(f"models of one log differ in {field}", f"set {field} for all of them or for none")


def _prepare(directory: Path, force: bool) -> None:
    if directory.exists() and not directory.is_dir():
        raise AuditError(f"{directory}: is a file, not a folder", "name a folder")
    if directory.exists() and any(directory.iterdir()) and not force:
        raise AuditError(f"{directory}: the folder is not empty", "name another one, or pass --force")
    directory.mkdir(parents=True, exist_ok=True)


def _write(directory: Path, fleet: Sequence[ModelSpec], seed: int, file_format: str) -> Written:
    roles = _roles(fleet)
    paths = {role: directory / f"{role}.{file_format}" for role in roles}
    rows = dict.fromkeys(roles, 0)
    with ExitStack() as files:
        appends = {
            role: files.enter_context(_appending(paths[role], _logged(role, fleet), file_format)) for role in roles
        }
        for spec in fleet:
            log = model_log(spec, run_loop(spec, seed), seed)
            tables = {
                "exposures": log.exposures, "clicks": log.feedback, "catalogue": log.catalogue, "metrics": log.metrics,
            }  # fmt: skip
            for role in roles:
                appends[role](tables[role])
                rows[role] += tables[role].num_rows
    _remove_earlier(directory, keep=paths.values())
    return Written(rows, tuple(paths.values()))


def _roles(fleet: Sequence[ModelSpec]) -> list[str]:
    """The files that there is anything to write into."""
    needless = {"clicks": fleet[0].log_clicked, "metrics": not any(spec.metrics for spec in fleet)}
    return [role for role in ROLES if not needless.get(role)]


def _logged(role: str, fleet: Sequence[ModelSpec]) -> pa.Schema:
    """The columns that at least one team fills."""
    filled = {
        "exposures": {
            "model_version": any(spec.log_version for spec in fleet),
            "policy": any(spec.log_policy for spec in fleet),
            "propensity": any(spec.log_propensity for spec in fleet),
            "clicked": any(spec.log_clicked for spec in fleet),
            "score": any(spec.log_score for spec in fleet),
            "segment": any(spec.segments for spec in fleet),
            "category": any(spec.log_category for spec in fleet),
            "user_id": any(spec.users for spec in fleet),
        },
        "clicks": {
            "user_id": any(spec.users for spec in fleet),
            "model_id": any(spec.log_feedback_model or spec.credited_to for spec in fleet),
        },
    }.get(role, {})
    return pa.schema([field for field in ROLES[role] if filled.get(field.name, True)])


@contextmanager
def _appending(path: Path, schema: pa.Schema, file_format: str) -> Iterator[Callable[[pa.Table], None]]:
    """A file that tables can be appended to, renamed into place when all went well."""
    with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".part", delete=False) as part:
        temporary = Path(part.name)
    try:
        with ExitStack() as stack:
            writer = _writer(temporary, schema, file_format, stack)
            yield lambda table: writer.write_table(table.select(schema.names))
        _settle(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _writer(path: Path, schema: pa.Schema, file_format: str, stack: ExitStack) -> pa.ipc.RecordBatchStreamWriter:
    if file_format == "parquet":
        rising = {name: "DELTA_BINARY_PACKED" for name in RISING if name in schema.names}
        return stack.enter_context(
            pa.parquet.ParquetWriter(
                path,
                schema,
                compression="zstd",
                compression_level=9,
                store_schema=False,
                use_dictionary=[name for name in schema.names if name not in rising],
                column_encoding=rising,
            )
        )
    compression = "gzip" if file_format == "csv.gz" else None
    sink = stack.enter_context(pa.output_stream(path, compression=compression))
    return stack.enter_context(pa.csv.CSVWriter(sink, schema))


def _settle(path: Path) -> None:
    """On disk, and with the mode that any new file gets."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _remove_earlier(directory: Path, keep: Collection[Path]) -> None:
    """An earlier simulation's files of another format would be read together with these."""
    earlier = {directory / f"{role}.{known}" for role in ROLES for known in FORMATS}
    for path in earlier.difference(keep):
        path.unlink(missing_ok=True)
