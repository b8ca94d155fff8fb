"""What the README says of Spark needs a cluster: here it is checked that it could be run; tests/spark run its like."""

from __future__ import annotations

import re
from typing import get_args, get_type_hints

import pytest
from blocks import blocks

from auditor.cli import LogOptions
from auditor.cli.scan import ReportOptions

CLUSTER = [*blocks("bash"), *blocks("python")]


def options():
    """Every option of `audit scan`."""
    for group in (LogOptions, ReportOptions):
        for name, hint in get_type_hints(group, include_extras=True).items():
            written = get_args(hint)[1].param_decls
            yield from (written or [f"--{name.replace('_', '-')}"]) if len(get_args(hint)) > 1 else ()


@pytest.mark.parametrize("block", blocks("python"), ids=lambda block: block.splitlines()[0][:40])
def test_python_is_python(block):
    compile(block, "README.md", "exec")


@pytest.mark.parametrize("block", CLUSTER, ids=lambda block: block.splitlines()[0][:40])
def test_options_are_there(block):
    used = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", block))
    assert used <= set(options())


def test_there_is_something_to_check():
    assert len(CLUSTER) == 4
    assert sum("--engine" in block for block in CLUSTER) == 3
