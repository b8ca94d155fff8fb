"""One model written on a command line: NAME:POLICY[,key=value...]."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from auditor.errors import AuditError
from auditor.simulate.defaults import LABELLED
from auditor.simulate.nearest import nearest
from auditor.simulate.spec import ModelSpec

KEYS = {field.name: str(field.type) for field in fields(ModelSpec) if field.name not in {"name", "policy"}}
"""What may be set, and its type."""

_TRUTH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def parse_spec(text: str, **defaults: Any) -> ModelSpec:
    """A spec from text such as 'feed:greedy,explore=0.05,items=2000'; `defaults` hold where it is silent.

    Raises AuditError that names the nearest policy or key. Where feedback is a label, items have their own default.
    """
    head, *pairs = text.split(",")
    name, colon, policy = head.rpartition(":")
    if not (name and colon and policy):
        raise AuditError(f"--model {text!r} is not NAME:POLICY", "write for example feed:greedy,explore=0.05")
    if policy in LABELLED:
        defaults = {key: value for key, value in defaults.items() if key != "items"}
    return ModelSpec(name, policy, **{**defaults, **dict(_pair(name, pair) for pair in pairs)})


def _pair(name: str, pair: str) -> tuple[str, Any]:
    key, equals, value = (part.strip() for part in pair.partition("="))
    if not equals:
        raise AuditError(f"model {name!r}: {pair!r} is not key=value", "write for example explore=0.05")
    if key not in KEYS:
        raise AuditError(f"model {name!r}: there is no setting {key!r}", nearest(key, KEYS))
    return key, _value(name, key, value)


def _value(name: str, key: str, text: str) -> Any:
    try:
        match KEYS[key]:
            case "int":
                return int(text)
            case "float":
                return float(text)
            case "bool":
                return _TRUTH[text.lower()]
            case _:
                return text
    except (ValueError, KeyError) as error:
        kind = KEYS[key]
        raise AuditError(f"model {name!r}: {key} is {text!r}", f"{key} must be of type {kind}") from error
