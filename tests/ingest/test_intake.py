from __future__ import annotations

import pytest
from written_logs import Logs

from auditor.errors import AuditError

DAYS = ["2026-09-06T23:59:59Z", "2026-09-07T00:00:00Z", "2026-09-13T23:59:59Z", "2026-09-14T00:00:00Z"]


def versions(logs: Logs, **settings: str) -> list[str]:
    logs.text("exposures.csv", "model_id,item_id,ts\n" + "".join(f"m,a,{day}\n" for day in DAYS))
    intake = logs.read(**settings)
    assert intake.retrains_from == ("calendar" if settings else "none")
    return [version for (version,) in logs.rows("SELECT model_version FROM exposures ORDER BY timestamp")]


def test_calendar_weeks_begin_on_monday(logs: Logs) -> None:
    assert versions(logs, retrain_every="7d") == ["2026-08-31", "2026-09-07", "2026-09-07", "2026-09-14"]


def test_calendar_windows_of_hours_carry_the_hour(logs: Logs) -> None:
    found = versions(logs, retrain_every="12h")
    assert found == ["2026-09-06T12:00:00", "2026-09-07T00:00:00", "2026-09-13T12:00:00", "2026-09-14T00:00:00"]


def test_without_retrains_all_is_one(logs: Logs) -> None:
    assert versions(logs) == ["all"] * 4


def test_calendar_windows_need_times(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,item_id\nm,a\n")
    with pytest.raises(AuditError, match="--retrain-every needs times"):
        logs.read(retrain_every="7d")


def test_a_version_in_the_log_comes_first(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,item_id,ts,model_version\nm,a,2026-09-07,v1\n")
    intake = logs.read(retrain_every="7d")
    assert intake.retrains_from == "model_version"
    assert "--retrain-every is not used" in intake.warnings[0]
    assert logs.rows("SELECT model_version FROM exposures") == [("v1",)]


def test_policies_are_mapped(logs: Logs) -> None:
    values = ["greedy", "Random", "CONTROL", "explore", "bts", ""]
    logs.text("exposures.csv", "model_id,item_id,policy\n" + "".join(f"m,{value},{value}\n" for value in values))
    logs.read(policies={"BTS": "exploit"}, max_bad_rows=0.5)
    assert logs.rows("SELECT item_id, policy FROM exposures ORDER BY 1") == [
        ("CONTROL", "holdout"),
        ("Random", "explore"),
        ("bts", "exploit"),
        ("explore", "explore"),
        ("greedy", "exploit"),
    ]


def test_the_configuration_beats_the_usual_meaning(logs: Logs) -> None:
    logs.parquet("exposures.parquet", {"model_id": ["m", "m"], "item_id": ["a", "b"], "policy": ["random", None]})
    logs.read(policies={"random": "holdout"})
    assert logs.rows("SELECT policy FROM exposures ORDER BY item_id") == [("holdout",), (None,)]


def test_unknown_policies_are_listed_with_what_to_write(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,item_id,policy\nm,a,ucb\nm,b,linear's\nm,c,explore\n")
    with pytest.raises(AuditError, match="\"linear's\", 'ucb'") as caught:
        logs.read()
    assert "--policy linear's=explore" in caught.value.hint
    assert '[policies]: "linear\'s" = "explore"' in caught.value.hint


def test_a_policy_is_one_of_three(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,item_id,policy\nm,a,ucb\n")
    with pytest.raises(AuditError, match="'bandit' is no policy"):
        logs.read(policies={"ucb": "bandit"})


def test_the_intake_says_what_the_log_has(logs: Logs) -> None:
    logs.text("exposures.csv", "model,sku,ts,colour\nm,a,2026-09-07,red\n")
    logs.text("clicks.csv", "sku,uid,when\na,u,2026-09-07\n")
    intake = logs.read(columns={"feedback.timestamp": "when"})
    assert intake.columns == {
        "exposures": {"model_id", "item_id", "timestamp"},
        "feedback": {"item_id", "user_id", "timestamp"},
    }
    exposures, feedback = intake.inputs
    assert (exposures.format, exposures.rows_read, exposures.unused_columns) == ("csv", 1, ("colour",))
    assert [(use.canonical, use.column, use.how) for use in feedback.columns] == [
        ("item_id", "sku", "alias"),
        ("timestamp", "when", "flag"),
        ("user_id", "uid", "alias"),
    ]


def test_the_catalogue_and_the_metrics(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,item_id\nm,a\n")
    logs.text("catalogue.csv", "item_id,genre,launch_date\na,x,2026-01-01\na,x,2026-01-01\nb,,\n")
    logs.text("metrics.csv", "model_id,model_version,metric,slice,value,higher_is_better\nm,1,ndcg,offline,0.5,true\n")
    logs.read()
    assert logs.rows("SELECT model_id, item_id, category FROM catalogue ORDER BY 2") == [
        (None, "a", "x"),
        (None, "b", None),
    ]
    assert logs.rows("SELECT * FROM metrics") == [("m", "1", "ndcg", "offline", 0.5, True)]


def test_a_metric_that_is_not_measured_yet_is_no_bad_row(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,item_id\nm,a\n")
    logs.text("metrics.csv", "model_id,model_version,metric,slice,value\nm,1,ctr,online,0.5\nm,2,ctr,online,\n")
    logs.read()
    assert logs.rows("SELECT model_version, value FROM metrics ORDER BY 1") == [("1", 0.5), ("2", None)]
    assert not logs.rejected()


def test_the_model_that_was_named_is_that_of_all_rows(logs: Logs) -> None:
    logs.text("exposures.csv", "item_id,request_id\na,r\n")
    logs.text("clicks.csv", "item_id,request_id\na,r\nb,r\n")
    logs.read(model_id="feed")
    assert logs.rows("SELECT model_id FROM attributed UNION ALL SELECT model_id FROM organic") == [("feed",), ("feed",)]


def test_the_named_model_beats_a_column_and_says_so(logs: Logs) -> None:
    logs.text("exposures.csv", "item_id,model,request_id\na,phone x,r\n")
    intake = logs.read(model_id="feed")
    assert logs.rows("SELECT model_id FROM exposures") == [("feed",)]
    assert intake.columns["exposures"] == {"item_id", "request_id"}
    assert "--model-id" in intake.warnings[0]


def test_a_log_read_twice_is_the_same(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,item_id,request_id\nm,a,r\nm,b,r\n")
    first = logs.read()
    assert logs.read() == first
