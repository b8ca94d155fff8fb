"""One log told in different ways: tables by role, and what turns them into another log of the same happenings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from written import FILES, audited, write

from auditor.finding import Report
from auditor.simulate import ModelSpec, write_logs

Log = dict[str, pa.Table]
Told = dict[tuple[str, ...], object]
EXACT = 1e-9


@contextmanager
def known(fleet: Sequence[ModelSpec], seed: int, **settings) -> Iterator[tuple[Path, Log, Report]]:
    """A folder to write in, the log of a fleet, and the report on it."""
    with TemporaryDirectory() as name:
        log = logged(Path(name) / "simulated", fleet, seed)
        yield Path(name), log, audited(write(Path(name) / "log", **log), **settings)


def logged(folder: Path, fleet: Sequence[ModelSpec], seed: int) -> Log:
    """What a simulated fleet leaves, by role."""
    write_logs(folder, fleet, seed, force=True)
    return {role: pq.read_table(folder / name) for role, name in FILES.items() if (folder / name).exists()}


def verdicts(report: Report) -> Told:
    """What a person is told of each model: verdict, risk, and what every detector says or why it says nothing."""
    told: Told = {(each.model_id, "verdict"): (each.verdict.value, each.risk) for each in report.models}
    told |= {(each.model_id, each.detector, each.segment or ""): each.severity.value for each in report.findings}
    return told | {(each.model_id, each.detector, "skip"): each.reason for each in report.skips}


def numbers(report: Report) -> Told:
    """Every number that was measured; names are left out."""
    return {
        (each.model_id, detector, name): value
        for each in report.models
        for detector, measures in each.measures.items()
        for name, value in measures.items()
        if not isinstance(value, str)
    }


def changed(told: Told, other: Told) -> Told:
    """What two reports do not agree on, but for sums of floats in another order."""
    keys = told.keys() | other.keys()
    pairs = {key: (told.get(key, "nothing"), other.get(key, "nothing")) for key in keys}
    return {key: pair for key, pair in pairs.items() if not _equal(*pair)}


def _equal(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, rel=EXACT, abs=EXACT, nan_ok=True)
    return one == other


def verdict_of(report: Report, name: str) -> tuple[str, float]:
    """Verdict and risk of one model."""
    return next((each.verdict.value, each.risk) for each in report.models if each.model_id == name)


def called_back(told: Told, names: dict[str, str]) -> Told:
    """The same with the models' old names."""
    old = {new: name for name, new in names.items()}
    return {(old[model], *rest): value for (model, *rest), value in told.items()}


def renamed(log: Log, column: str, names: dict[str, str]) -> Log:
    """The same log with other names in one column, wherever it is."""
    old, new = pa.array(list(names), pa.string()), pa.array(list(names.values()), pa.string())
    return {
        role: with_column(table, column, new.take(pc.index_in(table[column].combine_chunks(), value_set=old)))
        if column in table.column_names
        else table
        for role, table in log.items()
    }


def other_names(log: Log, column: str, seed: int) -> dict[str, str]:
    """New names, of other lengths and in another order, for all that a column holds anywhere."""
    held = [table[column].combine_chunks() for table in log.values() if column in table.column_names]
    names = sorted(pc.drop_null(pc.unique(pa.concat_arrays(held))).to_pylist())
    places = np.random.default_rng(seed).permutation(len(names)).tolist()
    return {name: f"{'z' * (place % 3)}{place}" for name, place in zip(names, places, strict=True)}


def with_column(table: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    """The table with one column replaced, or added."""
    at = table.schema.get_field_index(name)
    return table.append_column(name, values) if at < 0 else table.set_column(at, name, values)


def shuffled(log: Log, seed: int) -> Log:
    """The same rows in another order."""
    rng = np.random.default_rng(seed)
    return {role: table.take(rng.permutation(table.num_rows)) for role, table in log.items()}


def in_parts(folder: Path, log: Log, seed: int) -> Path:
    """Each role as a folder of files of uneven length, the last of them empty."""
    rng = np.random.default_rng(seed)
    for role, table in log.items():
        parts = folder / Path(FILES[role]).stem
        parts.mkdir(parents=True)
        cuts = [0, *sorted(rng.integers(0, table.num_rows, 4).tolist()), table.num_rows, table.num_rows]
        for number, (begin, end) in enumerate(pairwise(cuts)):
            pq.write_table(table.slice(begin, end - begin), parts / f"part-{number}.parquet")
    return folder


def as_csv(folder: Path, log: Log) -> Path:
    """Each role as comma-separated text."""
    folder.mkdir()
    for role, table in log.items():
        pyarrow.csv.write_csv(table, folder / Path(FILES[role]).with_suffix(".csv"))
    return folder


def joined(log: Log) -> Log:
    """The feedback as a column of the exposures: 0 after an impression without, nothing after a decision without."""
    keys, feedback = ["request_id", "item_id"], log["feedback"]
    answers = feedback.select([*keys, "event"]).append_column("answer", pc.coalesce(feedback["value"], pa.scalar(1.0)))
    told = log["exposures"].join(answers, keys)
    decides = pc.unique(told.filter(pc.equal(told["event"], "label"))["model_id"])
    silence = pc.if_else(pc.is_in(told["model_id"], value_set=decides), pa.scalar(None, pa.float64()), pa.scalar(0.0))
    exposures = with_column(told, "clicked", pc.cast(pc.coalesce(told["answer"], silence), pa.int8()))
    return {"exposures": exposures.drop_columns(["event", "answer"]), "catalogue": log["catalogue"]}


def doubled(log: Log) -> Log:
    """Every user's rows once more, as a twin's: under a user id and request ids of their own."""
    rows = {role: table for role, table in log.items() if role != "catalogue"}
    return {**log, **{role: pa.concat_tables([table, _twins(table)]) for role, table in rows.items()}}


def _twins(table: pa.Table) -> pa.Table:
    requests = pc.add(table["request_id"], pa.scalar(1 << 60, pa.int64()))
    users = pc.binary_join_element_wise(table["user_id"], pa.scalar("twin"), "-")
    return with_column(with_column(table, "request_id", requests), "user_id", users)
