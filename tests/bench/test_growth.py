import json
import subprocess
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from tests.bench import growth, results, tables
from tests.bench.asked import asked, verdicts
from tests.bench.generate import Shape, generate
from tests.bench.growth import Point
from tests.bench.processes import PROJECT, Run

SMALL = Shape(rows=5_000, items=100)
MILLION = 1_000_000


def rows(folder, reader):
    query = """SELECT model_id, model_version, item_id, "timestamp", request_id, user_id, position FROM {}('{}')"""
    return duckdb.sql(query.format(reader, folder / "exposures*")).fetchall()


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    generate(SMALL, folder)
    return folder


@pytest.mark.parametrize("change", [{"files": 3}, {"group": 2_048}, {"format": "csv"}, {"format": "csv.gz"}], ids=str)
def test_a_log_is_the_same_however_it_is_laid_out(change, written, tmp_path):
    shape = replace(SMALL, **change)
    generate(shape, tmp_path)
    assert rows(tmp_path, "read_csv" if shape.format != "parquet" else "read_parquet") == rows(written, "read_parquet")
    assert len([*tmp_path.glob("exposures*")]) == shape.files
    assert (tmp_path / f"clicks.{shape.format}").exists()


def test_row_groups_are_as_large_as_asked(written, tmp_path):
    generate(replace(SMALL, group=2_048), tmp_path)
    groups = "SELECT max(row_group_id) + 1 FROM parquet_metadata('{}/exposures.parquet')"
    assert [duckdb.sql(groups.format(folder)).fetchall() for folder in (written, tmp_path)] == [[(1,)], [(3,)]]


def test_a_log_has_as_many_models_as_asked(tmp_path):
    generate(replace(SMALL, models=7), tmp_path)
    assert len({row[0] for row in rows(tmp_path, "read_parquet")}) == 7


def test_shapes_that_differ_lie_apart():
    shapes = [SMALL, *(replace(SMALL, **change) for change in growth.LAYOUTS[1:]), replace(SMALL, models=7)]
    assert SMALL.name == "5000-100"
    assert len({shape.name for shape in shapes}) == len(shapes)


def test_a_small_run_is_kept_printed_and_published(tmp_path):
    sizes = ["--axes", "rows", "memory", "--rows", "5000", "--catalogue", "100", "--rounds", "1"]
    folders = ["--cache", str(tmp_path / "logs"), "--into", str(tmp_path)]
    command = [sys.executable, "-m", "tests.bench.growth", *sizes, *folders]
    told = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    kept = json.loads((tmp_path / "results.json").read_text())["growth"]
    assert [(point["axis"], point["rows"], point["limit"]) for point in kept["points"]] == [
        ("rows", 5_000, ""),
        ("memory", 5_000, "2GB"),
    ]
    for point in kept["points"]:
        assert point["ratio"] == pytest.approx(point["scan"]["wall"] / point["beside"]["wall"], rel=0.02)
        assert point["scan"]["peak"] > point["beside"]["peak"] > 10
        assert tables.line(tables.point_cells(point), tables.WIDTHS) in told
    assert "5,000 rows with --memory-limit 2GB" in told
    assert (tmp_path / "README.md").read_text() == results.page({"growth": kept})


@pytest.fixture
def measured(monkeypatch):
    """Measures a point where a query takes 1 s and a scan 3 s, of text 5 s."""

    def measured(point, **told):
        ended = []

        def scan(*arguments):
            is_text = any(argument.endswith("csv") for argument in arguments)
            ended.append(Run(5.0, 60.0, **told) if is_text else Run(3.0, 50.0))
            return ended[-1]

        monkeypatch.setattr(growth, "made", lambda shape, _: Path(shape.name))
        monkeypatch.setattr(growth, "run", lambda *_: Run(1.0, 10.0))
        monkeypatch.setattr(growth, "module", scan)
        return growth.measure(point, Namespace(cache=None, threads="1", rounds=3)), len(ended)

    return measured


def test_parquet_is_held_against_the_query(measured):
    found, _ = measured(Point("rows", SMALL))
    assert (found["beside"], found["scan"]) == ({"wall": 1.0, "peak": 10}, {"wall": 3.0, "peak": 50})
    assert found["ratio"] == 3.0


def test_text_is_held_against_reading_it_and_a_scan_of_parquet(measured):
    found, _ = measured(Point("layout", replace(SMALL, format="csv")))
    assert (found["beside"], found["scan"]) == ({"wall": 4.0, "peak": 50}, {"wall": 5.0, "peak": 60})
    assert found["ratio"] == 1.25


def test_what_does_not_finish_is_told_and_not_run_again(measured):
    found, scans = measured(Point("layout", replace(SMALL, format="csv")), failed="out of memory")
    assert found["failed"] == "out of memory"
    assert scans == 2
    assert "out of memory" in tables.point_cells(found)
    (told,) = [each for each in asked({"points": [found]}) if each.what.startswith("csv,")]
    assert (told.found, told.word) == ("did not finish", "OVER")


def point(axis, wall, peak=100, ratio=1.0, limit="", **shape):
    kept = {"axis": axis, **vars(Shape(10 * MILLION, 50_000)), **shape, "limit": limit, "failed": ""}
    return kept | {"beside": {"wall": wall / ratio, "peak": 50}, "scan": {"wall": wall, "peak": peak}, "ratio": ratio}


def test_all_that_is_asked_is_told():
    part = {
        "help": 0.2,
        "points": [
            point("rows", 2.5, rows=MILLION),
            point("rows", 10, 1_300),
            point("rows", 150, 3_900, ratio=1.8, rows=100 * MILLION),
            point("items", 10, items=10_000),
            point("items", 900, items=20_000),
            point("models", 10, models=10),
            point("models", 21, models=1_000),
            point("layout", 12, ratio=1.2, format="csv"),
            point("layout", 14, ratio=1.4, format="csv.gz"),
            point("memory", 300, rows=100 * MILLION, limit="2GB"),
        ],
    }
    told = {each.what: (round(each.value, 2), each.word) for each in asked(part)}
    assert told.pop("more time with more items, over that of n log n")[1] == "OVER"
    assert told.pop("more time with more models, over that of n log n")[1] == "within"
    assert told == {
        "scan over query, 100 million rows": (1.8, "OVER"),
        "the same, at the least": (1.8, "within"),
        "memory, 100 million rows": (3_900, "within"),
        "memory, 10 million rows": (1_300, "OVER"),
        "time, 1 million rows": (2.5, "OVER"),
        "time a row, most over least, 1,000,000 to 100,000,000 rows": (2.5, "OVER"),
        "time a row, larger log over smaller": (1.5, "OVER"),
        "`audit --help`": (0.2, "within"),
        "1,000 models over 10, rows alike": (2.1, "OVER"),
        "csv, over reading it and scanning Parquet": (1.2, "within"),
        "csv.gz, over reading it and scanning Parquet": (1.4, "OVER"),
        "100,000,000 rows with --memory-limit 2GB": (300, "within"),
    }
    assert "OVER   at most 1.5 times" in next(verdicts(part))


def test_what_was_not_measured_is_said_to_be_missing():
    assert {(each.found, each.word) for each in asked({})} == {("not measured", "-")}


def test_the_page_is_current():
    assert (results.FOLDER / results.PAGE).read_text() == results.page(results.load(results.FOLDER))
