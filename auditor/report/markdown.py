"""The report as Markdown (GitHub's), for tickets, pull requests and job summaries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from auditor.finding import Evidence, Finding, ModelReport, Report
from auditor.report.figures import DASH, count, estimate, label, percent, quantity, whole
from auditor.report.outline import NOTHING_FOUND, left_out, nothing_found, reading, rejections, skip_groups
from auditor.report.plain import plain
from auditor.report.visible import by_model

MARKUP = re.compile(r"[&<>|\\`*_{}\[\]~#$@]|:(?! )|(?<=www)\.|^[-+=]", re.IGNORECASE)
NUMBERED = re.compile(r"^(\d+)([.)])(?=\s|$)")
ENTITIES = frozenset("&<>|\\")
MODEL_COLUMNS = ("#", "model", "verdict", "risk", "exposures", "outcomes", "explores", "unfed", "effective")
EVIDENCE_COLUMNS = ("measure", "value", "95 % interval", "chance alone", "n")


def to_markdown(report: Report) -> str:
    """Headline, table of models, findings with their evidence, and what could not be said."""
    return "\n\n".join(_blocks(report)) + "\n"


def escape(text: str) -> str:
    """`text` on one line, so that Markdown and HTML show it as it is and interpret nothing in it."""
    return NUMBERED.sub(r"\1\\\2", MARKUP.sub(_escaped, plain(text).strip()))


def prose(text: str) -> str:
    """Running text, escaped: its line breaks are spaces."""
    return escape(" ".join(text.split()))


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    return f"&#{ord(character)};" if character in ENTITIES else f"\\{character}"


def _blocks(report: Report) -> Iterator[str]:
    yield f"# {prose(report.summary.line)}"
    yield from _list(f"{topic}: {text}" for topic, text in reading(report))
    if report.models:
        yield _table(MODEL_COLUMNS, "rllrrrrrr", map(_model, report.models))
    if nothing_found(report):
        yield NOTHING_FOUND
    findings = by_model(report)
    for model in report.models:
        yield from _findings(model, findings.get(model.model_id, []))
    yield from _section("What could not be said", _skips(report))
    yield from _section("Rows not used", rejections(report))
    yield from _section("Warnings", report.warnings)
    yield from _section("Not shown", left_out(report))


def _model(model: ModelReport) -> tuple[str, ...]:
    starvation = model.measures.get("outcome-starvation", {})
    keys = ("exploration", "exploration_low", "exploration_high")
    explores = " ".join(estimate("share", *map(starvation.get, keys)))
    return (
        str(model.rank),
        model.model_id,
        model.verdict.value,
        whole(model.risk),
        count(model.exposures),
        count(model.outcomes),
        explores.strip(),
        percent(starvation.get("starved_excess")),
        percent(model.measures.get("impression-gini", {}).get("effective_share")),
    )


def _findings(model: ModelReport, findings: list[Finding]) -> Iterator[str]:
    if findings:
        yield f"## {model.rank}. {escape(model.model_id)}: {model.verdict.value}"
        if model.why:
            yield prose(model.why)
    for finding in findings:
        yield from _finding(finding)


def _finding(finding: Finding) -> Iterator[str]:
    yield f"### {finding.severity.value.capitalize()}: {prose(finding.title)}"
    parts = [finding.detector, f"{finding.confidence.value} confidence"]
    parts += [f"segment {finding.segment}"] if finding.segment is not None else []
    yield escape(", ".join([*parts, finding.status]))
    if finding.evidence:
        yield _table(EVIDENCE_COLUMNS, "lrrrr", map(_evidence, finding.evidence))
    if finding.remedy:
        yield f"**What to do:** {prose(finding.remedy)}"


def _evidence(evidence: Evidence) -> tuple[str, ...]:
    value, bounds = estimate(evidence.unit, evidence.value, evidence.low, evidence.high)
    null = quantity(evidence.null, evidence.unit)
    return label(evidence), value, bounds or DASH, null, count(evidence.n)


def _skips(report: Report) -> Iterator[str]:
    for group in skip_groups(report):
        unlock = f" To unlock it: {group.unlock}" if group.unlock else ""
        yield f"{group.detector}: {group.reason} ({group.who(len(report.models))}).{unlock}"


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    items = list(_list(lines))
    if items:
        yield f"## {title}"
        yield from items


def _list(lines: Iterable[str]) -> Iterator[str]:
    items = "\n".join(f"- {escape(line)}" for line in lines)
    if items:
        yield items


def _table(titles: Iterable[str], justify: str, rows: Iterable[tuple[str, ...]]) -> str:
    rules = ["---:" if side == "r" else "---" for side in justify]
    body = (map(escape, row) for row in rows)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (titles, rules, *body))
