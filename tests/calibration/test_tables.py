"""What the tables say of records made by hand."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from auditor.detectors import BATTERY, reasons
from auditor.detectors.thresholds import SHARED
from tests.calibration import claims, plot, results
from tests.calibration.alarm_tables import by_scan, every_alarm, false_alarms
from tests.calibration.encoding import encoded
from tests.calibration.lay_out import markdown
from tests.calibration.log_tables import damaged, planted, thresholds
from tests.calibration.power_tables import areas, implied, opened, power
from tests.calibration.records import Record, World
from tests.calibration.tables import document
from tests.calibration.tally import Tally

MADE = {"slice": True, "seconds": 90, "versions": {"python": "3"}}


def world(name, kind, volume=50_000, items=1_000, retrains=4, **more):
    return World(name, kind, volume, items, retrains, **more)


def records(place, verdict, risk, models, explored=None, truth=0.0, **heard):
    said = {name.replace("_", "-"): severity for name, severity in heard.items()}
    one = Record(place, 0, "m", verdict, risk, said, {"explored": truth}, {"explored": explored})
    return [one] * models


@pytest.fixture
def tally():
    """A healthy fleet with one alarm, one without, a mixed one, written logs and damaged ones."""
    null, loop, urn = (
        world("uniform", "null"),
        world("greedy, top 20", "closed"),
        world("urn", "narrowing", strength="exponent 1"),
    )
    small = world("greedy, top 20", "closed", 5_000)
    hidden = world(
        "greedy, top 20", "explored", strength="explores 2%, no policy column", expects=("outcome-starvation",)
    )
    clickbait = world("clickbait", "null", expects=("proxy-divergence",))
    tally = Tally()
    tally.add("counts", records(null, "healthy", 0.0, 119) + records(null, "at risk", 40.0, 1, retrain_drift="medium"))
    tally.add("counts", records(null, "healthy", 10.0, 120, retrain_drift="low"))
    tally.add(
        "counts",
        [
            *records(null, "healthy", 0.0, 60),
            *records(loop, "starved", 80.0, 29, outcome_starvation="high"),
            *records(loop, "at risk", 40.0, 1, outcome_starvation="medium"),
            *records(urn, "at risk", 40.0, 20, outcome_starvation="medium"),
            *records(hidden, "at risk", 40.0, 3, 0.021, 0.02, outcome_starvation="medium"),
            *records(hidden, "starved", 80.0, 1, 0.010, 0.02, outcome_starvation="high"),
        ],
    )
    tally.add("counts", records(world("uniform", "null", 5_000), "healthy", 0.0, 9) + records(small, "healthy", 0.0, 9))
    tally.add(
        "rows",
        records(clickbait, "at risk", 40.0, 3, proxy_divergence="medium")
        + records(clickbait, "healthy", 10.0, 1, proxy_divergence="low"),
    )
    tally.add("damaged", records(world("greedy, top 20", "closed", damage="half the clicks lost"), "healthy", 0.0, 2))
    return tally


def rows(table):
    titles, *lines = [list(row) for row in table]
    assert all(len(line) == len(titles) for line in lines)
    return [dict(zip(titles, line, strict=True)) for line in lines]


def claim(tally, what, where):
    (found,) = [each for each in claims.claims(tally) if each.what == what and each.where == where]
    return found


def test_false_alarms_are_counted_over_all_healthy_models(tally):
    found = claim(tally, "healthy models with a finding of medium or above", "counts")

    assert (found.found.split()[0], found.n, found.answer) == ("0.3%", 309, "yes")
    assert rows(false_alarms(tally))[-1]["50,000"].startswith("0.3%")


def test_scans_are_those_of_healthy_fleets(tally):
    found = claim(tally, "scans of 120 healthy models with any such finding", "counts")

    assert (found.found.split()[0], found.n, found.answer) == ("50%", 2, "**no**")
    assert [row["scans"] for row in rows(by_scan(tally))] == ["2", "2"]


def test_every_alarm_names_its_cell_and_detector(tally):
    (found,) = rows(every_alarm(tally))

    assert (found["world"], found["detector"], found["medium"], found["high"]) == ("uniform", "retrain-drift", "1", "0")
    assert found["models"] == "300"


def test_power_is_of_the_loops_that_must_be_found(tally):
    where = "50,000 exposures, 4 retrains, 1,000 outcomes"

    assert claim(tally, "closed loops that are `starved`", where).found.startswith("96.7%")
    assert claim(tally, "urns of exponent 1 `at risk` or worse", where).found.startswith("100%")
    assert claim(tally, "closed loops that are `starved`", where.replace("1,000", "100")).answer == "no data"


def test_ranking_and_area_are_within_mixed_fleets(tally):
    what = "loops that rank above every healthy model of their fleet"

    assert claim(tally, what, "50,000 exposures, 4 or 6 retrains").found.startswith("100%")
    assert claim(tally, "AUROC of risk, loops against healthy", "50,000 exposures, 4 retrains").found == "1.000"
    assert [row["all"] for row in rows(areas(tally)) if row["retrains"] == "4"][-1] == f"{(50 + 9 / 2) / 59:.3f}"


def test_what_cannot_be_told_from_a_null_is_said_so(tally):
    found = {row["loop"]: row for row in rows(power(tally))}

    assert found["greedy, top 20"]["5,000"].startswith("cannot tell: 0%")
    assert found["greedy, top 20"]["50,000"].startswith("100%")
    assert found["greedy, top 20"]["500,000"] == "-"


def test_implied_exploration_is_held_against_the_truth(tally):
    (found,) = rows(implied(tally))
    (verdicts,) = rows(opened(tally))

    assert found["50,000"].startswith("75%")
    assert verdicts["50,000"] == "25% / 75% / 0% (n=4)"


def test_damage_counts_verdicts(tally):
    (found,) = rows(damaged(tally))

    assert (found["damage"], found["healthy"], found["models"]) == ("half the clicks lost", "2", "2")
    assert claim(tally, "closed loops called healthy", "damaged logs").answer == "**no**"


def test_what_is_planted_in_written_logs_is_held_against_what_is_expected(tally):
    (found,) = rows(planted(tally))

    assert found["detectors that are right to report it: medium or above/any"] == "proxy-divergence 75%/100%"


def test_thresholds_are_all_there_with_their_reasons():
    found = rows(thresholds())

    assert len(found) == sum(len(reasons(each)) for each in (SHARED, *(one.thresholds for one in BATTERY)))
    assert all(row["why"] for row in found)


def test_a_table_without_rows_is_left_out():
    assert markdown([["a", "b"]]) == ""
    assert markdown([["a", "b"], ["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


def test_the_page_has_a_table_under_every_heading(tally):
    for part in document(tally, "| a |\n| --- |\n| 1 |", "# Title\n").split("\n## ")[1:]:
        assert "\n| --- |" in part, part.splitlines()[0]


def test_pages_are_made_from_the_file_alone(tally, tmp_path):
    results.save({"counts": {"made": MADE, "seed": 1, "planned": 9, **encoded(tally)}}, tmp_path)
    results.publish(tmp_path, tmp_path)

    assert results.tallied(results.load(tmp_path)) == tally
    assert (tmp_path / results.PAGE).read_text() == results.page(results.load(tmp_path))
    assert "| uniform | null | " in (tmp_path / results.PAGE).read_text()


def test_the_plot_draws_what_has_enough_models(tally):
    panel = plot.by_volume(tally)

    assert [[round(point[1], 3) for point in line.points] for line in panel.series] == [[0.967], [1.0], [0.003]]
    assert [line.points for line in plot.by_exploration(tally).series] == [[(0.0, *panel.series[0].points[0][1:])]] * 2


def test_the_plot_is_whole_and_needs_nothing_from_elsewhere(tally):
    svg = plot.picture(tally)

    assert ET.fromstring(svg).tag == "{http://www.w3.org/2000/svg}svg"
    assert "prefers-color-scheme: dark" in svg
    assert "url(" not in svg
    assert svg.count("http") == 1
