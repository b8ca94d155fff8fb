"""Names of files in SQL: the engine takes a name for a pattern, and would read others, or none."""

from __future__ import annotations

import glob
from collections.abc import Iterable

from auditor.ingest.files import REMOTE
from auditor.ingest.quoting import literal, literals


def file_literal(file: str) -> str:
    """The SQL string that stands for this file alone. An address is passed on as it is, pattern or not."""
    return literal(_escaped(file))


def file_literals(files: Iterable[str]) -> str:
    """A SQL list of such strings."""
    return literals(map(_escaped, files))


def _escaped(file: str) -> str:
    return file if REMOTE.match(file) else glob.escape(file)
