"""Writes a rendered report to a file: whole, or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_hex

from auditor.errors import AuditError


def write(path: Path | str, text: str) -> None:
    """Writes `text` as UTF-8 through a temporary file in the same folder, fsync and rename.

    The mode is given by the umask, and a symbolic link stays one. What is no regular file (a pipe, a
    device) is written straight. Raises AuditError where it cannot be written; nothing is left behind then.
    """
    target = Path(path)
    data = text.encode(errors="backslashreplace")
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(data)
        else:
            _replace(target.resolve(), data)
    except OSError as error:
        raise AuditError(f"{target}: cannot be written: {error.strerror or error}", _advice(target)) from None


def _replace(target: Path, data: bytes) -> None:
    temporary = target.with_name(f".audit-{token_hex(8)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _advice(target: Path) -> str:
    folder = target.parent
    if not folder.is_dir():
        return f"There is no folder {folder}. Create it, or write elsewhere."
    if target.is_dir():
        return "It is a folder: name a file in it."
    return f"Is {folder} writable, and is there space left?"
