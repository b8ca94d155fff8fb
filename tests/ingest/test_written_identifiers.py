from __future__ import annotations

import json

import pytest
from written_logs import Logs

from auditor.errors import AuditError

COLUMNS = ("item_id", "request_id", "user_id", "exposure_id")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("7.0", "7"),
        ("1624803307945984.0", "1624803307945984"),
        ("-3.00", "-3"),
        ("7.10", "7.10"),
        ("1.0.0", "1.0.0"),
        ("v7.0", "v7.0"),
        ("NA", "NA"),
        ("none", "none"),
        ("Nadia", "Nadia"),
        ("nano", "nano"),
        ("N", "N"),
        ("O", "O"),
        ("n", "n"),
        ("<NA>1", "<NA>1"),
        (" nullify", " nullify"),
        ("{3F25-01}", "{3F25-01}"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_a_whole_float_is_the_integer(logs: Logs, kind: str, written: str, meant: str) -> None:
    names = ("model_id", "model_version", *COLUMNS)
    if kind == "csv":
        logs.text("exposures.csv", f"{','.join(names)}\n{','.join([written] * len(names))}\n")
    else:
        logs.text("exposures.ndjson", json.dumps(dict.fromkeys(names, written)))
    logs.read()
    found = logs.rows(f"SELECT model_id, model_version, {', '.join(COLUMNS)} FROM exposures")
    assert found == [(written, written, meant, meant, meant, meant)]


def test_floats_of_one_log_join_integers_of_the_other(logs: Logs) -> None:
    logs.parquet("exposures.parquet", {"model_id": ["m", "m"], "item_id": [7, 8], "request_id": [1, 2]})
    logs.text("clicks.csv", "item_id,request_id\n7.0,1.0\n8.0,\n")
    logs.read()
    assert logs.rows("SELECT item_id, request_id FROM attributed") == [("7", "1")]
    assert logs.rows("SELECT item_id, feedback FROM organic") == [("8", 1)]


@pytest.mark.parametrize("word", ["NaN", "nan", "NaT", "None", "null", "<NA>", "  ", "\tNone ", " nan"])
def test_a_missing_identifier_is_null(logs: Logs, word: str) -> None:
    good, known = ["m", "1", "a", "r1", "u", "e"], ["m", "1", "b", word, word, word]
    bad = [[word, "1", "c", "r", "u", "e"], ["m", word, "d", "r", "u", "e"], ["m", "1", word, "r", "u", "e"]]
    rows = [["model_id", "model_version", *COLUMNS], good, known, *bad]
    logs.text("exposures.csv", "".join(",".join(row) + "\n" for row in rows))
    logs.read(max_bad_rows=0.9)
    assert logs.rejected() == {"null item_id": 1, "null model_id": 1, "null model_version": 1}
    found = logs.rows("SELECT request_id, user_id, exposure_id FROM exposures WHERE item_id = 'b'")
    assert found == [(None, None, None)]


@pytest.mark.parametrize("value", [{"a": 1}, [1, 2]])
def test_a_record_is_no_identifier(logs: Logs, value: object) -> None:
    rows = [{"model_id": "m", "item_id": "a"}, {"model_id": "m", "item_id": value}]
    logs.text("exposures.ndjson", "\n".join(map(json.dumps, rows)))
    logs.read(max_bad_rows=0.5)
    assert logs.rejected() == {"item_id is a record or list": 1}


@pytest.mark.parametrize(
    ("time", "meant"),
    [
        ("2026-09-07T10:00:00+18:00", "2026-09-06 16:00:00"),
        ("2026-09-07T10:00:00.5-1730", "2026-09-08 03:30:00.5"),
        ("2026-09-27", "2026-09-27 00:00:00"),
        ("2026-09-07T10:00:00+18:01", None),
        ("2026-09-07T10:00:00-25:00", None),
        ("2026-09-07 10:00:00.123+9900", None),
        ("2026-09-07 10:00:00+19", None),
    ],
)
def test_offsets_that_no_clock_has_are_refused(logs: Logs, time: str, meant: str | None) -> None:
    logs.text("exposures.csv", f"model_id,item_id,timestamp\nm,a,{time}\nm,b,2026-09-07T10:00:00Z\n")
    logs.read(max_bad_rows=0.5)
    found = logs.rows("SELECT CAST(\"timestamp\" AS VARCHAR) FROM exposures WHERE item_id = 'a'")
    assert found == ([(meant,)] if meant else [])
    assert logs.rejected() == ({} if meant else {"timestamp not parseable": 1})


def test_a_first_line_of_data_is_no_header(logs: Logs) -> None:
    logs.text("exposures.csv", "feed,17,2026-09-07,17\nfeed,18,2026-09-07,3\n")
    with pytest.raises(AuditError, match=r"first line of .*exposures\.csv does not look like a header: 'feed,17"):
        logs.read()


@pytest.mark.parametrize("name", ["exposures.csv", "exposures.csv.gz", "exposures.ndjson"])
def test_parquet_under_another_name_is_told(logs: Logs, name: str) -> None:
    logs.parquet("other.parquet", {"model_id": ["m"], "item_id": ["a"]}).rename(logs.folder / name)
    with pytest.raises(AuditError, match="looks like Parquet") as caught:
        logs.read()
    assert name in caught.value.message


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["exposures.csv", "exposures.csv.gz", "exposures.ndjson"])
def test_utf_16_without_a_mark_is_told(logs: Logs, name: str, encoding: str) -> None:
    logs.text(name, 'model_id,item_id,"x"\nm,a,1\n'.encode(encoding))
    with pytest.raises(AuditError, match="is not UTF-8"):
        logs.read()
