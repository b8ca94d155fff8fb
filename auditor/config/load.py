"""Layers of settings, laid over each other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.config.detectors import DETECTORS
from auditor.config.document import find
from auditor.config.nearest import nearest
from auditor.config.settings import Settings
from auditor.config.tables import columns, policies, thresholds
from auditor.config.values import ENTRIES, SCALARS, Parser
from auditor.errors import AuditError

TABLES = {"columns": columns, "policies": policies, "detectors": thresholds}
FLAGS = {"primary_event": "--event", "columns": "--map", "policies": "--policy"}
Known = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Given:
    """One value as it was written: for which setting, by whom, and how they call it."""

    path: tuple[str, ...]
    value: object
    source: str
    written: str

    @property
    def parser(self) -> Parser:
        """What the value must be."""
        field = self.path[0]
        return SCALARS[field] if field in SCALARS else ENTRIES[field]

    def parsed(self) -> object:
        """The value; raises AuditError where it is not what the setting takes."""
        try:
            return self.parser(self.value)
        except ValueError as expected:
            raise AuditError(f"{self.written}: {self.value!r} is not {expected}.") from None


def load(
    flags: Mapping[str, object],
    *,
    config: Path | None,
    environ: Mapping[str, str],
    cwd: Path,
    known_thresholds: Callable[[], Known] | None = None,
) -> Settings:
    """The settings of one audit, from the one configuration file, the environment and the flags.

    `flags` holds field names; None, and what is empty, was not given. `config` is the file named by a
    flag (relative to `cwd`). `known_thresholds` gives those of each detector by its id, and is asked
    where some are chosen, as that loads the detectors; without it they are not checked. Raises AuditError
    for an unknown key, a value of the wrong type, or a configuration file that cannot be read.
    """
    name, document = find(config, environ, cwd)
    layers = (*_from_file(document, name), *_from_environment(environ), *_from_flags(flags))
    settings = _lay(layers)
    for detector in settings.select:
        _check(detector, DETECTORS, "detector", settings.sources["select"])
    if known_thresholds is not None and settings.thresholds:
        _check_thresholds(settings, known_thresholds())
    return settings


def _lay(layers: tuple[Given, ...]) -> Settings:
    fields: dict[str, Any] = {}
    for given in layers:
        table = fields
        for key in given.path[:-1]:
            table = table.setdefault(key, {})
        table[given.path[-1]] = given.parsed()
    return Settings(**fields, sources=_sources(layers))


def _sources(layers: tuple[Given, ...]) -> dict[str, str]:
    """Of each value; and of each table as a whole, all that gave an entry to it."""
    tables: dict[str, dict[str, None]] = {}
    for given in layers:
        if given.path[0] in ENTRIES:
            tables.setdefault(given.path[0], {})[given.source] = None
    whole = {table: ", ".join(sources) for table, sources in tables.items()}
    return whole | {".".join(given.path): given.source for given in layers}


def _from_file(document: Mapping[str, Any], name: str) -> Iterator[Given]:
    for key, value in document.items():
        if key in SCALARS:
            yield Given((key,), value, name, f"{name}: {key}")
        elif key in TABLES:
            for path, entry in TABLES[key](value, f"{name}: {key}"):
                yield Given(path, entry, name, f"{name}: {'.'.join((key, *path[1:]))}")
        else:
            raise AuditError(f"{name}: unknown key {key!r}.", nearest(key, (*SCALARS, *TABLES)))


def _from_environment(environ: Mapping[str, str]) -> Iterator[Given]:
    for field in SCALARS:
        name = f"AUDIT_{field.upper()}"
        if environ.get(name):
            yield Given((field,), environ[name], name, name)


def _from_flags(flags: Mapping[str, object]) -> Iterator[Given]:
    for field, value in flags.items():
        flag = FLAGS.get(field, f"--{field.replace('_', '-')}")
        if isinstance(value, Mapping):
            yield from (Given((field, key), entry, flag, f"{flag} {key}") for key, entry in value.items())
        elif value not in (None, [], ()):
            yield Given((field,), value, flag, flag)


def _check_thresholds(settings: Settings, known: Known) -> None:
    for detector, given in settings.thresholds.items():
        for threshold in given:
            source = settings.sources[f"thresholds.{detector}.{threshold}"]
            _check(detector, known, "detector", source)
            _check(threshold, known[detector], f"threshold of {detector}", source)


def _check(name: str, known: Collection[str], kind: str, source: str) -> None:
    if name not in known:
        raise AuditError(f"{source}: unknown {kind} {name!r}.", nearest(name, known))
