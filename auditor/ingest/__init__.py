"""What did they give us? Files, columns, types, attribution of feedback, rejected rows."""

from __future__ import annotations

from auditor.ingest.files import Source, locate
from auditor.ingest.reading import Intake, read

__all__ = ["Intake", "Source", "locate", "read"]
