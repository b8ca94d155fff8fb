"""Small logs for both engines."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 3_000
START = datetime(2026, 9, 7, 6, 30, 0, 250_000)
QUICK = ("outcome-starvation", "log-integrity", "cross-model-loop")


def exposures(rng, rows=ROWS):
    """Columns of a log of two models and two retrains, in slates of three."""
    request = np.arange(rows) // 3
    return {
        "model_id": np.where(request % 2, "feed", "search").tolist(),
        "model_version": np.where(np.arange(rows) < rows / 2, "v1", "v2").tolist(),
        "item_id": (rng.integers(0, 40, rows) ** 2 // 40).tolist(),
        "timestamp": [START + timedelta(minutes=int(number)) for number in request],
        "request_id": [f"r{number // 2}" for number in request],
        "user_id": [f"u{number % 97}" for number in request],
        "position": (np.arange(rows) % 3 + 1).tolist(),
        "propensity": rng.choice([0.5, 0.125, 0.3, 1.0], rows).tolist(),
        "policy": rng.choice(["greedy", "random", ""], rows, p=[0.8, 0.1, 0.1]).tolist(),
    }


def feedback(log, rng, *columns, delay=timedelta(minutes=2)):
    """Feedback on one exposure in five, some of it twice."""
    rows = rng.choice(len(log["item_id"]), len(log["item_id"]) // 5)
    made = {name: [log[name][row] for row in rows] for name in ("item_id", *columns)}
    made["timestamp"] = [log["timestamp"][row] + delay for row in rows]
    return made


def write(folder, name, columns, parts=1):
    folder.mkdir(parents=True, exist_ok=True)
    table = pa.table(columns)
    size = -(-table.num_rows // parts)
    for part in range(parts):
        pq.write_table(table.slice(part * size, size), folder / f"{name}-{part}.parquet", row_group_size=500)
