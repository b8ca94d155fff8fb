from threading import Event

import pytest

import auditor.scan
from auditor.cli.progress import Silent
from auditor.config import Settings
from auditor.opening import LogPaths
from auditor.rollup import Rollups


@pytest.fixture
def logs(tmp_path):
    (tmp_path / "exposures.csv").write_text("model_id,item_id,user_id\n" + "m,i1,u1\nm,i2,u2\n" * 50)
    return LogPaths(paths=(str(tmp_path),))


def test_what_every_audit_rests_on_is_counted_while_what_audits_it_is_loaded(logs, monkeypatch):
    counted, found = Event(), []

    class Told(Rollups):
        def build(self, name):
            super().build(name)
            if name == "outcome_counts":
                counted.set()

    monkeypatch.setattr(auditor.scan, "Rollups", Told)
    monkeypatch.setattr(auditor.scan, "import_module", lambda _: found.append(counted.wait(20)))
    auditor.scan.scan(logs, Settings(), Silent())

    assert found == [True]
