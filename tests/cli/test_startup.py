from __future__ import annotations

import json
import subprocess
import sys

import pytest

from auditor.cli.main import app

HEAVY = {"duckdb", "numpy", "polars", "pyarrow", "pyspark", "rich", "sqlglot"}
LOADED = "import json, sys; from auditor.cli.main import main; main({arguments}); print(json.dumps([*sys.modules]))"


@pytest.mark.parametrize("arguments", [["--help"], ["scan", "--help"], ["inspect", "--help"], ["plan", "--help"]])
def test_help_loads_nothing_heavy(arguments):
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(arguments=arguments)], capture_output=True, text=True, check=True
    )
    assert not HEAVY & set(json.loads(done.stdout.splitlines()[-1]))


def test_a_selection_is_checked_before_detectors_are_loaded():
    arguments = ["scan", "no-such-log.parquet", "--select", "drift"]
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(arguments=arguments)], capture_output=True, text=True, check=True
    )
    assert "unknown detector 'drift'" in done.stderr
    assert not {"polars", "auditor.detectors"} & set(json.loads(done.stdout.splitlines()[-1]))


def test_the_module_is_the_console_script():
    done = subprocess.run([sys.executable, "-m", "auditor", "scan"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("audit: error: No logs to read.")


def test_all_commands_are_there():
    names = {command.callback.__name__ for command in app.registered_commands}
    assert names == {"scan", "inspect", "plan", "detectors", "explain", "render", "schema", "simulate"}
