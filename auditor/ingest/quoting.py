"""Text from outside is data. It enters SQL and messages only through here: quoted, or escaped."""

from __future__ import annotations

from collections.abc import Iterable


def literal(text: str) -> str:
    """`text` as a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def literals(texts: Iterable[str]) -> str:
    """`texts` as a SQL list of string literals."""
    return "[" + ", ".join(map(literal, texts)) + "]"


def identifier(name: str) -> str:
    """`name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def printable(text: str) -> str:
    """`text` for a terminal: on one line, control characters escaped."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
