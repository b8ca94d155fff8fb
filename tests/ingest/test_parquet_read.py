from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from written_logs import Logs

from auditor.errors import AuditError
from auditor.ingest import Source
from auditor.ingest.scans import unreadable


def test_parquet_is_not_copied(logs: Logs) -> None:
    logs.parquet("exposures.parquet", {"model_id": ["m"], "item_id": [7]})
    logs.read()
    assert list(logs.workspace.iterdir()) == []


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (pa.array([7, None]), "7"),
        (pa.array([7], pa.uint64()), "7"),
        (pa.array([7.0]), "7"),
        (pa.array([0.5]), "0.5"),
        (pa.array([Decimal(7)]), "7"),
        (pa.array(["7"]), "7"),
        (pa.array(["7"]).dictionary_encode(), "7"),
        (pa.array([b"7"]), "7"),
        (pa.array([True]), "true"),
    ],
)
def test_identifiers_are_text_beside_a_text_log(logs: Logs, column: Any, text: str) -> None:
    logs.parquet("exposures.parquet", {"model_id": ["m"] * len(column), "item_id": column})
    logs.text("catalogue.csv", "item_id\n7\n")
    logs.read(max_bad_rows=0.5)
    assert logs.rows("SELECT item_id FROM exposures") == [(text,)]


def test_integers_stay_integers_where_all_inputs_agree(logs: Logs) -> None:
    logs.parquet("exposures.parquet", {"model_id": ["m"], "item_id": pa.array([7], pa.int32()), "request_id": [1]})
    logs.parquet("clicks.parquet", {"item_id": [7], "request_id": ["1"]})
    logs.read()
    assert logs.rows("SELECT typeof(item_id), typeof(request_id), typeof(user_id) FROM exposures") == [
        ("BIGINT", "VARCHAR", "VARCHAR")
    ]
    assert logs.rows("SELECT item_id, request_id, events FROM attributed") == [(7, "1", 1)]


def test_every_relation_has_all_its_columns_typed(logs: Logs) -> None:
    logs.parquet("exposures.parquet", {"model_id": ["m"], "item_id": [7]})
    logs.read()
    types = {
        relation: {name: kind for name, kind, *_ in logs.rows(f"DESCRIBE {relation}")}
        for relation in ("exposures", "exposures_read", "feedback", "attributed", "organic", "catalogue", "metrics")
    }
    assert types["exposures"] == {
        "model_id": "VARCHAR",
        "model_version": "VARCHAR",
        "item_id": "BIGINT",
        "timestamp": "TIMESTAMP",
        "exposure_id": "VARCHAR",
        "request_id": "VARCHAR",
        "user_id": "VARCHAR",
        "position": "INTEGER",
        "propensity": "DOUBLE",
        "policy": "VARCHAR",
        "score": "DOUBLE",
        "segment": "VARCHAR",
        "category": "VARCHAR",
        "clicked": "BOOLEAN",
        "reward": "DOUBLE",
    }
    assert types["exposures_read"] == types["exposures"] | {"reject_reason": "VARCHAR"}
    assert types["feedback"]["feedback_row"] == "BIGINT"
    assert types["organic"] == {"item_id": "BIGINT", "model_id": "VARCHAR", "feedback": "BIGINT"}
    assert list(types["attributed"].items()) == [
        ("model_id", "VARCHAR"),
        ("model_version", "VARCHAR"),
        ("item_id", "BIGINT"),
        ("policy", "VARCHAR"),
        ("exposed_at", "TIMESTAMP"),
        ("feedback_at", "TIMESTAMP"),
        ("request_id", "VARCHAR"),
        ("clicked", "BOOLEAN"),
        ("value", "DOUBLE"),
        ("events", "BIGINT"),
        ("label_source", "VARCHAR"),
    ]
    assert types["metrics"]["higher_is_better"] == "BOOLEAN"


def test_files_are_joined_by_the_names_of_columns(logs: Logs) -> None:
    logs.parquet("exposures/1.parquet", {"model_id": ["m"], "item_id": [7]})
    logs.parquet("exposures/2.parquet", {"position": [2], "item_id": ["x"], "model_id": ["m"]})
    logs.read()
    assert logs.rows("SELECT item_id, position FROM exposures ORDER BY 1") == [("7", None), ("x", 2)]


def test_partitions_are_columns(logs: Logs) -> None:
    for number, model in enumerate(("a", "b")):
        logs.parquet(f"exposures/model_id={model}/0.parquet", {"item_id": [number]})
    intake = logs.read()
    assert logs.rows("SELECT model_id, item_id FROM exposures ORDER BY 1") == [("a", 0), ("b", 1)]
    assert intake.columns["exposures"] == {"model_id", "item_id"}


def test_a_clash_of_types_names_both_files(logs: Logs) -> None:
    logs.parquet("exposures/1.parquet", {"model_id": ["m"], "item_id": [7], "ts": [1788777000]})
    logs.parquet("exposures/2.parquet", {"model_id": ["m"], "item_id": [7], "ts": pa.array([0], pa.timestamp("us"))})
    with pytest.raises(AuditError, match=r"Column ts holds numbers in .*1\.parquet and times in .*2\.parquet"):
        logs.read()


def test_lists_and_records_within_are_no_columns_of_the_file(logs: Logs) -> None:
    record = pa.array([{"item_id": 1, "model_id": "x"}])
    logs.parquet("exposures.parquet", {"model_id": ["m"], "context": record, "item_id": [7]})
    assert logs.read().inputs[0].unused_columns == ("context",)


def test_a_list_of_outcomes_is_refused(logs: Logs) -> None:
    logs.parquet("exposures.parquet", {"model_id": ["m"], "item_id": [[1, 2]]})
    with pytest.raises(AuditError, match="holds lists or records") as caught:
        logs.read()
    assert "UNNEST" in caught.value.hint


def test_a_number_that_is_a_date_is_refused(logs: Logs) -> None:
    logs.parquet("exposures.parquet", {"model_id": ["m"], "item_id": [7], "score": pa.array([0], pa.timestamp("us"))})
    with pytest.raises(AuditError, match="taken for score is of type TIMESTAMP, which is no number"):
        logs.read()


def test_two_columns_of_one_name(logs: Logs) -> None:
    table = pa.table([pa.array([1]), pa.array([2]), pa.array(["m"])], names=["item_id", "Item_ID", "model_id"])
    pq.write_table(table, logs.path("exposures.parquet"))
    with pytest.raises(AuditError, match=r"exposures\.parquet has two columns of one name: item_id, Item_ID"):
        logs.read()


def test_a_column_called_filename_is_theirs(logs: Logs) -> None:
    path = logs.parquet("exposures.parquet", {"model_id": ["m", "m"], "item_id": ["a", None], "filename": ["x", "y"]})
    assert logs.read(max_bad_rows=0.5).inputs[0].rejected[0].example.startswith(str(path))


@pytest.mark.parametrize("name", ["file_row_number", "File_Index"])
def test_a_column_that_would_number_the_rows(logs: Logs, name: str) -> None:
    logs.parquet("exposures.parquet", {"model_id": ["m", "m"], "item_id": [7, 8], name: [0, 0]})
    with pytest.raises(AuditError, match=f"The exposures log has a column {name}, by which the engine numbers"):
        logs.read()


def test_a_column_of_nothing_is_as_good_as_not_there(logs: Logs) -> None:
    nothing = ["propensity", "position", "timestamp", "clicked", "request_id", "model_version", "reward"]
    logs.parquet(
        "exposures.parquet", {"model_id": ["m", "m"], "item_id": ["a", "b"]} | dict.fromkeys(nothing, pa.nulls(2))
    )
    intake = logs.read()
    assert intake.columns["exposures"] == {"model_id", "item_id"}
    assert intake.inputs[0].rows_used == 2


def test_nothing_in_one_file_does_not_clash_with_times_in_another(logs: Logs) -> None:
    names = {"model_id": ["m"], "item_id": ["a"]}
    logs.parquet("exposures/1.parquet", names | {"timestamp": [datetime(2026, 9, 7)]})
    logs.parquet("exposures/2.parquet", names | {"timestamp": pa.nulls(1)})
    logs.read(max_bad_rows=0.5)
    assert logs.rejected() == {"null timestamp": 1}


def test_a_damaged_page_is_not_taken_for_an_archive() -> None:
    source = Source("exposures", ("exposures.parquet",), "parquet")
    assert "page" in unreadable(source, "Invalid Input Error: ZSTD Decompression failure").hint
    assert "zstd" in unreadable(Source("exposures", ("e.csv.zst",), "csv"), "ZSTD Decompression failure").hint
