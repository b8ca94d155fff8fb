"""Plans of logs that are written as files, and the way a person would ask for them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from auditor.cli.progress import Silent
from auditor.config import Settings
from auditor.finding import Report
from auditor.opening import LogPaths
from auditor.plan import Asked, ModelPlan, Plan
from auditor.scan import plan, scan

MAIN = ("outcome-starvation",)


def written(folder: Path, **logs) -> Path:
    """One Parquet file for each log, as columns or as a table."""
    folder.mkdir(exist_ok=True)
    for role, log in logs.items():
        pq.write_table(pa.table(log), folder / f"{role}.parquet")
    return folder


def planned(folder: Path, days: int = 28, names: tuple[str, ...] = (), *, every: bool = True, **settings) -> Plan:
    """The plan of a folder of logs, for every model unless it says otherwise."""
    settings = {"select": MAIN, **settings}
    return plan(LogPaths((str(folder),)), Settings(**settings), Silent(), Asked(days, names, every))


def scanned(folder: Path, select: tuple[str, ...] = ()) -> Report:
    """The report on the logs of a folder."""
    return scan(LogPaths((str(folder),)), Settings(select=select), Silent())


def only(made: Plan) -> ModelPlan:
    """The plan of the one model."""
    [model] = made.models
    return model


def way(model: ModelPlan, name: str):
    """One way of drawing."""
    return next(each for each in model.ways if each.name == name)
