"""The columns of a simulated log, as the data model names them, and the names that its ids get."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pyarrow as pa

from auditor.simulate.defaults import ACTIONS
from auditor.simulate.spec import ModelSpec
from auditor.simulate.world import Counts

TIMESTAMP = pa.timestamp("us")

EXPOSURES = pa.schema(
    [
        ("model_id", pa.string()), ("model_version", pa.string()), ("request_id", pa.int64()),
        ("user_id", pa.string()), ("timestamp", TIMESTAMP), ("item_id", pa.string()),
        ("position", pa.int32()), ("policy", pa.string()), ("propensity", pa.float64()),
        ("clicked", pa.int8()), ("score", pa.float64()), ("segment", pa.string()), ("category", pa.string()),
    ]
)  # fmt: skip

FEEDBACK = pa.schema(
    [
        ("request_id", pa.int64()), ("item_id", pa.string()), ("timestamp", TIMESTAMP),
        ("user_id", pa.string()), ("event", pa.string()), ("value", pa.float64()),
        ("label_source", pa.string()), ("source", pa.string()), ("model_id", pa.string()),
    ]
)  # fmt: skip

CATALOGUE = pa.schema(
    [
        ("model_id", pa.string()), ("item_id", pa.string()), ("category", pa.string()),
        ("available_from", TIMESTAMP), ("available_to", TIMESTAMP),
    ]
)  # fmt: skip

METRICS = pa.schema(
    [
        ("model_id", pa.string()), ("model_version", pa.string()), ("metric", pa.string()),
        ("slice", pa.string()), ("value", pa.float64()), ("higher_is_better", pa.bool_()),
    ]
)  # fmt: skip


def item_names(spec: ModelSpec, items: int) -> pa.Array:
    """Ids like vid_0042, or the actions of an approval model."""
    if spec.policy == "approval":
        return pa.array(ACTIONS[:items], pa.string())
    digits = max(3, len(str(items - 1)))
    return pa.array([f"{spec.prefix}_{i:0{digits}d}" for i in range(items)], pa.string())


def user_names(users: Counts) -> pa.Array:
    """Ids like u00042; the same people use every model of a fleet."""
    return pa.array([f"u{i:05d}" for i in range(int(users.max(initial=-1)) + 1)], pa.string()).take(users)


def first_request(spec: ModelSpec) -> int:
    """Where a model's request ids begin: far apart, and owing nothing to the rest of the fleet."""
    return int.from_bytes(sha256(spec.name.encode()).digest()[:3], "big") << 28


def times(seconds: Counts) -> pa.Array:
    """Seconds since 1970 as timestamps."""
    return pa.array(seconds.astype(np.int64) * 1_000_000).cast(TIMESTAMP)


def table(schema: pa.Schema, rows: int, **columns: object) -> pa.Table:
    """A table of `rows` rows; columns that are not given, or None, are empty."""
    arrays = [_array(columns.get(field.name), field.type, rows) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def constant(text: str, rows: int) -> pa.Array:
    """One text, `rows` times."""
    return pa.repeat(pa.scalar(text, pa.string()), rows)


def _array(values: object, kind: pa.DataType, rows: int) -> pa.Array:
    if values is None:
        return pa.nulls(rows, kind)
    return values if isinstance(values, pa.Array) else pa.array(values, kind)
