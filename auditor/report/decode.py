"""JSON -> Report. Keys that this version does not know are passed over; all others are checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, NoReturn, get_args, get_origin, get_type_hints

from auditor.errors import AuditError
from auditor.finding import Report
from auditor.report.encode import SCHEMA_VERSION, document

HINT = "A report is what `audit scan ... --format json` writes."
KINDS = {str: "text", int: "a whole number", float: "a number", tuple: "a list", Mapping: "an object"}


def from_json(text: str, source: str = "report") -> Report:
    """The report that `to_json` wrote.

    Raises AuditError, naming `source` and the place in it, where `text` is not JSON, is no report, or is
    one of another schema version.
    """
    try:
        value = json.loads(text, parse_constant=_reject_constant)
    except RecursionError:
        raise AuditError(f"{source}: is no audit report: nested too deeply", HINT) from None
    except ValueError as error:
        raise AuditError(f"{source}: is not JSON: {error}", HINT) from None
    _check_version(value, source)
    report: Report = _decode(Report, value, source)
    return report


def as_saved(report: Report) -> Report:
    """`report` as it reads when it was saved: numbers to six digits."""
    saved: Report = _decode(Report, document(report), "report")
    return saved


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _check_version(value: Any, source: str) -> None:
    if not isinstance(value, dict) or "schema_version" not in value:
        raise AuditError(f"{source}: is JSON, but no audit report (it has no `schema_version`)", HINT)
    version = value["schema_version"]
    if version != SCHEMA_VERSION:
        raise AuditError(
            f"{source}: has schema version {json.dumps(version)[:40]}; this audit reads {SCHEMA_VERSION!r}",
            "Render it with the version of audit that wrote it, or scan again.",
        )


def _decode(kind: Any, value: Any, where: str) -> Any:
    """`value`, found at `where`, as the type `kind`."""
    origin = get_origin(kind) or kind
    if kind is Any:
        return value
    if origin is UnionType:
        return None if value is None else _decode(get_args(kind)[0], value, where)
    if origin is tuple:
        item = get_args(kind)[0]
        return tuple(_decode(item, v, f"{where}[{i}]") for i, v in enumerate(_of(list, tuple, value, where)))
    if origin is Mapping:
        item = get_args(kind)[1]
        return {k: _decode(item, v, f"{where}.{k}") for k, v in _of(dict, Mapping, value, where).items()}
    if is_dataclass(kind):
        return _record(kind, _of(dict, Mapping, value, where), where)
    return _scalar(kind, value, where)


def _record(kind: Any, value: dict[str, Any], where: str) -> Any:
    types = _types(kind)
    present = [field for field in fields(kind) if field.name in value or _required(field, where)]
    return kind(**{f.name: _decode(types[f.name], value[f.name], f"{where}.{f.name}") for f in present})


@cache
def _types(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _required(field: Field[Any], where: str) -> bool:
    """False for a field that may be absent; raises AuditError for one that may not."""
    if field.default is MISSING and field.default_factory is MISSING:
        raise AuditError(f"{where}: has no `{field.name}`", HINT)
    return False


def _member(kind: type[Enum], value: Any, where: str) -> Enum:
    members = {member.value: member for member in kind}
    if isinstance(value, str) and value in members:
        return members[value]
    raise AuditError(f"{where}: is none of {', '.join(members)}", HINT)


def _scalar(kind: Any, value: Any, where: str) -> Any:
    if issubclass(kind, Enum):
        return _member(kind, value, where)
    if kind is str:
        return _of(str, str, value, where)
    if kind is float and value is None:
        return float("nan")
    number = _of((int, float), kind, value, where)
    try:
        if kind is float or number == int(number):
            return kind(number)
    except OverflowError:
        pass
    return _mismatch(kind, value, where)


def _of(accepted: Any, kind: Any, value: Any, where: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, accepted):
        _mismatch(kind, value, where)
    return value


def _mismatch(kind: Any, value: Any, where: str) -> NoReturn:
    raise AuditError(f"{where}: should be {KINDS[kind]}, and is {json.dumps(value)[:40]}", HINT)
