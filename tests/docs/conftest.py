from __future__ import annotations

import pytest
from blocks import shown_logs
from reader import new_machine


@pytest.fixture(scope="session")
def machine(tmp_path_factory):
    return new_machine(tmp_path_factory.mktemp("reader") / "home", shown_logs())
