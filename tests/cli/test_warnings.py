from __future__ import annotations

from types import SimpleNamespace

import pytest

from auditor.auditing import _warnings


@pytest.mark.parametrize(
    ("withdrawn", "said"),
    [
        (0, []),
        (1, ["1 finding could be chance among so many models and was withdrawn"]),
        (1_200, ["1,200 findings could be chance among so many models and were withdrawn"]),
    ],
)
def test_findings_that_could_be_chance_are_counted(withdrawn, said):
    assert _warnings(SimpleNamespace(attribution="joined"), SimpleNamespace(withdrawn=withdrawn)) == said
