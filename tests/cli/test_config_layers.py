from __future__ import annotations

from pathlib import Path

import pytest

from auditor.config import Settings, load, nearest
from auditor.errors import AuditError
from auditor.finding import Severity

KNOWN = {"outcome-starvation": {"closed": 0.02, "excess": 0.25}, "retrain-drift": {}}


def settings(flags=None, *, config=None, environ=None, known=None) -> Settings:
    return load(
        flags or {}, config=config, environ=environ or {}, cwd=Path.cwd(), known_thresholds=known and (lambda: known)
    )


def test_defaults_have_no_source():
    assert settings({"model_id": None, "select": [], "columns": {}}) == Settings()


def test_file_then_environment_then_flags():
    Path("audit.toml").write_text('threads = 1\nmodel_id = "file"\nprimary_event = "file"\n')
    environ = {"AUDIT_MODEL_ID": "environment", "AUDIT_PRIMARY_EVENT": "environment"}
    got = settings({"primary_event": "flag"}, environ=environ)
    assert (got.threads, got.model_id, got.primary_event) == (1, "environment", "flag")
    assert got.sources == {"threads": "audit.toml", "model_id": "AUDIT_MODEL_ID", "primary_event": "--event"}


def test_one_file_is_read_and_no_other():
    Path("pyproject.toml").write_text("[tool.audit]\nthreads = 1\nmax_bad_rows = 0.5\n")
    assert settings().threads == 1
    assert settings().sources["threads"] == "pyproject.toml"
    Path("audit.toml").write_text("threads = 2\n")
    assert (settings().threads, settings().max_bad_rows) == (2, 0.01)
    Path("mine.toml").write_text("threads = 3\n")
    assert settings(environ={"AUDIT_CONFIG": "mine.toml"}).sources == {"threads": "mine.toml"}
    Path("yours.toml").write_text("")
    assert settings(config=Path("yours.toml"), environ={"AUDIT_CONFIG": "mine.toml"}) == Settings()


def test_a_pyproject_without_the_table_says_nothing_unless_it_is_asked_for():
    Path("pyproject.toml").write_text("[tool.ruff]\n")
    assert settings() == Settings()
    with pytest.raises(AuditError, match=r"pyproject\.toml has no \[tool\.audit\]"):
        settings(config=Path("pyproject.toml"))


def test_an_empty_variable_is_none():
    assert settings(environ={"AUDIT_THREADS": "", "AUDIT_CONFIG": "", "AUDIT_UNRELATED": "x"}) == Settings()


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("MAX_BAD_ROWS", "0.05", 0.05),
        ("MAX_BAD_ROWS", "2.5%", 0.025),
        ("FAIL_ON", "none", None),
        ("FAIL_ON", "high", Severity.HIGH),
        ("SELECT", "retrain-drift, outcome-starvation", ("retrain-drift", "outcome-starvation")),
        ("THREADS", "4", 4),
        ("MEMORY_LIMIT", "512 MiB", "512 MiB"),
        ("FEEDBACK", "label", "label"),
        ("RETRAIN_EVERY", "7d", "7d"),
    ],
)
def test_the_environment_is_text(name, written, value):
    got = settings(environ={f"AUDIT_{name}": written}, known=KNOWN)
    assert getattr(got, name.lower()) == value
    assert got.sources == {name.lower(): f"AUDIT_{name}"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('threads = "many"', "whole number"),
        ("threads = 0", "whole number"),
        ("threads = true", "whole number"),
        ("threads = 1.5", "whole number"),
        ("model_id = 7", "text"),
        ('model_id = ""', "not empty"),
        ("retrain_every = 2026-01-01", "text"),
        ("max_bad_rows = 2", "between 0 and 1"),
        ("max_bad_rows = nan", "between 0 and 1"),
        ('max_bad_rows = "few"', "between 0 and 1"),
        ('fail_on = "severe"', "one of none, low, medium, high"),
        ('min_severity = "none"', "one of low, medium, high"),
        ('feedback = "clicks"', "one of click, label"),
        ("select = [1]", "names"),
        ("select = 1", "names"),
        ('memory_limit = "lots"', "amount of memory"),
        ('memory_limit = "1GB\'; DROP TABLE x"', "amount of memory"),
        ("[columns]\nitem_id = 1", "text"),
        ('[policies]\nrandom = "exploring"', "one of exploit, explore, holdout"),
        ('[detectors.outcome-starvation]\nclosed = "low"', "a number"),
        ("[detectors.outcome-starvation]\nclosed = inf", "a number"),
        ("[detectors]\noutcome-starvation = 1", "a table"),
        ("columns = 1", "a table"),
    ],
)
def test_a_wrong_value_names_file_key_and_what_is_expected(line, expected):
    Path("audit.toml").write_text(f"{line}\n")
    with pytest.raises(AuditError) as raised:
        settings()
    key = line.rpartition("\n")[2].partition(" = ")[0]
    assert raised.value.message.startswith("audit.toml: ")
    assert key in raised.value.message
    assert expected in raised.value.message


def test_a_wrong_flag_and_variable_are_named():
    with pytest.raises(AuditError, match="--max-bad-rows: '2' is not a share"):
        settings({"max_bad_rows": "2"})
    with pytest.raises(AuditError, match="--policy random: 'exploring' is not one of"):
        settings({"policies": {"random": "exploring"}})
    with pytest.raises(AuditError, match="AUDIT_THREADS: 'x' is not a whole number"):
        settings(environ={"AUDIT_THREADS": "x"})


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("max_bad_row = 1", "audit.toml: unknown key 'max_bad_row'", "'max_bad_rows'"),
        ("[policy]", "unknown key 'policy'", "'policies'"),
        ("zzz = 1", "unknown key 'zzz'", "Known: model_id"),
        ("[detectors.outcome-starving]\nclosed = 1", "unknown detector 'outcome-starving'", "'outcome-starvation'"),
        ("[detectors.outcome-starvation]\nclose = 1", "unknown threshold of outcome-starvation 'close'", "'closed'"),
        ('select = ["drift"]', "audit.toml: unknown detector 'drift'", "Did you mean 'retrain-drift'"),
    ],
)  # fmt: skip
def test_an_unknown_name_names_the_nearest(text, message, hint):
    Path("audit.toml").write_text(f"{text}\n")
    with pytest.raises(AuditError) as raised:
        settings(known=KNOWN)
    assert message in raised.value.message
    assert hint in raised.value.hint


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"threads = ", "not valid TOML"), (b"model_id = '\xff'", "not valid TOML"), (None, "No such file")],
)
def test_a_file_that_cannot_be_read(content, said):
    if content is not None:
        Path("mine.toml").write_bytes(content)
    with pytest.raises(AuditError, match=said) as raised:
        settings(config=Path("mine.toml"))
    assert raised.value.message.startswith("mine.toml")


def test_tables_and_a_byte_order_mark():
    Path("audit.toml").write_text(
        '[columns]\nitem_id = "sku"\nfeedback.item_id = "product"\n'
        '[policies]\n"eps greedy" = "explore"\nv1.random = "explore"\n'
        "[detectors.outcome-starvation]\nclosed = 1\n",
        encoding="utf-8-sig",
    )
    got = settings(known=KNOWN)
    assert got.columns == {"item_id": "sku", "feedback.item_id": "product"}
    assert got.policies == {"eps greedy": "explore", "v1.random": "explore"}
    assert got.thresholds == {"outcome-starvation": {"closed": 1.0}}


def test_entries_of_flags_lie_over_those_of_the_file():
    Path("audit.toml").write_text('[columns]\nitem_id = "a"\nuser_id = "b"\n')
    got = settings({"columns": {"item_id": "c"}})
    assert got.columns == {"item_id": "c", "user_id": "b"}
    assert (got.sources["columns.item_id"], got.sources["columns.user_id"]) == ("--map", "audit.toml")
    assert got.sources["columns"] == "audit.toml, --map"


def test_nearest_else_all():
    assert nearest("clik", ["click", "label"]) == "Did you mean 'click'?"
    assert nearest("zzz", ["click", "label"]) == "Known: click, label."
