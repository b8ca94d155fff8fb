"""Numbers as people read them: shares in percent, counts with separators, and a dash for what is missing."""

from __future__ import annotations

from math import isfinite

from auditor.finding import Evidence

DASH = "-"
COUNTS = frozenset({"outcomes", "exposures", "feedback", "retrains", "requests", "days"})


def count(value: object) -> str:
    """Thousands separated; below 100 and not whole, three significant digits (an effective number)."""
    number = _number(value)
    if number is None:
        return DASH
    whole = abs(number) >= 100 or number == round(number)
    return f"{number:,.0f}" if whole else f"{number:.3g}"


def whole(value: object) -> str:
    """Rounded to a whole number, thousands separated."""
    number = _number(value)
    return DASH if number is None else f"{number:,.0f}"


def percent(value: object) -> str:
    """A share in percent, in brief: a decimal below 10 % and from 99 %, and neither end rounded into."""
    number = _number(value)
    if number is None:
        return DASH
    if abs(number) < 0.0005:
        return "<0.1%" if number > 0 else "0%"
    if 0.9995 <= number < 1:
        return ">99.9%"
    fine = 0 < abs(number) < 0.0995 or 0.99 <= number < 1
    return f"{100 * number:.{1 if fine else 0}f}%"


def quantity(value: object, unit: str, decimals: int | None = None) -> str:
    """A number in its unit, without the unit's name (but for the percent sign)."""
    number = _number(value)
    if number is None:
        return DASH
    if unit == "share":
        return _fine_percent(number, _decimals(number) if decimals is None else decimals)
    if unit in COUNTS:
        return count(number)
    return f"{number:.3f}" if 0 < abs(number) < 100 else f"{number:,.0f}"


def estimate(unit: str, value: object, low: object, high: object) -> tuple[str, str]:
    """A number in its unit, and its interval `[low, high]` (empty where unknown), with the same decimals.

    The percent sign of the interval is left to the number beside it.
    """
    known = [abs(number) for number in map(_number, (value, low, high)) if number is not None]
    decimals = _decimals(max(known, default=0))
    bounds = [quantity(bound, unit, decimals).removesuffix("%") for bound in (low, high)]
    interval = "" if bounds == [DASH, DASH] else f"[{', '.join(bounds)}]"
    return quantity(value, unit, decimals), interval


def _decimals(share: float) -> int:
    return 2 if abs(share) < 0.01 else 1


def _fine_percent(number: float, decimals: int) -> str:
    """Zero and one are exact; what lies close to them is not rounded into them."""
    least = 0.1**decimals
    if number in {0, 1}:
        return f"{number:.0%}"
    if 0 < 100 * number < least / 2:
        return f"<{least:.{decimals}f}%"
    if 0.9995 <= number < 1:
        return ">99.9%"
    return f"{100 * number:.{decimals}f}%"


def volume(n: object) -> str:
    """A count in at most five signs: 48.1M, 812k; exact below 100,000."""
    number = _number(n)
    if number is None or abs(number) < 1e5:
        return count(number)
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= 0.9995 * size:
            return f"{number / size:.{0 if abs(number) >= 99.95 * size else 1}f}{letter}"
    return count(number)


def label(evidence: Evidence) -> str:
    """The name of a number as words, with the unit that its figures do not show."""
    words = evidence.name.replace("_", " ")
    return f"{words}, {evidence.unit}" if evidence.unit in {"bits", "days"} else words


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return value
