"""A plan as Markdown (GitHub's)."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.plan import Plan
from auditor.report.markdown import escape, prose
from auditor.report.plan_text import COLUMNS, cells, facts, headline


def to_markdown(plan: Plan) -> str:
    """Headline, a table of the models, and what is to be done for each."""
    return "\n\n".join(_blocks(plan)) + "\n"


def _blocks(plan: Plan) -> Iterator[str]:
    yield f"# {headline(plan)}"
    if plan.models:
        rules = ("---" if title == "model" else "---:" for title in COLUMNS)
        rows = (map(escape, cells(model)) for model in plan.models)
        yield "\n".join(f"| {' | '.join(row)} |" for row in (COLUMNS, rules, *rows))
    told: dict[tuple[str, ...], str] = {}
    for model in plan.models:
        yield f"## {model.rank}. {escape(model.model_id)}: {model.verdict.value}"
        yield "\n".join(f"- **{topic}**: {prose(text)}" for topic, text in facts(model, plan.days, told))
    if plan.unplanned:
        yield "## Not planned"
        yield "\n".join(f"- {escape(each.model_id)}: {prose(each.reason)}" for each in plan.unplanned)
