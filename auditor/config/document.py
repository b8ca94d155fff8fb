"""The configuration file: which one it is, and what it says."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auditor.errors import AuditError

Document = tuple[str, Mapping[str, Any]]


def find(config: Path | None, environ: Mapping[str, str], cwd: Path) -> Document:
    """The name and the content of the one configuration file, or an empty one where there is none.

    `config`, else AUDIT_CONFIG, else audit.toml in `cwd`, else [tool.audit] of pyproject.toml in `cwd`.
    Raises AuditError for a file that is asked for and cannot be read, or is not TOML.
    """
    asked = config or environ.get("AUDIT_CONFIG")
    if asked:
        return _asked(str(asked), cwd)
    if (cwd / "audit.toml").exists():
        return "audit.toml", _read(cwd / "audit.toml", "audit.toml")
    if (cwd / "pyproject.toml").exists():
        return "pyproject.toml", _section(_read(cwd / "pyproject.toml", "pyproject.toml")) or {}
    return "", {}


def _asked(name: str, cwd: Path) -> Document:
    path = cwd / name
    document = _read(path, name)
    if path.name != "pyproject.toml":
        return name, document
    section = _section(document)
    if section is None:
        raise AuditError(f"{name} has no [tool.audit] table.", "Add one, or name another file.")
    return name, section


def _section(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    tools = document.get("tool")
    section = tools.get("audit") if isinstance(tools, Mapping) else None
    return section if isinstance(section, Mapping) else None


def _read(path: Path, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise AuditError(f"{name}: cannot be read: {error.strerror or error}.", _advice(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AuditError(f"{name} is not valid TOML: {error}.", "Text values need quotes in TOML.") from None


def _advice(path: Path) -> str:
    return "" if path.exists() else "Name a configuration file that exists, or leave --config out."
