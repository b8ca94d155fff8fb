from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import fields, replace
from math import inf, nan

import pytest
from example_plan import LONG, both, example, model, report
from jsonschema import Draft202012Validator

from auditor.cli.output import paint
from auditor.plan import Addition, Cost, Estimate, ModelPlan, Pace, Plan, Unfed, Unplanned, Way
from auditor.report.layout import Layout
from auditor.report.plan_json import plan_schema, to_json
from auditor.report.plan_markdown import to_markdown
from auditor.report.plan_table import parts

VALIDATOR = Draft202012Validator(plan_schema())


def table(made: Plan, width: int = 100, **look) -> str:
    layout = Layout(width, **look)
    return paint(layout, *parts(made, layout))


def section(text: str, name: str) -> str:
    """What stands under the heading of one model, on one line."""
    return " ".join(re.split(rf"\n\n\d  {re.escape(name)}", text)[1].split("\n\n")[1].split())


def parsed(made: Plan) -> dict:
    return json.loads(to_json(made), parse_constant=lambda name: pytest.fail(f"{name} in JSON"))


@pytest.mark.parametrize(
    ("kind", "name"),
    [(ModelPlan, "model"), (Way, "way"), (Pace, "pace"), (Cost, "cost"), (Estimate, "estimate"), (Unfed, "unfed"),
     (Addition, "addition"), (Unplanned, "unplanned")],
)  # fmt: skip
def test_the_schema_describes_every_field(kind, name):
    described = plan_schema()["$defs"][name]
    written = [field.name for field in fields(kind)]

    assert described["required"] == written
    assert list(described["properties"]) == written


def test_the_schema_is_a_schema_and_lets_keys_be_added():
    Draft202012Validator.check_schema(plan_schema())
    assert '"additionalProperties": false' not in json.dumps(plan_schema())
    assert plan_schema()["required"] == list(plan_schema()["properties"])


@pytest.mark.parametrize("made", [example(), Plan(report(), 7, 0.95, (), ())])
def test_json_keeps_to_the_schema(made):
    document = parsed(made)

    VALIDATOR.validate(document)
    assert document["schema_version"] == "1"
    assert list(document) == plan_schema()["required"]


def test_json_has_six_digits_and_nothing_that_is_no_number():
    odd = model(1, "odd", need=25.098039215686274, target=inf, missing=nan)
    told = parsed(Plan(report(), 28, 0.95, (odd,), ()))["models"][0]

    assert (told["need"], told["target"], told["missing"]) == (25.098, None, None)
    assert told["ways"][0]["cost"]["a_day"] == {"value": 8.2266, "low": 0.27778, "high": 35.2087}


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160])
def test_the_table_fits_its_width_and_cuts_no_name(width):
    text = table(example(), width)

    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    assert LONG in "".join(text.split())


def test_the_table_has_a_line_a_model_with_what_it_takes():
    lines = table(example(), 160).splitlines()
    [line] = [line for line in lines if re.match(r"\s*1  related_videos .*%", line)]

    assert line.split() == ["1", "related_videos", "296", "300", "0.41%", "30.3%", "30.3%", "8.23", "[0.278,", "35.2]"]


def test_what_is_to_be_done_is_told_in_words():
    text = section(table(example()), "related_videos")

    for said in (
        "296 of 300: own choices bring them in 28 days less than the 25.1 exposures (3 / 12.0%)",
        "133 were never shown",
        "0.41% [0.28, 0.60] today (implied)",
        "30.3% of exposures, 277 a day, drawn from all 300 outcomes; 5% takes 316 days, 10% takes 158 days",
        "drawn from those that still lack exposures, the unfed first",
        "uniform loses 8.23 [0.278, 35.2] clicks a day, 7.5% [0.3, 32.2] of all",
        "from what 55% of the unfed outcomes got when they were shown",
        "vid_000 (1 of 7), vid_001 (1 of 6)",
        "vid_007, vid_008, vid_009 (never shown), and 286 more",
        "policy: marks what explores",
        "note the first note the second note",
    ):
        assert said in text


def test_bounds_are_not_dressed_up_as_an_estimate():
    assert "loses 0 to 88 clicks a day, 0% to 40.9% of all" in section(table(example()), LONG)


def test_what_gains_is_not_said_to_lose():
    gain = Cost(Estimate(-15.0, -22.2, 1.46), Estimate(-0.235, -0.348, 0.023))
    made = Plan(report(), 28, 0.95, (model(1, "hidden", ways=both(gain, 0.3)),), ())

    assert "uniform gains 15 [-1.46, 22.2] clicks a day, 23.5% [-2.3, 34.8] of all" in section(table(made), "hidden")


def test_what_is_out_of_reach_is_said_so():
    text = section(table(example()), "hopeless")

    assert "uniform not within 28 days; 5% takes 316 days" in text
    assert "loses" not in text


def test_labels_are_decided_and_not_drawn():
    text = section(table(example()), "loans")

    assert "none: own choices bring each outcome that can be fed the 25.1 labelled exposures" in text
    assert "2.8% of exposures, 24 a day, decided at random among the outcomes that get a label" in text


def test_without_time_there_are_no_days():
    text = section(table(example()), "timeless")

    assert "days" not in text
    assert "a day" not in text
    assert "uniform loses 7.5% [0.3, 32.2] of all clicks" in text


def test_what_to_log_is_told_once():
    text = table(example())

    assert text.count("marks what explores") == 1
    assert text.count("as for related_videos") == 3


def test_text_of_a_log_is_data():
    hostile = replace(example(), models=(model(1, "[red]x\x1b[31m|<b>`y`"),))
    plain, marked = table(hostile), to_markdown(hostile)

    assert "\x1b" not in plain + marked
    assert "[red]x\\x1b" in plain
    assert "<b>" not in marked
    assert "beta\\x1bwidget" in plain


def test_markdown_says_the_same():
    text = to_markdown(example())
    lines = text.splitlines()

    assert lines[0] == "# What 5 models would have to explore for every outcome to be fed in 28 days"
    assert [line.count("|") for line in lines if line.startswith("|")] == [9] * 7
    assert "## 1. related\\_videos: starved" in text
    assert "- **targeted**: 30.3% of exposures, 277 a day" in text
    assert "## Not planned" in text


def test_nothing_to_plan_is_a_line():
    nothing = Plan(report(), 28, 0.95, (), ())
    refused = Plan(report(), 28, 0.95, (), example().unplanned)

    assert table(nothing) == "Nothing to plan: no model is starved or at risk.\n"
    assert table(refused).startswith("Nothing can be planned.\n\nNot planned\n")


def test_ascii_and_colour_are_as_the_layout_says():
    assert table(example(), unicode=False).isascii()
    assert "\x1b[1m" in table(example(), color=True)


def test_the_report_package_still_imports_no_drawing_library():
    script = "import sys, auditor.report; sys.exit(any(m in sys.modules for m in ('rich', 'polars', 'auditor.plan')))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
