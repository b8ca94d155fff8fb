from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from written_logs import Logs

from auditor.errors import AuditError

NAN = float("nan")
ROWS = 6_000


def column(numbers: tuple[float, ...], kind: pa.DataType) -> pa.Array:
    """The numbers in turn, and NaN in each thirtieth row; statistics that Parquet keeps of it are of the numbers."""
    return pa.array([NAN if row % 30 == 0 else numbers[row % len(numbers)] for row in range(ROWS)], kind)


def write(logs: Logs, **columns: Any) -> None:
    logs.parquet("exposures.parquet", {"model_id": ["m"] * ROWS, "item_id": list(range(ROWS)), **columns})


@pytest.fixture(params=[pa.float64(), pa.float32()], ids=str)
def kind(request: pytest.FixtureRequest) -> pa.DataType:
    return request.param


@pytest.mark.parametrize("numbers", [(1.0,), (0.5, 1.0, 2.0)])
@pytest.mark.parametrize("name", ["reward", "score"])
def test_nan_is_missing_in_numbers(logs: Logs, kind: pa.DataType, name: str, numbers: tuple[float, ...]) -> None:
    write(logs, **{name: column(numbers, kind)})
    logs.read()
    query = f"SELECT count(*), count({name}), count(*) FILTER ({name} IS NULL), max({name}) FROM exposures"
    assert logs.rows(query) == [(ROWS, ROWS * 29 // 30, ROWS // 30, max(numbers))]
    if name == "reward":
        assert logs.rows("SELECT count(*), max(value) FROM attributed") == [(ROWS * 29 // 30, max(numbers))]


@pytest.mark.parametrize("numbers", [(1.0,), (0.0,), (0.0, 1.0)])
def test_nan_is_missing_in_flags(logs: Logs, kind: pa.DataType, numbers: tuple[float, ...]) -> None:
    write(logs, clicked=column(numbers, kind))
    assert logs.read().inputs[0].rows_used == ROWS
    clicks = sum(numbers[row % len(numbers)] for row in range(ROWS) if row % 30)
    query = "SELECT count(clicked), count(*) FILTER (clicked), count(*) FILTER (clicked IS NULL) FROM exposures"
    assert logs.rows(query) == [(ROWS * 29 // 30, clicks, ROWS // 30)]
    assert logs.rows("SELECT count(*) FROM attributed") == [(clicks,)]


def test_nan_is_missing_in_positions(logs: Logs, kind: pa.DataType) -> None:
    write(logs, position=column((1.0, 2.0), kind))
    assert logs.read().inputs[0].rows_used == ROWS
    assert logs.rows("SELECT count(position) FROM exposures") == [(ROWS * 29 // 30,)]


@pytest.mark.parametrize("numbers", [(0.5,), (0.25, 1.0)])
def test_nan_is_no_propensity(logs: Logs, kind: pa.DataType, numbers: tuple[float, ...]) -> None:
    write(logs, propensity=column(numbers, kind))
    with pytest.raises(AuditError, match=r"200 of 6,000 .* propensity outside \(0, 1\].* propensity=nan item_id=0"):
        logs.read()
    logs.read(max_bad_rows=0.05)
    assert logs.rejected() == {"propensity outside (0, 1]": ROWS // 30}
    assert logs.rows("SELECT count(*), max(propensity) FROM exposures") == [(ROWS * 29 // 30, max(numbers))]


def test_nan_is_missing_in_identifiers(logs: Logs) -> None:
    write(logs, request_id=column((7.0, 8.5), pa.float64()))
    logs.read()
    query = "SELECT request_id, count(*) FROM exposures GROUP BY 1 ORDER BY 1 NULLS LAST"
    assert logs.rows(query) == [("7", 2_800), ("8.5", 3_000), (None, 200)]


@pytest.mark.parametrize("share", [30, 2])
def test_nan_is_missing_in_times(logs: Logs, share: int) -> None:
    second = 1_788_000_000.0
    logs.parquet("exposures.parquet", {"model_id": ["m"], "item_id": [0]})
    ends = [second if row % share else NAN for row in range(ROWS)]
    logs.parquet("catalogue.parquet", {"item_id": list(range(ROWS)), "available_to": ends})
    assert logs.read().inputs[1].rows_used == ROWS
    query = "SELECT count(available_to), epoch(max(available_to)) FROM catalogue"
    assert logs.rows(query) == [(ROWS - ROWS // share, second)]


def test_an_exposure_at_nan_has_no_time(logs: Logs) -> None:
    write(logs, timestamp=column((1_788_000_000.0,), pa.float64()))
    logs.read(max_bad_rows=0.05)
    assert logs.rejected() == {"null timestamp": ROWS // 30}


def test_nan_is_missing_in_values_and_metrics(logs: Logs, kind: pa.DataType) -> None:
    write(logs, request_id=list(range(ROWS)))
    clicked = {"item_id": list(range(ROWS)), "request_id": list(range(ROWS)), "value": column((2.0, 3.0), kind)}
    logs.parquet("clicks.parquet", clicked)
    metrics = {"model_id": ["m", "m"], "model_version": ["1", "2"], "metric": ["auc", "auc"]}
    logs.parquet("metrics.parquet", {**metrics, "value": pa.array([NAN, 0.5], kind)})
    logs.read()
    assert logs.rows("SELECT count(*), count(value), max(value) FROM feedback") == [(ROWS, ROWS * 29 // 30, 3.0)]
    assert logs.rows("SELECT model_version, value FROM metrics ORDER BY 1") == [("1", None), ("2", 0.5)]


def test_what_is_infinite_is_still_refused(logs: Logs, kind: pa.DataType) -> None:
    write(logs, score=column((0.5, float("inf"), -float("inf")), kind))
    logs.read(max_bad_rows=0.9)
    assert logs.rejected() == {"score not finite": 4_000}
