from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from math import nan

import pytest
from example_report import drift, example, gini, starvation
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from auditor.errors import AuditError
from auditor.finding import Evidence, ModelReport, Report, Severity, Skip, Summary, Verdict
from auditor.report import render
from auditor.report.plain import plain

HOSTILE = [
    "[red]x[/red]",
    "\x1b[31mred\x1b[0m",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "a\nb",
    "\u202egnp.exe",
    "\x9b31m",
    ":smile:",
    "\ud800 lone",
    "日本語の推薦モデル" * 8,
]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def fleet(*names: str) -> Report:
    models = tuple(replace(example().models[0], rank=i, model_id=name) for i, name in enumerate(names, 1))
    return replace(example(), models=models, findings=tuple(starvation(name, 10_000) for name in names))


def healthy() -> Report:
    models = tuple(model for model in example().models if model.verdict is Verdict.HEALTHY)
    summary = Summary("0 of 4 audited models are outcome-starved", 4, 4, 0, 0, 4, 0, {}, 0)
    return replace(example(), models=models, findings=(), summary=summary)


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_no_line_is_wider_than_the_terminal_and_no_name_is_cut(width, unicode):
    text = render(example(), "table", width=width, unicode=unicode)
    assert max(map(len, text.splitlines())) <= width
    for model in example().models:
        assert model.model_id in squeezed(text)
    assert text.endswith("\n")
    assert "…" not in text
    assert unicode or text.isascii()


@settings(max_examples=25, deadline=None)
@given(name=st.text(min_size=1, max_size=70), width=st.integers(60, 130), unicode=st.booleans())
def test_any_name_is_whole_at_any_width(name, width, unicode):
    text = render(fleet(name), "table", width=width, unicode=unicode)
    assert max(map(cell_len, text.split("\n"))) <= width
    assert squeezed(text).count(squeezed(plain(name, unicode=unicode))) >= 2


@pytest.mark.parametrize("format_name", ["table", "markdown"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_and_not_obeyed(name, format_name):
    text = render(fleet(name), format_name, width=80)
    assert all(character.isprintable() for character in text.replace("\n", ""))
    assert text.encode()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_adds_no_escape_to_a_coloured_table(name):
    text = render(fleet(name), "table", color=True)
    assert squeezed(plain(name)) in squeezed(Text.from_ansi(text).plain)
    assert set(re.findall(r"\x1b[^m]*m", text)) <= {
        "\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[1;31m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[36m",
    }  # fmt: skip


def test_without_colour_there_is_no_escape_and_with_it_there_is():
    assert "\x1b" not in render(example(), "table")
    assert "\x1b[1;31m5 of 11" in render(example(), "table", color=True)
    assert "\x1b[1;31m0 of 4" not in render(healthy(), "table", color=True)


@pytest.mark.parametrize("variable", ["NO_COLOR", "FORCE_COLOR", "COLUMNS", "JUPYTER_COLUMNS"])
def test_the_environment_has_no_say(monkeypatch, variable):
    plainly, coloured = render(example(), "table"), render(example(), "table", color=True)
    monkeypatch.setenv(variable, "30")
    assert render(example(), "table") == plainly
    assert render(example(), "table", color=True) == coloured


def test_the_ranking_shows_each_model_with_its_numbers():
    lines = render(example(), "table", width=120).splitlines()
    row = next(line for line in lines if "push-notifications" in line)
    assert row.split() == [
        "6", "push-notifications", "!", "at", "risk", "57", "1,204,551", "640", "3.1%", "[2.8,", "3.5]",
        "55%", "8.4%",
    ]  # fmt: skip


def test_on_a_narrow_terminal_models_stand_below_their_verdict():
    lines = [line.strip() for line in render(example(), "table", width=80).splitlines()]
    at_risk, healthy = lines.index("! at risk"), lines.index("✓ healthy")
    assert [line.split()[1] for line in lines[at_risk + 1 : healthy]] == ["push-notifications", "news-front"]


def test_missing_measures_are_dashes():
    bare = ModelReport(1, "bare", Verdict.NOT_AUDITABLE, nan, "", 0, 0, 0, 0)
    odd = replace(bare, rank=2, model_id="odd", measures={"outcome-starvation": {"exploration": "n/a"}})
    lines = render(replace(example(), models=(bare, odd), findings=()), "table", width=120).splitlines()
    for name in ("bare", "odd"):
        row = next(line for line in lines if f" {name} " in line)
        assert row.split()[-6:] == ["-", "0", "0", "-", "-", "-"]


def test_findings_come_worst_first_with_numbers_null_and_remedy():
    text = render(example(), "table", width=120)
    shown = text[text.index("\n1  homepage-ranker") : text.index("\n2  ")]
    assert re.findall(r"^    (high|medium|low)  (\S+)", shown, re.MULTILINE) == [
        ("high", "outcome-starvation"), ("medium", "impression-gini"), ("low", "retrain-drift"),
    ]  # fmt: skip
    assert re.search(r"starved share +93\.8%  \[93\.1, 94\.5\] +chance alone 0\.70% +n=20,000", shown)
    assert "→ Give 2 to 5% of exposures" in shown
    assert "segment DE" in shown
    assert "ongoing since 2026-02-01" in shown


def test_a_remedy_is_told_once():
    text = render(example(), "table", width=120)
    assert text.count("Give 2 to 5%") == 1
    assert text.count("as for homepage-ranker") == 6


def test_hidden_findings_are_counted():
    text = render(example(), "table", min_severity=Severity.HIGH)
    assert "impression-gini" not in text
    assert "4 findings below --min-severity hidden" in text
    assert "news-front" in text


def test_nothing_found_is_said_in_one_sentence():
    sentence = "No model collects feedback only on what it already chose."
    assert sentence in render(healthy(), "table")
    assert sentence in render(healthy(), "markdown")
    assert sentence not in render(example(), "table")
    nobody = replace(healthy().summary, audited=0)
    assert sentence not in render(replace(healthy(), summary=nobody), "table")
    mild = replace(healthy(), findings=(drift("pricing"),))
    assert sentence not in render(mild, "table", min_severity=Severity.HIGH)


def test_skips_are_grouped_and_name_at_most_five_models():
    text = " ".join(render(example(), "table").split())
    assert "cold-start: no catalogue with dates (all 12 models) → a catalogue with available_from" in text
    assert "search-rerank-v3, loan-approval and 3 more)" in text


def test_skips_that_one_column_would_unlock_are_told_once():
    reasons = ["40 rows, needs 100", "40 rows, needs 100", "7 rows, needs 100"]
    skips = tuple(Skip("cold-start", f"model-{i}", reason, "a longer export") for i, reason in enumerate(reasons))
    text = " ".join(render(replace(example(), skips=skips), "table").split())
    assert "cold-start: 40 rows, needs 100, or alike (model-0, model-1, model-2)" in text
    assert text.count("a longer export") == 1


def test_skips_take_a_dozen_lines_and_the_rest_is_counted():
    skips = tuple(Skip("cold-start", f"model-{i}", f"reason {i}", f"column {i}") for i in range(40))
    text = render(replace(example(), skips=skips), "table")
    section = text[text.index("What could not be said") :].split("\n\n")[0].splitlines()
    assert len(section) == 1 + 12
    assert section[-1] == "  and 29 more, all of them in --format json"


def test_what_was_read_and_rejected_is_said():
    text = " ".join(render(example(), "table").split())
    assert "75,563,569 exposures (12 files); 3,778,113 feedback (logs/clicks.csv.gz)" in text
    assert "2026-01-01 to 2026-03-29" in text
    assert "click read as clicked (feedback)" in text
    assert "timestamp read as" not in text
    assert "1,292 of 75,563,569 exposures: timestamp not parseable 1,204 (such as" in text
    assert "2 of its usual 7 days" in text


def test_long_numbers_fold_rather_than_break_the_width():
    long = Evidence("exposures_of_the_widest_outcome", 1e9, 9e8, 1.1e9, 1e9, 10**12, "exposures")
    report = replace(example(), findings=(replace(gini("pricing"), evidence=(long, long)),))
    text = render(report, "table", width=80)
    assert max(map(len, text.splitlines())) <= 80
    assert "[900,000,000, 1,100,000,000]" in text


def test_an_empty_report_still_reads():
    report = replace(healthy(), models=(), inputs=(), window={}, skips=(), warnings=(), ignored=())
    text = render(report, "table")
    assert text.splitlines()[0] == report.summary.line


def test_an_unknown_format_is_an_error_that_names_the_known():
    with pytest.raises(AuditError) as error:
        render(example(), "yaml")
    assert "table, json, jsonl, markdown" in error.value.hint


def test_the_report_package_imports_no_drawing_library():
    script = "import sys, auditor.report; sys.exit(any(m in sys.modules for m in ('rich', 'polars', 'duckdb')))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
