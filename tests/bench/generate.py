"""The logs that the benchmarks read: made once, the same on every machine, and kept in `.bench/`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import duckdb

from tests.bench.processes import run

SHARE = "(hash({}) / 18446744073709551616)"
EXPOSURES = f"""
    SELECT
        'model_' || (request % {{models}}) AS model_id,
        'v' || (i * 6 // {{rows}}) AS model_version,
        'item_'
            || (10 * CAST(floor({{items}} // 10 * pow({SHARE.format("i, 'item'")}, 3)) AS INTEGER) + i % 10) AS item_id,
        TIMESTAMP '2026-09-01' + to_milliseconds(CAST(request * 36288000000 // {{rows}} AS BIGINT)) AS "timestamp",
        CAST(CAST(md5(CAST(request AS VARCHAR)) AS UUID) AS VARCHAR) AS request_id,
        'u' || CAST(floor(500000 * {SHARE.format("request, 'user'")}) AS INTEGER) AS user_id,
        CAST(i % 10 + 1 AS INTEGER) AS position,
        hash(i, 'click') % 100 < 3 AS clicked
    FROM (SELECT i, i // 10 AS request FROM range({{first}}, {{last}}) AS rows(i))"""
CLICKS = 'SELECT request_id, item_id, "timestamp" + INTERVAL 30 SECOND AS "timestamp", user_id FROM {} WHERE clicked'
WRITTEN = {
    "parquet": "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {group}",
    "csv": "FORMAT csv, HEADER, COMPRESSION none",
    "csv.gz": "FORMAT csv, HEADER, COMPRESSION gzip",
}


@dataclass(frozen=True)
class Shape:
    """What a log is like: exposures, outcomes, models, files in order of time, rows of a row group, format."""

    rows: int
    items: int
    models: int = 40
    files: int = 1
    group: int = 122_880
    format: str = "parquet"

    @property
    def name(self) -> str:
        """Of its folder: rows and items, and what is not as it mostly is."""
        unusual = [field.name for field in fields(self)[2:] if getattr(self, field.name) != field.default]
        told = [f"{getattr(self, name)}{name}".removesuffix("format") for name in unusual]
        return "-".join([str(self.rows), str(self.items), *told])

    @property
    def parts(self) -> list[Path]:
        """The names of the files of exposures, in the order in which they are written."""
        numbers = [f"-{number:02}" for number in range(self.files)] if self.files > 1 else [""]
        return [Path(f"exposures{number}.{self.format}") for number in numbers]


def made(shape: Shape, cache: Path) -> Path:
    """The folder of such a log, made by a process of its own if it is not there."""
    folder = cache / shape.name
    if not (folder / shape.parts[-1]).exists():
        told = [f"--{name}={value}" for name, value in [*asdict(shape).items()][2:]]
        run("tests.bench.generate", str(folder), str(shape.rows), str(shape.items), *told)
    return folder


def logs(shape: Shape, folder: Path) -> list[str]:
    """The options that name both logs."""
    return ["--exposures", f"{folder}/exposures*.{shape.format}", "--feedback", f"{folder}/clicks.{shape.format}"]


def generate(shape: Shape, folder: Path) -> None:
    """Writes clicks and exposures: slates of ten, 3 % of the exposures clicked.

    6 retrains, 500,000 users; items skewed as the cube of a uniform number.
    """
    folder.mkdir(parents=True, exist_ok=True)
    options = WRITTEN[shape.format].format(**asdict(shape))
    with duckdb.connect() as connection:
        for query, path in _queries(shape):
            _write(connection, query, folder / path, options)


def _queries(shape: Shape) -> Iterator[tuple[str, Path]]:
    """What goes into each file; the last file of exposures comes last."""
    whole = EXPOSURES.format(**asdict(shape), first=0, last=shape.rows)
    yield CLICKS.format(f"({whole})"), Path(f"clicks.{shape.format}")
    for number, path in enumerate(shape.parts):
        first, last = (shape.rows * bound // shape.files for bound in (number, number + 1))
        yield f"SELECT * EXCLUDE (clicked) FROM ({EXPOSURES.format(**asdict(shape), first=first, last=last)})", path


def _write(connection: duckdb.DuckDBPyConnection, query: str, path: Path, options: str) -> None:
    """Whole or not at all: a log that was cut off must not be measured."""
    unfinished = path.with_suffix(".part")
    connection.execute(f"COPY ({query}) TO '{unfinished}' ({options})")
    unfinished.rename(path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("rows", type=int)
    parser.add_argument("items", type=int)
    for usual in fields(Shape)[2:]:
        parser.add_argument(f"--{usual.name}", type=type(usual.default), default=usual.default)
    given = vars(parser.parse_args())
    generate(folder=given.pop("folder"), shape=Shape(**given))
