"""What a person did, or has, that keeps Spark from being used: one clear message, exit code 2."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.cli.main import main
from auditor.config import Settings
from auditor.errors import AuditError
from auditor.spark.places import places

SAMPLES = Path(__file__).parents[2] / "sample_logs"
CLOSED = "127.0.0.1:1"


def audit(*arguments, code=2):
    assert main(["scan", *map(str, arguments)]) == code


def refused(capsys, *arguments):
    audit(*arguments)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("audit: error: ")
    assert "Traceback" not in said.err
    return said.err


@pytest.mark.parametrize("library", ["pyspark.sql", "sqlglot"])
def test_the_extra_is_not_installed(capsys, monkeypatch, library):
    for name in [name for name in sys.modules if name.startswith("auditor.spark")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    said = refused(capsys, SAMPLES, "--engine", "spark")
    assert "--engine spark needs PySpark and sqlglot" in said
    assert "pip install 'auditor[spark]'" in said


@pytest.mark.parametrize("home", ["", "/nowhere"])
def test_there_is_no_java(tmp_path, home):
    environment = {**os.environ, "PATH": str(tmp_path), "JAVA_HOME": home, "SPARK_REMOTE": ""}
    ran = subprocess.run(
        [sys.executable, "-m", "auditor", "scan", str(SAMPLES), "--engine", "spark"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 2
    assert ran.stderr.startswith("audit: error: Spark needs Java 17 or later")
    assert len(ran.stderr.splitlines()) == 2


@pytest.mark.parametrize(("flag", "scheme"), [("--spark-master", "spark"), ("--spark-remote", "sc")])
def test_nothing_answers(capsys, flag, scheme):
    said = refused(capsys, SAMPLES, "--engine", "spark", flag, f"{scheme}://{CLOSED}/;token=secret")
    assert f"Nothing answers at {scheme}://{CLOSED}" in said
    assert "secret" not in said


def test_two_clusters(capsys):
    said = refused(capsys, SAMPLES, "--engine", "spark", "--spark-master", "local[1]", "--spark-remote", "sc://host")
    assert "name two clusters" in said


def test_a_cluster_that_duckdb_does_not_use(capsys):
    assert "Add --engine spark" in refused(capsys, SAMPLES, "--spark-master", "local[1]")


def test_rows_are_not_brought_here(capsys, tmp_path):
    said = refused(capsys, SAMPLES, "--engine", "spark", "--database", tmp_path / "logs.duckdb")
    assert "--database would bring the log" in said


DYING = """
import os, signal
from auditor.cli.main import console
from auditor.spark.connection import SparkConnection

def fetch(self, name, frame, order):
    os.kill(self.spark._jvm.java.lang.ProcessHandle.current().pid(), signal.SIGKILL)
    frame.toArrow()

SparkConnection._fetch = fetch
console()
"""


def test_a_driver_that_dies(java):
    ran = subprocess.run(
        [sys.executable, "-c", DYING, "scan", str(SAMPLES), "--engine", "spark", "--spark-master", "local[1]"],
        env={name: value for name, value in os.environ.items() if name != "SPARK_REMOTE"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 2
    assert ran.stderr.startswith("audit: error: The cluster could not count it: the driver of Spark is gone.\n  hint: ")
    assert len(ran.stderr.splitlines()) == 2


def test_text_logs(capsys, tmp_path):
    (tmp_path / "exposures.csv").write_text("model_id,item_id\na,1\n")
    said = refused(capsys, tmp_path, "--engine", "spark")
    assert "is csv" in said
    assert "Write it as Parquet" in said


def test_a_table_that_is_not_there(capsys, spark):
    said = refused(capsys, "--exposures", "table:nowhere.exposures", "--engine", "spark")
    assert "The exposures log cannot be read (nowhere.exposures)" in said
    assert "TABLE_OR_VIEW_NOT_FOUND" in said


def test_a_folder_that_is_not_there(capsys, spark):
    assert "PATH_NOT_FOUND" in refused(capsys, "file:///nowhere/exposures", "--engine", "spark")


def test_a_view_has_no_rows_to_number(capsys, spark):
    spark.sql("CREATE OR REPLACE GLOBAL TEMP VIEW drawn AS SELECT 'm' AS model_id, 1 AS item_id")
    said = refused(capsys, "--exposures", "table:global_temp.drawn", "--engine", "spark")
    assert "have no numbers" in said


def test_a_table_of_another_format(capsys, spark):
    spark.sql("CREATE TABLE lines USING json AS SELECT 'm' AS model_id, 1 AS item_id")
    try:
        said = refused(capsys, "--exposures", "table:lines", "--engine", "spark")
    finally:
        spark.sql("DROP TABLE lines")
    assert "a table in another format than Parquet, Delta Lake and Iceberg" in said


def test_a_name_that_needs_back_quotes(capsys, spark):
    said = refused(capsys, "--exposures", "table:my-lake.exposures", "--engine", "spark")
    assert "The exposures log cannot be read (my-lake.exposures)" in said
    assert "Put back quotes around it" in said


def test_files_that_are_no_parquet(capsys, spark, tmp_path):
    (tmp_path / "exposures.parquet").write_text("model_id,item_id\n")
    assert "The exposures log cannot be read" in refused(capsys, tmp_path, "--engine", "spark")


def test_roles_of_tables_and_addresses():
    found = places(
        ["table:lake.logs.`clicks-2026`", "s3a://bucket/logs/exposures/"], catalogue=["table:`a-b`.`items-1`"]
    )
    assert {one.role: (one.files, one.format) for one in found} == {
        "feedback": (("table:lake.logs.`clicks-2026`",), "table"),
        "exposures": (("s3a://bucket/logs/exposures/",), "parquet"),
        "catalogue": (("table:`a-b`.`items-1`",), "table"),
    }


def test_a_role_is_tables_or_files():
    with pytest.raises(AuditError, match="both a table and files"):
        places(["table:lake.exposures", "s3a://bucket/exposures"])


def test_only_what_was_asked_for_is_loaded():
    assert Settings().engine == "duckdb"
    code = "import sys, auditor.scan; assert not {'pyspark', 'sqlglot', 'auditor.spark'} & {*sys.modules}"
    subprocess.run([sys.executable, "-c", code], check=True)
