from __future__ import annotations

from typing import Any

import pytest
from written_logs import Logs

from auditor.errors import AuditError


@pytest.mark.parametrize("duration", ["", "soon", "0d", "-7d"])
@pytest.mark.parametrize("setting", ["attribution_window", "retrain_every"])
def test_a_length_of_time_is_checked_even_if_not_used(logs: Logs, setting: str, duration: str) -> None:
    settings: dict[str, Any] = {setting: duration}
    logs.text("exposures.csv", "model_id,model_version,item_id,clicked\nm,1,a,1\n")
    with pytest.raises(AuditError, match="is not a length of time"):
        logs.read(**settings)


@pytest.mark.parametrize("key", ["request_id", "other"])
def test_an_event_that_is_not_there_is_told(logs: Logs, key: str) -> None:
    logs.text("exposures.csv", "model_id,item_id,request_id\nm,a,1\n")
    logs.text("clicks.csv", f"item_id,{key},event\na,1,view\na,1,Purchase\nb,1,view\n")
    (warning,) = [one for one in logs.read(primary_event="purchse").warnings if "--event" in one]
    assert warning.startswith("--event purchse: the feedback log has no such event")
    assert warning.endswith("Its events are: view, Purchase.")
    assert not [one for one in logs.read(primary_event=" purchase").warnings if "--event" in one]


def test_the_usual_event_is_not_missed(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,item_id,request_id\nm,a,1\n")
    logs.text("clicks.csv", "item_id,request_id,event\na,1,view\n")
    assert logs.read().warnings == ()
    (warning,) = logs.read(sources={"primary_event": "--event"}).warnings
    assert "--event click" in warning


def test_nothing_good_is_not_to_be_allowed(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,item_id\nm,\nm,\n")
    with pytest.raises(AuditError, match="2 of 2 rows") as caught:
        logs.read()
    assert caught.value.hint == "Mend the log or the --map."
