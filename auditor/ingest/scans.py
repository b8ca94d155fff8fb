"""What the three formats have in common: names, and scans whose columns SQL can refer to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import duckdb

from auditor.errors import AuditError
from auditor.ingest.files import Source, shown
from auditor.ingest.quoting import printable

# Lines of a complaint that show a row of the log, with a user in it perhaps, or our own SQL.
DROPPED = ("Original Line", "LINE ", " ")
MIXED_ENDS = re.compile(r"invalid state.*^ *file = ([^\n]*)", re.DOTALL | re.MULTILINE)
HINTS = {
    "gzip": "The file is cut off, or is not gzip: fetch or compress it again.",
    "zstd": "The file is cut off, or is not zstd: fetch or compress it again.",
    "magic bytes": "The file is not Parquet, or is cut off: write it again, or give it the suffix of its format.",
    "too small to be a parquet": "The file is not Parquet, or is cut off: write it again.",
    "permission denied": "Give this user the right to read it.",
    "hive": "Every file must lie under the same partition keys (key=value folders).",
    "unicode": "The file is not UTF-8: convert it (iconv -f LATIN1 -t UTF-8, or -f UTF-16).",
    "utf-8": "The file is not UTF-8: convert it (iconv -f LATIN1 -t UTF-8, or -f UTF-16).",
    "extension": "Reading this address needs a DuckDB extension that could not be loaded; copy the files here instead.",
    "out of memory": "Allow more with --memory-limit, or give the audit a machine with more memory.",
}
UNSAID = "CAST(NULL AS VARCHAR)"
PAGES = dict.fromkeys(("gzip", "zstd"), "A page of the file is damaged: fetch it or write it again.")


@dataclass(frozen=True)
class Column:
    """One column of a scan: the SQL that reads it, and its type there."""

    sql: str
    type: str


@dataclass(frozen=True)
class Scan:
    """Files that are read at once. `relation` is a FROM item.

    `file` is the SQL of the file that a row is from, `UNSAID` where the row's number says it or there is but one.
    `broken` is the SQL of why the line itself cannot be used, NULL where it can. `lines` is a SELECT of each
    source_file and its number of lines (no header, no blank ones), `used` one of how many of them rows were made of,
    `files` the names; '' and () where every line is a row. `written`: all values are text as somebody wrote them,
    missing ones too. `first` is a FROM item that costs less than `relation` where the first rows are all that is asked.
    """

    relation: str
    columns: Mapping[str, Column]
    file: str = UNSAID
    broken: str = "NULL"
    lines: str = ""
    used: str = ""
    files: tuple[str, ...] = ()
    written: bool = False
    first: str = ""


class Log(Protocol):
    """An opened input: the names of its columns, and scans of those that are wanted."""

    @property
    def source(self) -> Source:
        """The files."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' own names, over all files."""

    @property
    def first_line(self) -> str:
        """The line that was taken for a header, '' where the format has none."""

    def scans(self, wanted: Sequence[str]) -> tuple[Scan, ...]:
        """Scans with the columns `wanted`; a scan of files that lack one leaves it out."""


@contextmanager
def reading(source: Source) -> Iterator[None]:
    """Turns what the engine says of unreadable files into an AuditError that names them."""
    try:
        yield
    except duckdb.Error as error:
        raise unreadable(source, str(error)) from error


def unreadable(source: Source, complaint: str) -> AuditError:
    """The AuditError for the engine's `complaint` about the files of `source`."""
    if mixed := MIXED_ENDS.search(complaint):
        return AuditError(
            f"{shown(mixed[1])} has mixed line ends: some of LF, CRLF and CR.",
            "Give all lines one end (tr -d '\\r', dos2unix).",
        )
    lines = [line for line in complaint.splitlines() if line.strip() and not line.startswith(DROPPED)]
    said = " ".join(lines[:3]).removeprefix("Invalid Input Error: ").removeprefix("IO Error: ")
    first = shown(source.files[0])
    named = "" if any(file in complaint for file in source.files) else f" ({first}{_others(source)})"
    hints = HINTS | PAGES if source.format == "parquet" else HINTS
    hint = next((hint for mark, hint in hints.items() if mark in complaint.lower()), "Check the files.")
    return AuditError(f"The {source.role} log cannot be read{named}: {printable(said[:400])}", hint)


def _others(source: Source) -> str:
    return f" and {len(source.files) - 1} more" if len(source.files) > 1 else ""
