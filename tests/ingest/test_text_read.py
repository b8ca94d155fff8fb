from __future__ import annotations

import gzip
import json

import pytest
from written_logs import Logs

from auditor.errors import AuditError

HEADER = "model_id,item_id,request_id\n"


def items(logs: Logs) -> list[str]:
    return [item for (item,) in logs.rows("SELECT item_id FROM exposures ORDER BY 1")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found(logs: Logs, delimiter: str) -> None:
    logs.text("exposures.csv", f"{HEADER}m,a,1\nm,b,2\n".replace(",", delimiter))
    logs.read()
    assert items(logs) == ["a", "b"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_byte_order_mark(logs: Logs, newline: str, mark: str) -> None:
    logs.text("exposures.csv", mark + f"{HEADER}m,a,1\nm,b,2\n".replace("\n", newline))
    logs.read()
    assert items(logs) == ["a", "b"]


@pytest.mark.parametrize("quoted", ['"a ""b"", c"', '"a \\"b\\", c"'])
def test_quotes_are_escaped_in_either_way(logs: Logs, quoted: str) -> None:
    logs.text("exposures.csv", f'{HEADER}"m",{quoted},1\n"m",{quoted},2\n')
    logs.read()
    assert items(logs) == ['a "b", c'] * 2


@pytest.mark.parametrize("name", ["exposures.csv", "exposures.csv.gz"])
def test_what_escapes_a_quote_may_come_late(logs: Logs, name: str) -> None:
    plain = [f'"m","{"x" * 1_000}",{number}\n' for number in range(6_000)]
    text = "".join((HEADER, *plain, '"m","a \\"b\\", c",1\n'))
    logs.text(name, text)
    logs.read()
    assert items(logs)[0] == 'a "b", c'


def test_a_quoted_header_and_lines_within_quotes(logs: Logs) -> None:
    logs.text("exposures.csv", '"model_id","item_id"\n"m","a\nb"\n')
    logs.read()
    assert items(logs) == ["a\nb"]


def test_identifiers_stay_text(logs: Logs) -> None:
    logs.text("exposures.csv", f"{HEADER}m,007,1\nm,7,2\nm,1e3,3\nm,true,4\nm,NA,5\n")
    logs.read()
    assert items(logs) == ["007", "1e3", "7", "NA", "true"]


def test_text_of_a_log_is_data(logs: Logs) -> None:
    nasty = "'); DROP TABLE feedback; --"
    logs.text("expo'sures.csv", f'model_id,item_id,"po""li\'cy"\n{nasty},{nasty},x\n')
    logs.read(logs.folder / "expo'sures.csv", columns={"policy": "po\"li'cy"}, policies={"x": "explore"})
    assert logs.rows("SELECT model_id, item_id, policy FROM exposures") == [(nasty, nasty, "explore")]


@pytest.mark.parametrize("letter", ["é", "É", "“", "–", "😀", "日", "\x85", "\u2028"])
@pytest.mark.parametrize("name", ["exposures.csv", "exposures.tsv", "exposures.csv.gz", "exposures.ndjson"])
def test_letters_of_all_kinds(logs: Logs, name: str, letter: str) -> None:
    rows = [("m", f"{letter} a", "1"), ("m", "b", "2"), ("m", f"c{letter}", "3")]
    keys = HEADER.strip().split(",")
    if name.endswith("ndjson"):
        text = "".join(json.dumps(dict(zip(keys, row, strict=True)), ensure_ascii=False) + "\n" for row in rows)
    else:
        mark = "\t" if name.endswith("tsv") else ","
        text = "".join(mark.join(row) + "\n" for row in (keys, *rows))
    logs.text(name, text)
    assert logs.read().inputs[0].rows_used == 3
    assert items(logs) == sorted(row[1] for row in rows)


def test_letters_of_all_kinds_in_a_zstd_file(logs: Logs) -> None:
    path = logs.path("exposures.csv.zst")
    rows = "SELECT 'm' AS model_id, 'É' || i AS item_id FROM range(3) AS t (i)"
    logs.connection.execute(f"COPY ({rows}) TO '{path}' (FORMAT csv, COMPRESSION zstd)")
    logs.read()
    assert items(logs) == ["É0", "É1", "É2"]


def test_a_header_of_all_kinds_of_letters(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,Größe É\nm,a\n")
    logs.read(columns={"item_id": "Größe É"})
    assert items(logs) == ["a"]


def test_broken_lines_are_counted_each(logs: Logs) -> None:
    lines = [b"m,%d,r%d" % (number, number) for number in range(100)]
    lines[10], lines[20], lines[30] = b"m,10", b"m,20,r,extra", b"m,\xff\xfe,r"
    path = logs.text("exposures.csv", HEADER.encode() + b"\n".join(lines) + b"\n")
    summary = logs.read(max_bad_rows=0.05).inputs[0]
    assert logs.rejected() == {"too few columns": 1, "too many columns": 1, "invalid UTF-8": 1}
    assert (summary.rows_read, summary.rows_used) == (100, 97)
    examples = {one.reason: one.example for one in summary.rejected}
    assert examples["too few columns"].startswith(f"{path}, line 12: Expected Number of Columns: 3 Found: 2")


def test_a_line_beyond_all_measure_is_counted(logs: Logs) -> None:
    path = logs.text("exposures.csv", HEADER + f"m,{'x' * 3_000_000},1\nm,a,2\n")
    (rejection,) = logs.read(max_bad_rows=0.5).inputs[0].rejected
    assert rejection.reason == "line too long"
    assert rejection.example.startswith(f"{path}, line 2: Maximum line size")


def test_lines_swallowed_by_an_open_quote_are_counted(logs: Logs) -> None:
    logs.text("exposures.csv", HEADER + "m,a,1\n" * 50 + 'm,"b,2\n' + "m,c,3\n" * 9)
    summary = logs.read(max_bad_rows=0.2).inputs[0]
    assert summary.rows_read == 60
    assert logs.rejected()["malformed line"] == 10


def test_row_numbers_are_those_of_the_file(logs: Logs) -> None:
    logs.connection.execute("SET preserve_insertion_order = false")
    logs.text("exposures/1.csv", HEADER + "".join(f"m,a{number},1\n" for number in range(7)))
    path = logs.text("exposures/2.csv", HEADER + "m,a,1\nm,b,2\nm,,3\n")
    (rejection,) = logs.read(max_bad_rows=0.5).inputs[0].rejected
    assert rejection.example == f"{path}, row 3: item_id=(null)"
    assert logs.rows("SELECT current_setting('preserve_insertion_order')") == [(False,)]


def test_files_of_other_columns_are_one_log(logs: Logs) -> None:
    logs.text("exposures/1.csv", "model_id,item_id\nm,a\n")
    logs.text("exposures/2.tsv", "position\titem_id\tmodel_id\n3\tb\tm\n")
    logs.text("exposures/3.csv.gz", "item_id;model_id\nc;m\n")
    logs.text("exposures/4.csv", "")
    logs.read()
    assert logs.rows("SELECT item_id, position FROM exposures ORDER BY 1") == [("a", None), ("b", 3), ("c", None)]


def test_partitions_are_columns_of_text_logs(logs: Logs) -> None:
    logs.text("model_id=feed/dt=2026-09-07/a.csv", "item_id\na\n")
    logs.text("model_id=mail/dt=2026-09-08/a.csv", "item_id\nb\n")
    logs.read()
    found = logs.rows('SELECT model_id, item_id, CAST("timestamp" AS VARCHAR) FROM exposures ORDER BY 1')
    assert found == [("feed", "a", "2026-09-07 00:00:00"), ("mail", "b", "2026-09-08 00:00:00")]


def test_json_lines(logs: Logs) -> None:
    objects = [
        {"model": "m", "itemId": 7, "ts": "2026-09-07T10:00:00Z", "click": True, "position": 1},
        {"model": "m", "itemId": "7", "ts": "2026-09-07T10:00:01Z", "click": None, "context": {"a": [1]}},
        {"model": "m", "itemId": "a/b", "ts": "2026-09-07T10:00:02Z", "pscore": 0.25, "genre": ["x", "y"]},
    ]
    lines = [json.dumps(one) for one in objects]
    logs.text("exposures.jsonl", "\n".join([*lines[:2], "", lines[2]]) + "\n")
    summary = logs.read().inputs[0]
    assert logs.rows("SELECT item_id, position, propensity, category, clicked FROM exposures ORDER BY timestamp") == [
        ("7", 1, None, None, True),
        ("7", None, None, None, None),
        ("a/b", None, 0.25, '["x","y"]', None),
    ]
    assert summary.unused_columns == ("context",)


def test_broken_json_lines_are_counted(logs: Logs) -> None:
    fine = [json.dumps({"model_id": "m", "item_id": number}) for number in range(100)]
    path = logs.text("exposures.ndjson.gz", "\n".join([*fine, '{"model_id": "m", "ite', "[1]", "null"]))
    summary = logs.read(max_bad_rows=0.1).inputs[0]
    assert logs.rejected() == {"malformed line": 3}
    assert (summary.rows_read, summary.rows_used) == (103, 100)
    assert summary.rejected[0].example == f"{path}, row 101"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("exposures.csv", b"", "is empty"),
        ("exposures.csv", b"\nmodel_id,item_id\nm,a\n", "is blank"),
        ("exposures.csv", b"x," * 100_000, "characters long"),
        ("exposures.csv", HEADER.encode("utf-16"), "is not UTF-8"),
        ("exposures.csv", "größe,item_id\n1,2\n".encode("latin-1"), "is not UTF-8"),
        ("exposures.csv", b"model_id,item_id\n" + "m,größe\n".encode("latin-1") * 9, "invalid UTF-8"),
        ("exposures.ndjson", b"", "it is empty"),
        ("exposures.ndjson", b"item_id,model_id\n1,2\n", "holds no JSON objects: its first line is"),
        ("exposures.parquet", b"", "too small to be a Parquet file"),
        ("exposures.parquet", b"item_id,model_id\n" * 99, "No magic bytes"),
    ],
)
def test_unreadable_files_are_named(logs: Logs, name: str, content: bytes, said: str) -> None:
    logs.text(name, content)
    with pytest.raises(AuditError, match=said) as caught:
        logs.read()
    assert name in caught.value.message
    assert caught.value.hint


def test_a_cut_off_archive_is_named(logs: Logs) -> None:
    whole = gzip.compress((HEADER + "".join(f"m,{number},r\n" for number in range(10**5))).encode())
    (logs.folder / "exposures.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(AuditError, match=r"exposures\.csv\.gz") as caught:
        logs.read()
    assert "cut off" in caught.value.hint


def test_what_is_called_gzip_and_is_not(logs: Logs) -> None:
    (logs.folder / "exposures.csv.gz").write_text(HEADER)
    with pytest.raises(AuditError, match=r"exposures\.csv\.gz"):
        logs.read()


def test_the_header_is_the_first_line_of_a_long_file(logs: Logs) -> None:
    logs.connection.execute("SET threads = 2; SET preserve_insertion_order = false")
    slow = "".join(f"m,{number},{'x' * 20_000}\n" for number in range(430))
    logs.text("exposures.csv", HEADER + slow + "".join(f"n,{number},1\n" for number in range(100_000)))
    assert logs.read().inputs[0].rows_used == 100_430
