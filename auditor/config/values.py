"""What each setting may be. A parser takes what was written, and raises ValueError saying what it expects."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

from auditor.finding import Severity

Parser = Callable[[object], object]

SIZE = re.compile(r"\d+(\.\d+)?\s*([kmgt]i?b?|%)", re.IGNORECASE)
POLICIES = ("exploit", "explore", "holdout")


def text(value: object) -> str:
    """Text that is not empty."""
    if isinstance(value, str) and value.strip():
        return value
    raise ValueError("text that is not empty")


def one_of(*choices: str) -> Callable[[object], str]:
    """A parser of one of `choices`."""

    def parse(value: object) -> str:
        if isinstance(value, str) and value in choices:
            return str(value)
        raise ValueError(f"one of {', '.join(choices)}")

    return parse


def number(value: object) -> float:
    """A finite number."""
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    raise ValueError("a number")


def share(value: object) -> float:
    """A share of the whole: `0.01`, or `1%` as text."""
    try:
        written = _written_share(value) if isinstance(value, str) else number(value)
    except ValueError:
        written = math.nan
    if 0 <= written <= 1:
        return written
    raise ValueError('a share between 0 and 1, such as 0.01 or "1%"')


def _written_share(value: str) -> float:
    percent = value.strip().removesuffix("%")
    return float(percent) / 100 if value.strip().endswith("%") else float(percent)


def severity(value: object) -> Severity:
    """A severity."""
    return Severity(one_of(*Severity)(value))


def severity_or_none(value: object) -> Severity | None:
    """A severity, or None for `none`."""
    written = one_of("none", *Severity)(value)
    return None if written == "none" else Severity(written)


def names(value: object) -> tuple[str, ...]:
    """Names: a list of text, each one or more separated by commas, or such text alone."""
    written = [value] if isinstance(value, str) else value
    if not isinstance(written, list | tuple) or not all(isinstance(part, str) for part in written):
        raise ValueError('names, such as "outcome-starvation" or a list of them')
    return tuple(dict.fromkeys(name for part in written for name in _split(part)))


def _split(part: str) -> list[str]:
    return [name.strip() for name in part.split(",") if name.strip()]


def count(value: object) -> int:
    """A whole number above 0, as text too."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise ValueError("a whole number above 0")


def size(value: object) -> str:
    """An amount of memory: `4GB`, `512MiB` or `80%`."""
    if isinstance(value, str) and SIZE.fullmatch(value.strip()):
        return value.strip()
    raise ValueError('an amount of memory, such as "4GB" or "80%"')


SCALARS: Mapping[str, Parser] = {
    "model_id": text,
    "retrain_every": text,
    "feedback": one_of("click", "label"),
    "primary_event": text,
    "attribution_window": text,
    "max_bad_rows": share,
    "fail_on": severity_or_none,
    "min_severity": severity,
    "select": names,
    "threads": count,
    "memory_limit": size,
    "engine": one_of("duckdb", "spark"),
    "spark_master": text,
    "spark_remote": text,
}
ENTRIES: Mapping[str, Parser] = {"columns": text, "policies": one_of(*POLICIES), "thresholds": number}
