"""What is published was made from the counts that are kept: run `python -m tests.calibration --tables` if not."""

from __future__ import annotations

from pathlib import Path

from auditor.detectors import BATTERY
from tests.calibration import plot, results
from tests.calibration.everything import PARTS

PROJECT = Path(__file__).parents[2]


def test_the_page_is_current():
    assert (results.FOLDER / results.PAGE).read_text(encoding="utf-8") == results.page(results.load())


def test_the_plot_is_current_and_shown():
    svg = (PROJECT / ".github" / results.PICTURE).read_text(encoding="utf-8")

    assert svg == plot.picture(results.tallied(results.load()))
    assert f"](.github/{results.PICTURE})" in (PROJECT / "README.md").read_text(encoding="utf-8")


def test_a_full_run_is_published():
    parts = results.load()

    assert set(parts) == set(PARTS)
    assert not any(part["made"]["slice"] for part in parts.values())
    assert all(part["seed"] >= 1_000_000 for part in parts.values())
    assert len(parts["counts"]["fleets"]) == parts["counts"]["planned"]
    assert sum(fleet.is_healthy for fleet in results.tallied({"counts": parts["counts"]}).fleets) >= 100


def test_every_detector_is_in_the_tables():
    page = (results.FOLDER / results.PAGE).read_text(encoding="utf-8")

    assert all(f"| {each.id} |" in page for each in BATTERY)
