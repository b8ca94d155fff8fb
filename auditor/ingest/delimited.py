"""CSV and its kin: the header is read as it stands, the rest as text; lines of the wrong shape are counted."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from auditor.errors import AuditError
from auditor.ingest.columns import refuse_duplicates
from auditor.ingest.files import REMOTE, Source, shown
from auditor.ingest.lines import PEEK, RECOUNT, REJECTS, UNCUT, first_line, lines_of
from auditor.ingest.patterns import file_literal, file_literals
from auditor.ingest.quoting import identifier, literal, literals, printable
from auditor.ingest.scans import UNSAID, Column, Scan, reading

DELIMITERS = (",", "\t", ";", "|")
DATA = re.compile(r"[-+]?\.?\d")
LONGEST_HEADER = 100_000
NULLS = ("", "NULL", "null", r"\N")


@dataclass(frozen=True)
class Header:
    """The first line of a file, and how it was cut into names."""

    line: str
    delimiter: str
    quote: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Files with one header, which are read at once."""

    header: Header
    files: tuple[str, ...]
    escape: str


@dataclass(frozen=True)
class DelimitedLog:
    """CSV files, opened. `partitions`: the keys of hive folders."""

    source: Source
    groups: tuple[Group, ...]
    partitions: tuple[str, ...]
    empty: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' own names, over all files."""
        named = (name for group in self.groups for name in group.header.names)
        return tuple(dict.fromkeys((*named, *self.partitions)))

    @property
    def first_line(self) -> str:
        """The line that was taken for a header."""
        return self.groups[0].header.line

    def scans(self, wanted: Sequence[str]) -> tuple[Scan, ...]:
        """One scan for each header."""
        return tuple(self._scan(group, wanted) for group in self.groups)

    def _scan(self, group: Group, wanted: Sequence[str]) -> Scan:
        names = group.header.names
        columns = {name: Column(f"c{names.index(name)}", "VARCHAR") for name in wanted if name in names}
        columns |= {name: Column(identifier(name), "VARCHAR") for name in wanted if name in self.partitions}
        alone = len(group.files) == 1 and not REMOTE.match(group.files[0])  # an address may be a pattern of many
        return Scan(
            _relation(group, REJECTS, hive=self.source.hive),
            columns,
            UNSAID if alone else "source_file",
            lines=_lines(group),
            used=_used(group),
            files=group.files,
            written=True,
            first=_relation(group, f"{REJECTS}, {PEEK}", hive=self.source.hive),
        )


def open_delimited(source: Source, connection: duckdb.DuckDBPyConnection) -> DelimitedLog:
    """Reads the headers. Raises AuditError for files that are empty, or no text in UTF-8."""
    headers: dict[Header, list[str]] = {}
    empty = []
    for file in source.files:
        with reading(source):
            line = first_line(file, connection)
        if line is None:
            empty.append(file)
        else:
            headers.setdefault(_header(line, file), []).append(file)
    if not headers:
        raise AuditError(
            f"{shown(source.files[0])} is empty: it holds no line that could be the header.",
            "Check how it was exported.",
        )
    groups = tuple(
        Group(header, tuple(files), _escape(header, files[0], connection)) for header, files in headers.items()
    )
    return DelimitedLog(source, groups, partitions_of(source), tuple(empty))


def _header(line: str, file: str) -> Header:
    """Cuts at the delimiter that gives the most names."""
    if not line.strip() or len(line) > LONGEST_HEADER:
        said = f"is {len(line):,} characters long" if line.strip() else "is blank"
        raise AuditError(f"The first line of {shown(file)} {said}.", "It must be the header: the names of the columns.")
    cuts = {mark: next(csv.reader([line], delimiter=mark), []) for mark in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda mark: len(cuts[mark]))
    quote = "'" if line.startswith("'") and line.rstrip().endswith("'") else '"'
    names = [name.strip() for name in next(csv.reader([line], delimiter=delimiter, quotechar=quote))]
    if len(set(names)) < len(names) and any(DATA.match(name) for name in names):
        raise AuditError(
            f"The first line of {shown(file)} does not look like a header: {printable(line[:200])!r}.",
            "It must hold the names of the columns: write them above the rows.",
        )
    refuse_duplicates(names, shown(file))
    return Header(line, delimiter, quote, tuple(names))


def _escape(header: Header, file: str, connection: duckdb.DuckDBPyConnection) -> str:
    """What escapes a quote inside quotes, from a sample: the quote itself, or (Spark) a backslash."""
    query = (
        f"SELECT Escape FROM sniff_csv({file_literal(file)}, delim = {literal(header.delimiter)},"
        f" quote = {literal(header.quote)}, header = true, all_varchar = true, ignore_errors = true, {PEEK})"
    )
    try:
        found = connection.execute(query).fetchall()
    except duckdb.Error:
        return header.quote
    return "\\" if found and found[0][0] == "\\" else header.quote


def partitions_of(source: Source) -> tuple[str, ...]:
    """The keys of the hive folders (key=value) that the files lie in."""
    folders = source.files[0].split("/")[:-1] if source.hive else []
    return tuple(folder.split("=", 1)[0] for folder in folders if "=" in folder)


def _lines(group: Group) -> str:
    """A SELECT (source_file, lines): how many lines each file has, after its header; those that are no UTF-8 apart."""
    lines = lines_of(group.files, UNCUT)
    return f"SELECT source_file, count(*) - 1 AS lines FROM {lines} WHERE trim(line) <> '' GROUP BY source_file"


def _used(group: Group) -> str:
    """A SELECT (source_file, lines): how many lines the rows of each file are made of; quoted values may span some."""
    text = f"concat_ws('', {', '.join(f'c{index}' for index in range(len(group.header.names)))})"
    lines = f"sum(1 + length({text}) - length(replace({text}, chr(10), '')))"
    return f"SELECT source_file, {lines} AS lines FROM {_relation(group, RECOUNT, hive=False)} GROUP BY source_file"


def _relation(group: Group, options: str, *, hive: bool) -> str:
    header = group.header
    nulls = [one for one in NULLS if group.escape not in one]
    types: Mapping[str, str] = {f"c{index}": "VARCHAR" for index in range(len(header.names))}
    columns = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in types.items())
    partitions = "hive_partitioning = true, hive_types_autocast = false" if hive else "hive_partitioning = false"
    return (
        f"read_csv({file_literals(group.files)}, auto_detect = false, header = true, columns = {{{columns}}},"
        f" delim = {literal(header.delimiter)}, quote = {literal(header.quote)}, escape = {literal(group.escape)},"
        f" nullstr = {literals(nulls)}, filename = 'source_file', {partitions}, {options})"
    )
