"""Names of files in SQL: the engine takes a name for a pattern, and would read others, or none."""

from __future__ import annotations

import re
from collections.abc import Iterable

from auditor.ingest.files import REMOTE
from auditor.ingest.quoting import literal

MAGIC = re.compile(r"([*?\[])")


def file_literal(file: str) -> str:
    """The SQL string that stands for this file alone. An address is passed on as it is, pattern or not."""
    return literal(file if REMOTE.match(file) else MAGIC.sub(r"[\1]", file))


def file_literals(files: Iterable[str]) -> str:
    """A SQL list of such strings."""
    return "[" + ", ".join(map(file_literal, files)) + "]"
