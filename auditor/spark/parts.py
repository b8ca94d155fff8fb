"""The parts of a query (WITH), taken out of it: each is then a relation of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp


@dataclass(frozen=True)
class Part:
    """One part: its query, the names of its columns where they were given, and how often it is read."""

    name: str
    query: exp.Expr
    columns: tuple[str, ...]
    read: int


def parted(query: exp.Expr, names: Iterator[str]) -> tuple[Sequence[Part], exp.Expr]:
    """The parts of `query`, each before those that read it, and the query that is left. `names` are new ones."""
    rest = query.copy()
    given = list(rest.args["with_"].expressions) if rest.args.get("with_") else []
    rest.set("with_", None)
    parts = []
    for place, part in enumerate(given):
        name, readers = next(names), (*(later.this for later in given[place + 1 :]), rest)
        read = sum(_rename(table, name) for table in tables(readers) if table.name == part.alias)
        parts.append(Part(name, part.this, tuple(part.alias_column_names), read))
    return parts, rest


def tables(queries: Iterable[exp.Expr]) -> list[exp.Table]:
    """All that is read, in any of `queries`."""
    return [table for query in queries for table in query.find_all(exp.Table)]


def _rename(table: exp.Table, name: str) -> int:
    """What reads it goes on calling it as it did."""
    if not table.alias:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
    table.set("this", exp.to_identifier(name))
    return 1
