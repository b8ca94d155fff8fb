"""Who wrote a label: the words that logs use for a model, a rule, a person."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from auditor.ingest.quoting import literal

# From the worst to the best: of several labels on one exposure, the first kind here is what a retrain copies.
WRITERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "model": ("model", "auto", "ml", "llm", "synthetic", "pseudo", "predicted", "self"),
        "rule": ("rule", "heuristic", "system"),
        "human": ("human", "annotator", "manual", "user", "customer", "expert"),
    }
)
UNKNOWN = "unknown"


def written_by(column: str) -> str:
    """SQL of who wrote the label: model, rule, human or unknown; NULL where `column` is."""
    return f"CASE {_whens(column, {kind: literal(kind) for kind in WRITERS})} WHEN {column} <> '' THEN '{UNKNOWN}' END"


def worst(column: str) -> str:
    """SQL of the worst source among several labels: a model's before a rule's before a person's, then by name."""
    place = f"CASE {_whens(column, {kind: str(at) for at, kind in enumerate(WRITERS)})} ELSE 9 END"
    return f"substr(min({place} || {column}), 2)"


def _whens(column: str, values: Mapping[str, str]) -> str:
    return " ".join(f"WHEN {column} IN ({_listed(kind)}) THEN {value}" for kind, value in values.items())


def _listed(kind: str) -> str:
    return ", ".join(map(literal, WRITERS[kind]))
