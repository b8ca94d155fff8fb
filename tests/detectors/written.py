"""Small logs written as files, and audited the way a person would."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from auditor.cli.progress import Silent
from auditor.config import Settings
from auditor.finding import Report
from auditor.opening import LogPaths
from auditor.scan import scan
from auditor.simulate import ModelSpec, write_logs

FILES = {"exposures": "exposures.parquet", "feedback": "clicks.parquet", "catalogue": "catalogue.parquet"}


def write(folder: Path, **logs) -> Path:
    """One Parquet file for each of exposures, feedback, catalogue that is given, as columns or as a table."""
    folder.mkdir(exist_ok=True)
    for role, log in logs.items():
        pq.write_table(pa.table(log), folder / FILES[role])
    return folder


def audited(folder: Path, **settings) -> Report:
    """The report on the logs of a folder."""
    return scan(LogPaths((str(folder),)), Settings(**settings), Silent())


def audited_file(path: Path, **settings) -> Report:
    """The report on one file of exposures, all of one model."""
    return scan(LogPaths(exposures=(str(path),)), Settings(model_id="store", **settings), Silent())


def simulated(folder: Path, *fleet: ModelSpec, seed: int = 1, drop: tuple[str, ...] = ()) -> Path:
    """The logs of a simulated fleet, without the columns `drop` of the exposures."""
    write_logs(folder, fleet, seed, force=True)
    exposures = pq.read_table(folder / FILES["exposures"])
    return write(folder, exposures=exposures.drop_columns([name for name in drop if name in exposures.column_names]))


def finding(report: Report, detector: str):
    """What one detector found in a log of one model; None where it found nothing."""
    return next((each for each in report.findings if each.detector == detector), None)


def skip(report: Report, detector: str):
    """Why one detector said nothing of a log of one model; None where it did."""
    return next((each for each in report.skips if each.detector == detector), None)
