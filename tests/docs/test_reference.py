"""The README's reference names all that there is, and nothing else."""

from __future__ import annotations

import re
import tomllib
from math import prod

import pytest
from blocks import BLOCK, blocks, readme
from reader import PROJECT

import auditor
from auditor.cli.main import app
from auditor.cli.output import ExitCode
from auditor.config import load
from auditor.config.load import TABLES
from auditor.config.values import SCALARS
from auditor.detectors import BATTERY
from auditor.detectors.thresholds import reasons
from auditor.finding import Severity, Verdict
from auditor.ingest.canonical import COLUMNS
from auditor.ingest.files import CONVENTION
from auditor.rank import LEAVES
from auditor.report import FORMATS, SUFFIXES, ranking, schema


def chapter(heading):
    """What stands under a heading, up to the next one of its level or above; blocks of code left out."""
    level = len(heading.split(" ", 1)[0])
    text = BLOCK.sub("", readme())
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{level}}} |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[1]


def first_cells(text):
    return [row.split("|")[1].strip() for row in text.splitlines() if row.startswith("| ")]


def quoted(text):
    return set(re.findall(r"`([^`]+)`", text))


def test_exit_codes():
    codes = {int(cell) for cell in first_cells(chapter("## Exit codes")) if cell.isdigit()}
    assert codes == {code.value for code in ExitCode}


def test_verdicts():
    verdicts = [cell.strip("`") for cell in first_cells(chapter("## What each verdict means")) if "`" in cell]
    assert verdicts == [verdict.value for verdict in Verdict]


def test_risk_is_what_the_program_computes():
    text = " ".join(chapter("### How risk is computed").split())
    assert "high {high}, medium {medium}, low {low}".format(**{each.value: LEAVES[each] for each in Severity}) in text
    product, result = re.search(r"100 \* \(1 - ([\d. *]+)\) = ([\d.]+)", text).groups()
    kept = [float(part) for part in product.split("*")]
    assert kept == [LEAVES[Severity(each)] for each in ("high", "medium", "medium", "low")]
    assert float(result) == pytest.approx(100 * (1 - prod(kept)), abs=0.05)


def test_columns_of_the_table():
    titles = [column.title for column in ranking.COLUMNS]
    assert [cell for cell in first_cells(chapter("### How to read it")) if cell in titles] == titles


def test_columns_and_names_of_files():
    text = chapter("## What it reads")
    assert {column for columns in COLUMNS.values() for column in columns} <= quoted(text)
    assert {name for names in CONVENTION.values() for name in names} <= quoted(text)


def test_formats_and_keys_of_the_report():
    text = chapter("## Output")
    assert set(FORMATS) <= quoted(text)
    assert set(SUFFIXES) <= quoted(text)
    described = schema()
    parts = [described, *(described["$defs"][name] for name in ("summary", "model", "finding", "evidence", "skip"))]
    assert {key for part in parts for key in part["required"]} <= quoted(text)
    keys = {name for cell in first_cells(text) for name in quoted(cell)}
    assert set(described["required"]) <= keys


def test_configuration_loads_and_holds_every_key(tmp_path):
    [example] = blocks("toml")
    (tmp_path / "audit.toml").write_text(example, encoding="utf-8")
    known = {each.id: {name: value for name, value, _ in reasons(each.thresholds)} for each in BATTERY}
    settings = load({}, config=None, environ={}, cwd=tmp_path, known_thresholds=lambda: known)
    assert set(tomllib.loads(example)) == {*SCALARS, *TABLES}
    assert set(settings.sources.values()) == {"audit.toml"}
    assert settings.thresholds["outcome-starvation"]["closed"] == 0.03


def test_links_lead_somewhere():
    anchors = {re.sub(r"[^a-z0-9 -]", "", line.lower()).strip().replace(" ", "-") for line in headings()}
    for target in re.findall(r"\]\(([^)]+)\)", readme()):
        assert target.startswith("https://") or target.removeprefix("#") in anchors or (PROJECT / target).is_file()


def headings():
    return re.findall(r"^#+ (.*)$", readme(), re.MULTILINE)


def test_changelog_names_this_version_its_commands_and_detectors():
    text = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {auditor.__version__}\n" in text
    words = set(re.findall(r"[a-z][a-z-]+", text))
    assert {command.callback.__name__ for command in app.registered_commands} <= words
    assert {each.id for each in BATTERY} <= words


def test_sample_logs_come_out_as_their_readme_says():
    """The report on this page is the true one: another test runs it."""
    rows = re.findall(r"^\| `(\w+)` .*\| ([a-z ]+) \|$", (PROJECT / "sample_logs/README.md").read_text(), re.MULTILINE)
    verdict, found = "", {}
    for line in blocks("console")[0].partition("\n1  ")[0].splitlines():
        if named := re.fullmatch(r" +\S (starved|at risk|healthy|not auditable)", line):
            verdict = named[1]
        elif model := re.match(r" *\d+  (\w+) ", line):
            found[model[1]] = verdict
    assert len(rows) == 18
    assert found == dict(rows)
