from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

collect_ignore = [] if Path(os.environ.get("OPEN_BANDIT") or "/nowhere").is_dir() else ["test_same_open_bandit.py"]
MISSING = "tests/spark need {}: see the chapter Contributing of the README"
# A small log is over before Java has compiled anything twice.
QUICK = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.memory": "2g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=256m",
}


@pytest.fixture(scope="session")
def java():
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.fail(MISSING.format("Java 17 or later"))


@pytest.fixture(scope="session")
def spark(java):
    """A Spark in this process; the audits of the tests have sessions beside it."""
    if not find_spec("pyspark"):
        pytest.fail(MISSING.format("PySpark"))
    from pyspark.sql import SparkSession  # noqa: PLC0415

    builder = SparkSession.builder.master("local[2]")
    for name, value in QUICK.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()
