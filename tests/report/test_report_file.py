from __future__ import annotations

import os
import stat
import threading

import pytest

from auditor.errors import AuditError
from auditor.report import file as report_file
from auditor.report import format_of, write


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/report.json", "json"),
        ("report.JSONL", "jsonl"),
        ("report.md", "markdown"),
        ("report.markdown", "markdown"),
        ("report.txt", "table"),
    ],
)
def test_the_suffix_names_the_format(path, name):
    assert format_of(path) == name


@pytest.mark.parametrize("path", ["report", "report.yaml", ".json", "-"])
def test_another_suffix_is_an_error_that_names_the_known(path):
    with pytest.raises(AuditError) as error:
        format_of(path)
    assert ".json, .jsonl, .md" in error.value.hint


def test_a_file_is_written_whole_with_the_mode_of_the_umask(tmp_path):
    path = tmp_path / "report.md"
    path.write_text("before")
    before = os.umask(0o027)
    try:
        write(path, "naïve\n")
    finally:
        os.umask(before)
    assert path.read_bytes() == "naïve\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["report.md"]


def test_a_failure_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "report.md"
    path.write_text("before")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report_file.os, "fsync", full)
    with pytest.raises(AuditError, match="No space left on device"):
        write(path, "after")
    assert path.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["report.md"]


def test_a_symbolic_link_stays_one(tmp_path):
    (tmp_path / "link.md").symlink_to(tmp_path / "report.md")
    write(tmp_path / "link.md", "x")
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "report.md").read_text() == "x"


def test_a_pipe_is_written_into(tmp_path):
    pipe = tmp_path / "pipe.md"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write(pipe, "x")
    reader.join(5)
    assert read == ["x"]


@pytest.mark.parametrize(
    ("place", "hint"),
    [("missing/report.md", "There is no folder"), (".", "is a folder"), ("f/r.md", "no folder")],
)
def test_a_place_that_cannot_be_written_is_an_error(tmp_path, place, hint):
    (tmp_path / "f").write_text("")
    with pytest.raises(AuditError) as error:
        write(tmp_path / place, "x")
    assert "cannot be written" in error.value.message
    assert hint in error.value.hint
