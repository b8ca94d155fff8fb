from __future__ import annotations

import gzip
import os
import re
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written_logs import Logs

from auditor.ingest.line_ends import CHUNK, counting, line_ends
from auditor.ingest.lines import ODD_LINES, UNCUT, forget_rejects, lines_of

HEADER = "model_id,item_id,request_id\n"
PIECES = st.lists(st.sampled_from([b"a", b",", b'"', b" ", b"\n", b"\r\n", "é".encode(), b"\xff", b"\0"]), max_size=20)
CONNECTION = duckdb.connect(config={"threads": 1})


def written(content: bytes, folder: str, name: str = "log.csv") -> str:
    path = Path(folder) / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return str(path)


def lines_by_the_engine(file: str) -> int:
    forget_rejects(CONNECTION)
    query = f"SELECT count(*) FROM {lines_of((file,), UNCUT)} WHERE trim(line) <> ''"
    lines = CONNECTION.execute(query).fetchall()[0][0]
    return int(lines + CONNECTION.execute(f"SELECT coalesce(sum(lines), 0) FROM ({ODD_LINES})").fetchall()[0][0])


@settings(deadline=None)
@given(
    content=st.lists(st.sampled_from([b"a", b"\n", b"\r"]), max_size=12).map(b"".join),
    chunk=st.integers(1, 5),
    name=st.sampled_from(["log.csv", "log.csv.gz"]),
)
def test_line_ends_are_counted_wherever_a_chunk_ends(content: bytes, chunk: int, name: str) -> None:
    ends = re.findall(rb"\r\n|\r|\n|[^\r\n]\Z", content)
    with TemporaryDirectory() as folder:
        assert line_ends(written(content, folder, name), chunk) == len(ends)


@settings(deadline=None)
@given(pieces=PIECES, chunk=st.integers(1, 5))
def test_the_engine_never_finds_more_lines_than_there_are_ends(pieces: list[bytes], chunk: int) -> None:
    with TemporaryDirectory() as folder:
        file = written(b"".join(pieces), folder)
        ends = line_ends(file, chunk)
        assert ends is not None
        assert ends >= lines_by_the_engine(file)


@settings(deadline=None)
@given(lines=st.lists(st.sampled_from([b"a", b" b", "é".encode(), b"\xff", b'"']), min_size=1, max_size=9))
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_the_engine_finds_as_many_lines_as_ends_where_none_is_blank(lines: list[bytes], end: bytes) -> None:
    with TemporaryDirectory() as folder:
        file = written(end.join(lines), folder)
        assert line_ends(file) == lines_by_the_engine(file)


def test_all_parts_of_an_archive_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "log.csv.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbfa\nb") + gzip.compress(b"c\nd\n") + gzip.compress(b""))
    assert line_ends(str(path)) == 3


def test_a_long_file_is_counted_by_chunks(tmp_path: Path) -> None:
    assert line_ends(written(b"a,b\r\n" * CHUNK, str(tmp_path))) == CHUNK


def test_what_cannot_be_counted_is_left_to_the_engine(tmp_path: Path) -> None:
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress(b"a\n" * 1_000)[:-9])
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(gzip.compress(os.urandom(1_000))[:500] + b"a" * 600)
    plain = tmp_path / "plain.csv.gz"
    plain.write_bytes(b"a\n")
    other = tmp_path / "log.csv.zst"
    other.write_bytes(b"a\n")
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    for file in (cut, broken, plain, other, pipe, tmp_path, tmp_path / "none.csv", "s3://logs/a.csv"):
        assert line_ends(str(file)) is None


def test_counting_ends_with_what_it_was_begun_beside(tmp_path: Path) -> None:
    files = [written(b"a\n" * 10 * CHUNK, str(tmp_path), f"{number}.csv") for number in range(9)]
    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt), counting(files, 2):
        raise KeyboardInterrupt
    assert threading.active_count() == before


@pytest.mark.parametrize("name", ["exposures.csv", "exposures.csv.gz"])
@pytest.mark.parametrize(
    ("rows", "recounted"),
    [
        ("m,a,1\nm,b,2\n", False),
        ('m,"a",1\nm,b,2', False),
        ("m,a,1\n\nm,b,2\n", True),
        ('m,"a\nb",1\nm,c,2\n', True),
        ('m,a,1\nm,b,2\nm,"c,3\nm,d,4\n', True),
        ("m,a,1\nm,b,2\nm,\xff,3\n", True),
    ],
)
def test_the_engine_counts_lines_only_where_rows_are_missing(logs: Logs, name: str, rows: str, recounted: bool) -> None:
    logs.text(name, (HEADER + rows).encode("latin-1"))
    assert logs.read(max_bad_rows=0.9).inputs[0].rows_used == 2
    assert bool(logs.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'ingest_unread'")) is recounted
