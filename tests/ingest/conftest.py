from __future__ import annotations

from pathlib import Path

import pytest
from written_logs import Logs


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    return Logs(tmp_path)
