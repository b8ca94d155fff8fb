from __future__ import annotations

from math import nan

import pytest
from example_report import LONG_NAME

from auditor.report.figures import count, estimate, percent, quantity, volume
from auditor.report.name import fold
from auditor.report.plain import plain


def test_plain_makes_the_invisible_visible():
    assert plain("a\nb\x1b[0m\u202e\u200b") == "a\\nb\\x1b[0m\\u202e\\u200b"
    assert plain("naïve 模型") == "naïve 模型"
    assert plain("naïve", unicode=False) == "na\\xefve"


def test_a_fold_is_after_a_separator_where_there_is_one():
    assert list(fold(LONG_NAME, 24)) == [
        "marketing-emails-second-",
        "generation-subject-line-",
        "bandit-de-at",
    ]
    assert list(fold("x" * 50, 20)) == ["x" * 20, "x" * 20, "x" * 10]
    assert list(fold("", 20)) == [""]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0%"), (0.0001, "<0.1%"), (0.0123, "1.2%"), (0.0999, "10%"), (0.931, "93%"), (0.998, "99.8%"),
        (0.99999, ">99.9%"), (1.0, "100%"), (1.04, "104%"), (-0.03, "-3.0%"), (nan, "-"), (None, "-"),
        ("x", "-"),
    ],
)  # fmt: skip
def test_percent(value, text):
    assert percent(value) == text


def test_a_number_and_its_interval_have_the_same_decimals():
    assert estimate("share", 0.0005, 0.0, 0.0011) == ("0.05%", "[0, 0.11]")
    assert estimate("share", 0.0103, 0.0091, 0.0117) == ("1.0%", "[0.9, 1.2]")
    assert estimate("share", 0.99999, 0.99, 1.0) == (">99.9%", "[99.0, 100]")
    assert estimate("bits", 0.1281, 0.121, 0.1349) == ("0.128", "[0.121, 0.135]")
    assert estimate("outcomes", 27.34, None, 19_871.2) == ("27.3", "[-, 19,871]")
    assert estimate("share", 0.5, None, None) == ("50.0%", "")


def test_counts_and_volumes():
    assert count(1234567) == "1,234,567"
    assert quantity(27.34, "outcomes") == "27.3"
    assert [volume(n) for n in (99_999, 812_450, 999_999, 48_128_450, 3 * 10**9)] == [
        "99,999", "812k", "1.0M", "48.1M", "3.0B",
    ]  # fmt: skip
