from __future__ import annotations

import os
from types import SimpleNamespace

import pytest
from fleet_report import fleet_report


@pytest.fixture(autouse=True)
def bare_surroundings(monkeypatch, tmp_path):
    """An empty folder, and an environment that says nothing."""
    for name in os.environ:
        if name.startswith("AUDIT_"):
            monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def scanned(monkeypatch):
    """Stands in for the scan: gives back `report` (or raises `error`), and keeps what it was called with."""
    calls = SimpleNamespace(report=fleet_report(), error=None, count=0)

    def scan(logs, settings, progress, database=None):
        calls.count += 1
        calls.logs, calls.settings, calls.progress, calls.database = logs, settings, progress, database
        if calls.error is not None:
            raise calls.error
        return calls.report

    monkeypatch.setattr("auditor.scan.scan", scan)
    return calls
