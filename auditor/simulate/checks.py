"""Refuses a spec that holds a value out of its range, or two that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from auditor.errors import AuditError
from auditor.simulate.defaults import ACTIONS, CLICKED, LABELS, RANGES, WORDS

if TYPE_CHECKING:
    from auditor.simulate.spec import ModelSpec


class Rule(NamedTuple):
    """What one field must be, and whether it is."""

    field: str
    holds: bool
    expected: str


def check(spec: ModelSpec) -> None:
    """Raises AuditError for the first rule that the spec breaks."""
    for rules in (_ranges, _words, _audiences, _labels if spec.labelled else _clicks):
        for field, holds, expected in rules(spec):
            if not holds:
                value = getattr(spec, field)
                raise AuditError(f"model {spec.name!r}: {field} is {value!r}", f"{field} must be {expected}")


def _ranges(spec: ModelSpec) -> Iterator[Rule]:
    for field, (low, high) in RANGES.items():
        yield Rule(field, low <= getattr(spec, field) <= high, f"between {low:g} and {high:g}")


def _words(spec: ModelSpec) -> Iterator[Rule]:
    for field, words in WORDS.items():
        yield Rule(field, getattr(spec, field) in words, " or ".join(map(repr, words)))
    yield Rule("name", bool(spec.name), "some text")


def _audiences(spec: ModelSpec) -> Iterator[Rule]:
    enough = spec.users == 0 or spec.users >= spec.groups
    yield Rule("users", enough, f"0, or at least {spec.groups}: one a group")
    yield Rule("closed_segments", spec.closed_segments <= spec.segments, f"at most {spec.segments}: the segments")
    whole = spec.closed_segments == 0 or spec.groups % spec.segments == 0
    yield Rule("groups", whole, f"a multiple of the {spec.segments} segments")


def _labels(spec: ModelSpec) -> Iterator[Rule]:
    if spec.policy == "approval":
        yield Rule("items", spec.items <= len(ACTIONS), f"at most {len(ACTIONS)} for an approval model")
    if spec.policy == "classifier":
        yield Rule("groups", spec.groups == spec.items, f"{spec.items}: one a class")
    for field in CLICKED:
        yield Rule(field, getattr(spec, field) == 0, f"0 for a model of policy {spec.policy}")
    yield Rule("second_event", not spec.second_event, "'' where feedback is a label")


def _clicks(spec: ModelSpec) -> Iterator[Rule]:
    for field in LABELS:
        yield Rule(field, getattr(spec, field) == 0, "0 where feedback is no label")
