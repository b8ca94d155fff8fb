"""A file is read under its own name, though the engine would take that for a pattern of others."""

from __future__ import annotations

import pytest
from written_logs import Logs

from auditor.ingest.delimited import DelimitedLog, Group, Header
from auditor.ingest.files import Source
from auditor.ingest.scans import UNSAID

NAMES = ("exposures[1]", "exposures*", "exposures?", "exposures[[]1]", "exposures{1,2}")
OTHERS = ("exposures1", "exposures2", "exposuresX")


# Of exposures?.csv.gz the engine takes the end for the query of an address, and does not unpack it.
TEXTS = [
    (name, suffix) for name in NAMES for suffix in ("csv", "csv.gz", "ndjson") if (name[-1], suffix[-1]) != ("?", "z")
]


@pytest.mark.parametrize(("name", "suffix"), TEXTS)
def test_text(logs: Logs, name: str, suffix: str) -> None:
    line = '{{"model_id": "m", "item_id": "{}"}}\n' if suffix == "ndjson" else "model_id,item_id\nm,{}\n"
    for one in (*OTHERS, name):
        logs.text(f"{one}.{suffix}", line.format("own" if one == name else "other"))
    intake = logs.read(logs.folder / f"{name}.{suffix}")
    assert logs.rows("SELECT item_id FROM exposures") == [("own",)]
    assert intake.inputs[0].files == (str(logs.folder / f"{name}.{suffix}"),)


@pytest.mark.parametrize("name", NAMES)
def test_parquet(logs: Logs, name: str) -> None:
    for one in (*OTHERS, name):
        logs.parquet(f"{one}.parquet", {"model_id": ["m"], "item_id": ["own" if one == name else "other"]})
    logs.read(logs.folder / f"{name}.parquet")
    assert logs.rows("SELECT item_id FROM exposures") == [("own",)]


def test_examples_name_the_file_of_the_row(logs: Logs) -> None:
    for name, header in (("exposures[1]", "model_id,item_id"), ("exposures1", "item_id,model_id")):
        lines = "".join(f"{name},{name}\n" for _ in range(50))
        logs.text(f"{name}.csv", f"{header}\n{lines},{name}\n" if name.endswith("]") else f"{header}\n{lines}")
    intake = logs.read(max_bad_rows=0.1)
    (rejection,) = intake.inputs[0].rejected
    assert rejection.example.startswith(f"{logs.folder / 'exposures[1].csv'}, row 51: ")


@pytest.mark.parametrize(
    ("file", "told"), [("logs/exposures.csv", UNSAID), ("s3://logs/exposures*.csv", "source_file")]
)
def test_an_address_may_be_many_files_and_its_rows_say_which(file: str, told: str) -> None:
    header = Header("model_id,item_id", ",", '"', ("model_id", "item_id"))
    log = DelimitedLog(Source("exposures", (file,), "csv"), (Group(header, (file,), '"'),), (), ())
    (scan,) = log.scans(("model_id", "item_id"))
    assert scan.file == told
    assert f"read_csv(['{file}']" in scan.relation
