"""Where the time of one scan goes: seconds a phase, as JSON."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from duckdb import DuckDBPyConnection

from auditor.config import Settings
from auditor.opening import LogPaths
from auditor.scan import scan

BETWEEN = "detecting"


class Stopwatch:
    """A progress that adds up how long each phase took; what is in no phase counts as detecting."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._since = perf_counter()

    @contextmanager
    def phase(
        self,
        title: str,
        connection: DuckDBPyConnection | None = None,  # noqa: ARG002
        rows: int | None = None,  # noqa: ARG002
    ) -> Iterator[None]:
        self.lap(BETWEEN)
        yield
        self.lap(title)

    def lap(self, title: str) -> None:
        now = perf_counter()
        self.seconds[title] += now - self._since
        self._since = now


if __name__ == "__main__":
    folder, threads = sys.argv[1:]
    stopwatch = Stopwatch()
    logs = LogPaths(exposures=(f"{folder}/exposures.parquet",), feedback=(f"{folder}/clicks.parquet",))
    scan(logs, Settings(threads=int(threads)), stopwatch)
    stopwatch.lap(BETWEEN)
    print(json.dumps(stopwatch.seconds))
