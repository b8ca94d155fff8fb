"""What goes wrong with logs between a model and an audit, done to the files of a simulated one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

Files = dict[str, pa.Table | None]
ROLES = ("exposures", "clicks", "catalogue")
HOUR, SECOND = np.timedelta64(1, "h"), np.timedelta64(1, "s")


def edit(folder: Path, name: str, seed: int) -> None:
    """Does one of `EDITS` to the logs of a folder."""
    files: Files = {role: pq.read_table(folder / f"{role}.parquet") for role in ROLES}
    edited = EDITS[name](dict(files), np.random.default_rng([seed, 1]))
    for role, table in edited.items():
        path = folder / f"{role}.parquet"
        if table is None:
            path.unlink()
        elif table is not files[role]:
            pq.write_table(table, path)


def tilt(folder: Path, tilts: Mapping[str, float], seed: int) -> None:
    """Loses clicks of the models named: on own rows at first, on random rows in the end."""
    if not tilts:
        return
    exposures, clicks = (pq.read_table(folder / f"{role}.parquet") for role in ("exposures", "clicks"))
    shown = exposures.filter(pc.is_in(exposures["model_id"], pa.array(list(tilts))))
    place = pc.index_in(_keys(clicks), _keys(shown).combine_chunks())
    lost = _tilted(shown, tilts)[pc.fill_null(place, 0).to_numpy()]
    rng = np.random.default_rng([seed, 2])
    kept = pc.is_null(place).to_numpy() | (rng.random(clicks.num_rows) >= lost)
    pq.write_table(clicks.filter(pa.array(kept)), folder / "clicks.parquet")


def _tilted(shown: pa.Table, tilts: Mapping[str, float]) -> np.ndarray:
    """The chance of each exposure's click to be lost."""
    versions = np.unique(shown["model_version"].to_numpy(zero_copy_only=False))
    age = np.searchsorted(versions, shown["model_version"].to_numpy(zero_copy_only=False)) / (len(versions) - 1)
    share = np.array([tilts[name] for name in shown["model_id"].to_pylist()])
    random = pc.equal(shown["policy"], "explore").to_numpy(zero_copy_only=False)
    return share * np.where(random, age, 1 - age)


def _keys(table: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(table["request_id"].cast(pa.string()), table["item_id"], " ")


def _again(files: Files, rng: np.random.Generator, share: float) -> Files:
    """As a client writes that sends again what was not confirmed in time."""
    shown = files["exposures"]
    again = shown.filter(pa.array(rng.random(shown.num_rows) < share))
    later = pa.array(_moved(again["timestamp"], SECOND))
    again = again.set_column(shown.column_names.index("timestamp"), "timestamp", later)
    return {**files, "exposures": pa.concat_tables([shown, again])}


def _without(files: Files, rng: np.random.Generator, role: str) -> Files:
    return {**files, role: None}


def _untimed(files: Files, rng: np.random.Generator) -> Files:
    timed = ("exposures", "clicks")
    return files | {role: files[role].drop_columns(["timestamp"]) for role in timed}


def _early(files: Files, rng: np.random.Generator) -> Files:
    clicks = files["clicks"]
    earlier = pa.array(_moved(clicks["timestamp"], -HOUR))
    return {**files, "clicks": clicks.set_column(clicks.column_names.index("timestamp"), "timestamp", earlier)}


def _broken_days(files: Files, rng: np.random.Generator, every: int) -> Files:
    day = files["clicks"]["timestamp"].to_numpy().astype("datetime64[D]").astype(int)
    return {**files, "clicks": files["clicks"].filter(pa.array(day % every != 0))}


def _moved(times: pa.ChunkedArray, by: np.timedelta64) -> np.ndarray:
    return times.to_numpy() + by


EDITS: Mapping[str, Callable[[Files, np.random.Generator], Files]] = {
    "a tenth of rows twice, a second apart": partial(_again, share=0.1),
    "no catalogue": partial(_without, role="catalogue"),
    "no timestamps": _untimed,
    "no feedback log": partial(_without, role="clicks"),
    "feedback an hour early": _early,
    "no feedback for a fifth of the days": partial(_broken_days, every=5),
}
