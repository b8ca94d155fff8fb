"""What is made, not written, is up to date: run `refresh.py` if one of these fails."""

from __future__ import annotations

import re

from blocks import readme
from generated import detectors_table, with_parts
from picture import PICTURE, TITLE, table, text_of

from auditor.detectors import BATTERY


def test_tables_are_current():
    assert with_parts(readme()) == readme()


def test_every_detector_is_in_the_table_with_its_null():
    rows = detectors_table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == [each.id for each in BATTERY]
    assert all(len(re.split(r"(?<!\\)\|", row)[3].strip()) > 10 for row in rows)


def test_picture_says_what_the_table_says(machine):
    svg = PICTURE.read_text(encoding="utf-8")
    said = table(machine, "--no-color")
    assert "job_matches" in said
    assert text_of(svg) == "".join((TITLE + said).split())


def test_picture_needs_nothing_from_elsewhere():
    svg = PICTURE.read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[^\s\"']+", svg)) <= {"http://www.w3.org/2000/svg", "https://www.textualize.io"}
    assert "url(http" not in svg
    assert f"]({PICTURE.parent.name}/{PICTURE.name})" in readme()
