from __future__ import annotations

import json
from dataclasses import fields, replace
from math import inf, nan

import pytest
from example_report import drift, example, starvation
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from auditor.errors import AuditError
from auditor.finding import (
    ColumnUse,
    Evidence,
    Finding,
    InputSummary,
    ModelReport,
    Rejection,
    Report,
    Severity,
    Skip,
    Summary,
)
from auditor.report import from_json, render, schema, to_json

VALIDATOR = Draft202012Validator(schema())
LINE_VALIDATOR = Draft202012Validator({**schema(), "$ref": "#/$defs/line", "required": [], "properties": {}})
TEXT = st.text(max_size=20)
NUMBER = st.floats() | st.none()


def parsed(text: str) -> dict:
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))


def empty(report: Report) -> Report:
    summary = Summary("Nothing", 0, 0, 0, 0, 0, 0, {}, 0)
    return replace(report, inputs=(), window={}, settings={}, summary=summary, models=(), findings=(), skips=())


def test_the_schema_is_a_schema_and_lets_keys_be_added():
    Draft202012Validator.check_schema(schema())
    assert '"additionalProperties": false' not in json.dumps(schema())


@pytest.mark.parametrize(
    ("kind", "name", "added"),
    [
        (Report, None, {"schema_version"}),
        (Finding, "finding", {"fingerprint"}),
        (ModelReport, "model", {"findings"}),
        (Evidence, "evidence", set()),
        (Skip, "skip", set()),
        (Summary, "summary", set()),
        (InputSummary, "input", set()),
        (ColumnUse, "column_use", set()),
        (Rejection, "rejection", set()),
    ],
)
def test_the_schema_requires_every_field(kind, name, added):
    part = schema()["$defs"][name] if name else schema()
    assert set(part["required"]) == {field.name for field in fields(kind)} | added
    assert set(part["properties"]) == set(part["required"])


@pytest.mark.parametrize("change", [lambda report: report, empty])
def test_json_holds_to_the_schema(change):
    VALIDATOR.validate(parsed(to_json(change(example()))))


def test_the_schema_refuses_what_is_no_report():
    document = parsed(to_json(example()))
    del document["findings"][0]["fingerprint"]
    assert not VALIDATOR.is_valid(document)


@settings(max_examples=40, deadline=None)
@given(text=TEXT, number=NUMBER, value=st.floats(), n=st.integers(0, 2**70) | st.none())
def test_odd_texts_and_numbers_hold_to_the_schema(text, number, value, n):
    evidence = Evidence(text, value, number, number, number, n, text)
    finding = replace(starvation(text, 10), evidence=(evidence,), title=text, segment=text)
    model = replace(example().models[0], model_id=text, risk=value, measures={text: {text: number}})
    report = replace(example(), findings=(finding,), models=(model,), warnings=(text,), window={text: value})
    written = to_json(report)
    VALIDATOR.validate(parsed(written))
    assert written.isascii()
    assert to_json(from_json(written)) == written
    for line in render(report, "jsonl").splitlines():
        LINE_VALIDATOR.validate(parsed(line))


def test_what_is_read_is_what_was_written():
    report = example()
    assert from_json(to_json(report)) == report


def test_numbers_that_are_not_finite_are_null_and_others_have_six_digits():
    model = replace(example().models[0], risk=nan, measures={"d": {"a": inf, "b": 1 / 3, "c": 123456789}})
    written = parsed(to_json(replace(example(), models=(model,))))["models"][0]
    assert written["risk"] is None
    assert written["measures"] == {"d": {"a": None, "b": 0.333333, "c": 123456789}}


def test_models_name_their_findings():
    document = parsed(to_json(example()))
    assert document["models"][0]["findings"] == [
        finding["fingerprint"] for finding in document["findings"] if finding["model_id"] == "homepage-ranker"
    ]
    assert len(document["models"][0]["findings"]) == 3


def test_json_ends_with_a_newline_and_begins_with_its_version():
    text = to_json(example())
    assert text.endswith("}\n")
    assert next(iter(parsed(text))) == "schema_version"


def test_each_model_and_each_finding_has_a_line_of_its_own():
    report = example()
    lines = [line.removesuffix(",") for line in to_json(report).splitlines()]
    whole = [parsed(line) for line in lines if line.startswith("{") and line.endswith("}") and len(line) > 1]
    document = parsed(to_json(report))
    assert [line for line in whole if "verdict" in line] == document["models"]
    assert [line for line in whole if "evidence" in line] == document["findings"]


def test_jsonl_lines_are_complete_by_themselves():
    lines = [parsed(line) for line in render(example(), "jsonl").splitlines()]
    assert len(lines) == 9
    for line in lines:
        LINE_VALIDATOR.validate(line)
    assert lines[0]["verdict"] == "starved"
    assert lines[0]["risk"] == 96
    assert lines[0]["run_id"] == "0198c7d2"
    assert lines[0]["tool"]["name"] == "auditor"


def test_jsonl_of_a_report_without_findings_is_empty():
    assert render(empty(example()), "jsonl") == ""


def test_jsonl_keeps_a_finding_whose_model_is_not_listed():
    report = replace(empty(example()), findings=(drift("elsewhere"),))
    line = parsed(render(report, "jsonl"))
    LINE_VALIDATOR.validate(line)
    assert line["verdict"] is None


@pytest.mark.parametrize(("least", "shown"), [(Severity.LOW, 9), (Severity.MEDIUM, 7), (Severity.HIGH, 5)])
def test_mild_findings_are_left_out_and_counted(least, shown):
    document = parsed(render(example(), "json", min_severity=least))
    VALIDATOR.validate(document)
    assert len(document["findings"]) == shown
    assert document["summary"]["hidden"] == 9 - shown
    assert len(document["models"]) == 12
    assert {f for model in document["models"] for f in model["findings"]} == {
        finding["fingerprint"] for finding in document["findings"]
    }


def test_keys_of_a_later_version_are_passed_over():
    document = parsed(to_json(example()))
    document["added"] = document["models"][0]["added"] = {"x": 1}
    assert from_json(json.dumps(document)) == example()


def broken(*path, value) -> str:
    document = part = parsed(to_json(example()))
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ('{"schema_version": NaN}', "is not JSON: NaN"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "no audit report"),
        ('{"a": 1}', "no audit report"),
        ('{"schema_version": "1"}', "has no `run_id`"),
        (broken("schema_version", value="2"), "has schema version \"2\"; this audit reads '1'"),
        (broken("schema_version", value=1), "has schema version 1"),
        (broken("models", 3, "exposures", value="many"), "models[3].exposures: should be a whole number"),
        (broken("models", 3, "exposures", value=1.5), "models[3].exposures: should be a whole number"),
        (broken("models", 3, "exposures", value=True), "models[3].exposures: should be a whole number"),
        (broken("models", 3, "risk", value=10**400), "models[3].risk: should be a number"),
        (broken("models", 0, "verdict", value="doomed"), "models[0].verdict: is none of starved, at risk"),
        (broken("models", 0, "measures", value=[]), "models[0].measures: should be an object"),
        (broken("findings", value={}), "findings: should be a list"),
        (broken("findings", 0, "evidence", 1, "name", value=None), "evidence[1].name: should be text"),
        (broken("summary", value=None), "summary: should be an object, and is null"),
    ],
)
def test_what_is_no_report_is_said_to_be_none(text, message):
    with pytest.raises(AuditError) as error:
        from_json(text, "saved.json")
    assert message in error.value.message
    assert error.value.message.startswith("saved.json")
    assert error.value.hint
