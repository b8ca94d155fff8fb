"""The canonical columns of each input, and the SQL that makes them out of a log's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from auditor.errors import AuditError
from auditor.ingest.quoting import literal
from auditor.ingest.types import (
    MISSING,
    Cast,
    Cell,
    flag_cast,
    integer_cast,
    is_number,
    number_cast,
    position_cast,
    propensity_cast,
    text_cast,
    timestamp_cast,
    wrong_type,
)
from auditor.ingest.written import written_cast, written_identifier_cast

NAMES = frozenset({"model_id", "model_version"})
IDENTIFIERS = ("item_id", "exposure_id", "request_id", "user_id")
TIMES = frozenset({"timestamp", "available_from", "available_to"})
FLAGS = frozenset({"clicked", "higher_is_better"})
NUMBERS = frozenset({"score", "reward", "value"})
TEXTS = frozenset(
    {"model_id", "model_version", "policy", "segment", "category", "event", "label_source", "source", "metric", "slice"}
)

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "exposures": (
            "model_id", "model_version", "item_id", "timestamp", "exposure_id", "request_id", "user_id", "position",
            "propensity", "policy", "score", "segment", "category", "clicked", "reward",
        ),
        "feedback": (
            "item_id", "timestamp", "exposure_id", "request_id", "user_id", "model_id", "event", "value",
            "label_source", "source",
        ),
        "catalogue": ("model_id", "item_id", "category", "available_from", "available_to"),
        "metrics": ("model_id", "model_version", "metric", "slice", "value", "higher_is_better"),
    }
)  # fmt: skip
REQUIRED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "exposures": ("item_id", "model_id"),
        "feedback": ("item_id",),
        "catalogue": ("item_id",),
        "metrics": ("model_id", "metric", "value"),
    }
)
NEVER_NULL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "exposures": ("item_id", "model_id", "model_version", "timestamp"),
        "feedback": ("item_id", "timestamp"),
        "catalogue": ("item_id",),
        "metrics": ("model_id", "metric"),
    }
)


def target_type(canonical: str, identifiers: Mapping[str, str]) -> str:
    """The SQL type of a canonical column; `identifiers` maps identifier columns to VARCHAR or BIGINT."""
    if canonical in IDENTIFIERS:
        return identifiers.get(canonical, "VARCHAR")
    if canonical in TIMES:
        return "TIMESTAMP"
    if canonical in FLAGS:
        return "BOOLEAN"
    if canonical == "position":
        return "INTEGER"
    return "VARCHAR" if canonical in TEXTS else "DOUBLE"


def cast(role: str, canonical: str, cell: Cell, target: str, unit: str | None) -> Cast:
    """How `cell` becomes the canonical column, and which of its values reject the row."""
    made = _made(role, canonical, cell, target, unit)
    if canonical not in NEVER_NULL[role]:
        return made
    empty = f"{cell.raw} IS NULL"
    if cell.written and (canonical in NAMES or canonical in IDENTIFIERS):
        empty = f"{cell.made} IS NULL"
    elif cell.type == "VARCHAR" and (canonical in TEXTS or canonical in IDENTIFIERS):
        empty = f"{cell.raw} IS NULL OR {cell.raw} = ''"
    elif cell.type == "VARCHAR":
        empty = f"{cell.made} IS NULL AND ({cell.raw} IS NULL OR regexp_full_match({cell.raw}, {MISSING}))"
    elif not made.problems:
        empty = f"{cell.made} IS NULL"
    return Cast(made.value, ((empty, f"null {canonical}"), *made.problems))


def reject_reason(casts: Iterable[Cast], broken: str) -> str:
    """SQL of the first reason that applies, `broken` (the line itself) before all; NULL where the row is used."""
    problems = [problem for one in casts for problem in one.problems]
    ordered = sorted(problems, key=lambda problem: not problem[1].startswith("null "))
    whens = " ".join(f"WHEN {condition} THEN {literal(reason)}" for condition, reason in ordered)
    case = f"CASE {whens} END" if whens else "CAST(NULL AS VARCHAR)"
    return case if broken == "NULL" else f"coalesce({broken}, {case})"


def _made(role: str, canonical: str, cell: Cell, target: str, unit: str | None) -> Cast:
    if canonical in TEXTS:
        return written_cast(cell) if cell.written and canonical in NAMES else text_cast(cell)
    if cell.type.endswith("]") or cell.type.startswith(("STRUCT", "MAP", "UNION", "VARIANT")):
        raise AuditError(
            f"The {role} column taken for {canonical} holds lists or records ({cell.type[:80]}), not one value a row.",
            "Write one row for each outcome shown (UNNEST, explode), or choose a column with --map.",
        )
    if canonical in IDENTIFIERS and cell.written:
        return written_identifier_cast(cell)
    if canonical in IDENTIFIERS:
        return integer_cast(cell) if target == "BIGINT" else text_cast(cell)
    if canonical in TIMES:
        return timestamp_cast(cell, unit, bounded=canonical == "timestamp")
    if cell.type not in ("VARCHAR", "BOOLEAN") and not is_number(cell.type):
        raise wrong_type(cell, "number")
    made = {"position": position_cast, "propensity": propensity_cast}
    return made.get(canonical, flag_cast if canonical in FLAGS else number_cast)(cell)
