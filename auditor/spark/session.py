"""A session on a cluster that is there: whose it is, how it is reached, and what it must be told."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from pyspark.sql import SparkSession

from auditor.config import Settings
from auditor.errors import AuditError
from auditor.ingest.quoting import printable
from auditor.spark.complaints import told, unless_gone

PATIENCE = 5.0
LISTENING = {"spark": 7077, "sc": 15002}
# They print on stderr what is then raised, and told by us.
TALKATIVE = ("SQLQueryContextLogger", "DataFrameQueryContextLogger")
# What the audit counts must not hang on how somebody's session is set up.
SETTINGS: Mapping[str, str] = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_LTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "false",
    "spark.sql.parquet.binaryAsString": "true",
    "spark.sql.parquet.reader.respectUnknownTypeAnnotation.enabled": "true",
    "spark.sql.legacy.parquet.nanosAsLong": "true",
    "spark.sql.optimizer.canChangeCachedPlanOutputPartitioning": "true",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
}
# Of a driver that the audit starts itself.
OURS: Mapping[str, str] = {
    "spark.app.name": "audit",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.maxResultSize": "0",
}


@contextmanager
def session(settings: Settings) -> Iterator[SparkSession]:
    """A session for one audit, beside the one that is active, or on the cluster that is named.

    Where `spark_remote` and `spark_master` name none, it is the one that Spark is configured for here (spark-submit,
    SPARK_REMOTE, spark-defaults.conf). What the audit sets and names in it stays in it; a driver that it started is
    stopped. Raises AuditError where there is no PySpark, no Java, or no answer.
    """
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with warnings.catch_warnings(), told("no Spark session could be had"):
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)  # none is used
        active = None if _asked(settings) else SparkSession.getActiveSession()
        own = active or _started(settings)
        ours = own.newSession()
    try:
        with told("the Spark session could not be set up"):
            for name, value in SETTINGS.items():
                ours.conf.set(name, value)
        with _unlogged():
            yield ours
    finally:
        if active is None:
            with unless_gone():
                own.stop()


@contextmanager
def _unlogged() -> Iterator[None]:
    """Py4J writes what is then raised to the root logger, which prints it where nobody has given it a handler."""
    root, silent = logging.getLogger(), logging.NullHandler()
    root.addHandler(silent)
    try:
        yield
    finally:
        root.removeHandler(silent)


def _asked(settings: Settings) -> str | None:
    if settings.spark_master and settings.spark_remote:
        raise AuditError("--spark-master and --spark-remote name two clusters.", "Name one of them.")
    return settings.spark_master or settings.spark_remote


def _started(settings: Settings) -> SparkSession:
    address = _asked(settings) or os.environ.get("SPARK_REMOTE", "")
    _knock(address)
    if address.startswith("sc://"):
        return SparkSession.builder.remote(address).create()
    _find_java()
    builder = SparkSession.builder.master(address) if address else SparkSession.builder
    for name, value in OURS.items():
        builder = builder.config(name, value)
    with _quietly():
        return builder.getOrCreate()


@contextmanager
def _quietly() -> Iterator[None]:
    """The driver that is started meanwhile writes its log to a file, shown if it does not start; stderr is ours."""
    if os.environ.get("AUDIT_DEBUG") == "1":
        yield
        return
    with tempfile.TemporaryFile() as log:
        sys.stderr.flush()
        before = os.dup(2)
        os.dup2(log.fileno(), 2)
        try:
            yield
        except Exception as error:
            log.seek(0)
            said = log.read().decode(errors="replace").strip().splitlines()
            message = f"Spark did not start: {printable((said or [str(error)])[-1][:400])}"
            raise AuditError(message, "AUDIT_DEBUG=1 shows all that Spark says.") from error
        finally:
            os.dup2(before, 2)
            os.close(before)


def _find_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if not shutil.which(str(Path(home, "bin", "java")) if home else "java"):
        where = f"under JAVA_HOME ({home})" if home else "on the PATH, and JAVA_HOME is not set"
        raise AuditError(
            f"Spark needs Java 17 or later, and there is no java {where}.",
            "Install a JDK or set JAVA_HOME, or name a Spark Connect server with --spark-remote sc://HOST.",
        )


def _knock(address: str) -> None:
    """Spark would try an address that does not answer for a minute or more."""
    url = urlsplit(address)
    if url.scheme not in LISTENING:
        return
    place = f"{url.scheme}://{url.netloc}"
    hosts = [urlsplit(f"//{one}") for one in url.netloc.split(",")]
    said = []
    for host in hosts:
        try:
            port = host.port or LISTENING[url.scheme]
            socket.create_connection((host.hostname or "", port), PATIENCE).close()
        except (OSError, ValueError) as error:
            said.append(f"{host.netloc}: {error}")
        else:
            return
    raise AuditError(f"Nothing answers at {place} ({'; '.join(said)}).", "Check the address, and that it is up.")
