from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from auditor.config import Settings
from auditor.ingest import Intake, locate, read


class Logs:
    """A folder of logs that a test writes and reads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "logs"
        self.workspace = folder / "workspace"
        self.folder.mkdir()
        self.workspace.mkdir()
        self.connection = duckdb.connect(config={"threads": 1})

    def path(self, name: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def text(self, name: str, content: str | bytes) -> Path:
        raw = content.encode() if isinstance(content, str) else content
        path = self.path(name)
        path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        return path

    def parquet(self, name: str, columns: dict[str, Any]) -> Path:
        path = self.path(name)
        pq.write_table(pa.table(columns), path)
        return path

    def read(self, *paths: Path | str, **settings: Any) -> Intake:
        sources = locate([str(path) for path in paths] or [str(self.folder)])
        return read(sources, Settings(**settings), self.connection, self.workspace)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def rejected(self) -> dict[str, int]:
        return dict(self.rows("SELECT reason, rows FROM rejected"))
