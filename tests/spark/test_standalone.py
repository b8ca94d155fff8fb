"""A cluster of a master and two workers, each a process of its own, says what DuckDB says."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from alike import differences_of, said
from conftest import QUICK

from auditor.simulate import ModelSpec, write_logs

LOOPBACK = "127.0.0.1"
JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
CONFIGURED = {
    **QUICK,
    "spark.driver.memory": "1g",
    "spark.executor.memory": "512m",
    "spark.executor.extraJavaOptions": JAVA,
}
PATIENCE = 120
SELECT = "outcome-starvation,retrain-drift,log-integrity"


@contextmanager
def daemon(folder, kind, *arguments):
    """One process of the cluster, ended with the test."""
    import pyspark  # noqa: PLC0415

    home = Path(pyspark.__file__).parent
    environment = {
        **os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": LOOPBACK, "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": JAVA,
    }  # fmt: skip
    with (folder / f"{kind}.log").open("a") as log:
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind.lower()}.{kind}", *arguments]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE)


@pytest.fixture
def cluster(java, tmp_path):
    """The address of a master that two workers have come to."""
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port = free.getsockname()[1]
    address = f"spark://{LOOPBACK}:{port}"
    with ExitStack() as running:
        running.enter_context(daemon(tmp_path, "Master", "--host", LOOPBACK, "--port", str(port), "--webui-port", "0"))
        for name in ("first", "second"):
            own = ["--cores", "1", "--memory", "600m", "--webui-port", "0", "--work-dir", str(tmp_path / name)]
            running.enter_context(daemon(tmp_path, "Worker", "--host", LOOPBACK, *own, address))
        log, began = tmp_path / "Master.log", time.monotonic()
        while log.read_text().count("Registering worker") < 2:
            assert time.monotonic() - began < PATIENCE, log.read_text()[-2000:]
            time.sleep(0.2)
        yield address


def audited(folder, *flags):
    environment = {**os.environ, "SPARK_CONF_DIR": str(folder), "SPARK_LOCAL_IP": LOOPBACK}
    command = [
        sys.executable,
        "-m",
        "auditor",
        "scan",
        str(folder / "logs"),
        "--format",
        "json",
        "--select",
        SELECT,
        *flags,
    ]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode in (0, 1), ran.stderr
    assert all(line.startswith("audit: ") for line in ran.stderr.splitlines()), ran.stderr
    return said(json.loads(ran.stdout))


def test_master_and_two_workers(cluster, tmp_path):
    write_logs(tmp_path / "logs", (ModelSpec("feed", "greedy", exposures=4_000, items=60),), 1, force=True)
    options = "".join(f"{name} {value}\n" for name, value in CONFIGURED.items())
    (tmp_path / "spark-defaults.conf").write_text(options)

    counted_there = audited(tmp_path, "--engine", "spark", "--spark-master", cluster)
    assert not list(differences_of(audited(tmp_path), counted_there))
    assert all(list((tmp_path / name).glob("app-*/*")) for name in ("first", "second"))
