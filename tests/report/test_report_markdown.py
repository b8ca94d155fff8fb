from __future__ import annotations

from dataclasses import replace

import pytest
from example_report import example, starvation
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from auditor.report import render
from auditor.report.markdown import escape
from auditor.report.plain import plain

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = [
    "a|b", "`code`", "*bold*", "_em_ home_ranker", "[link](http://x.example)", "<script>alert(1)</script>",
    "&lt;b&gt; &amp;", "a\nb", "# heading", "![image](x)", "<!-- comment", "~~gone~~", "\\|", "a\\", "- item",
    "1. item", "+ item", "[red]x[/red]", "=cmd|' /C calc'!A0", "\u202egnp", "<https://x.example>", "```",
]  # fmt: skip


def shown(markdown: str) -> list[str]:
    """The texts that a reader sees, block by block; fails on anything interpreted within them."""
    texts = []
    for token in PARSER.parse(markdown):
        assert token.type not in {"html_block", "fence", "code_block", "hr"}
        if token.type == "inline":
            kinds = {child.type for child in token.children}
            assert kinds <= {"text", "text_special", "strong_open", "strong_close"}
            texts.append("".join(child.content for child in token.children))
    return texts


def fleet(name: str):
    model = replace(example().models[0], model_id=name, why=name)
    finding = replace(starvation(name, 10_000), title=name, remedy=name, segment=name)
    evidence = (replace(finding.evidence[0], name=name),)
    return replace(
        example(),
        models=(model,),
        findings=(replace(finding, evidence=evidence),),
        skips=(),
        warnings=(name,),
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_in_a_name_is_interpreted(name):
    texts = shown(render(fleet(name), "markdown"))
    prose = plain(" ".join(name.split()))
    for expected in (f"1. {plain(name)}: starved", f"High: {prose}", f"What to do: {prose}", prose):
        assert expected in texts
    assert texts.count(plain(name)) >= 3


@settings(max_examples=60, deadline=None)
@given(name=st.text(alphabet="ab1 |\\`*_<>[]()#!&;~-+.:@=\n\"'", min_size=1, max_size=12))
def test_any_text_comes_out_as_it_went_in(name):
    text = plain(name).strip()
    row = shown(f"| x |\n| --- |\n| {escape(name)} |")[1:]
    assert row == [text]
    if text:
        assert shown(f"- {escape(name)}") == [text]
        assert shown(escape(name)) == [text]


def test_markdown_has_headline_models_findings_and_skips():
    text = render(example(), "markdown")
    assert text.startswith("# 5 of 11 audited models are outcome-starved\n")
    assert "| 6 | push-notifications | at risk | 57 | 1,204,551 | 640 | 3.1% \\[2.8, 3.5\\] | 55% | 8.4% |" in text
    assert "| starved share | 93.8% | \\[93.1, 94.5\\] | 0.70% | 20,000 |" in text
    assert "\n## What could not be said\n\n- cold-start: no catalogue with dates (all 12 models)." in text
    assert text.endswith("\n")
    shown(text)
