from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from written_logs import Logs

from auditor.errors import AuditError

EXPOSURES = """model_id,model_version,item_id,timestamp,request_id,user_id,exposure_id,policy
feed,1,a,2026-09-07T10:00:00Z,r1,u1,e1,exploit
feed,1,b,2026-09-07T10:00:00Z,r1,u1,e2,explore
feed,2,a,2026-09-08T10:00:00Z,r2,u1,e3,exploit
mail,1,a,2026-09-08T11:00:00Z,r3,u2,e4,
"""


def without(text: str, *columns: str) -> str:
    rows = [line.split(",") for line in text.strip().split("\n")]
    kept = [index for index, name in enumerate(rows[0]) if name not in columns]
    return "\n".join(",".join(row[index] for index in kept) for row in rows) + "\n"


def attributed(logs: Logs, columns: str = "model_id, request_id, item_id, events") -> list[tuple[Any, ...]]:
    return logs.rows(f"SELECT {columns} FROM attributed ORDER BY ALL")


def organic(logs: Logs) -> list[tuple[Any, ...]]:
    return logs.rows("SELECT item_id, model_id, feedback FROM organic ORDER BY ALL")


def test_by_request_and_item(logs: Logs) -> None:
    logs.text("exposures.csv", without(EXPOSURES, "exposure_id"))
    logs.text(
        "clicks.csv", "request_id,item_id,ts\nr1,b,2026-09-07T10:00:09Z\nr1,b,2026-09-07T10:00:05Z\nr9,b,2026-09-07\n"
    )
    intake = logs.read()
    assert (intake.attribution, intake.unit) == ("request_id + item_id", "user_id")
    assert logs.rows("SELECT * FROM attributed") == [
        (
            "feed",
            "1",
            "b",
            "explore",
            datetime(2026, 9, 7, 10),
            datetime(2026, 9, 7, 10, 0, 5),
            "r1",
            True,
            None,
            2,
            None,
        )
    ]
    assert organic(logs) == [("b", None, 1)]


def test_the_best_key_is_taken(logs: Logs) -> None:
    logs.text("exposures.csv", EXPOSURES)
    logs.text("clicks.csv", "exposure_id,request_id,item_id\ne2,r9,b\ne9,r1,a\n")
    assert logs.read().attribution == "exposure_id"
    assert attributed(logs) == [("feed", "r1", "b", 1)]
    assert organic(logs) == [("a", None, 1)]


def test_an_exposure_id_of_a_whole_slate_finds_the_item(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,impression_id,item_id\nfeed,s1,a\nfeed,s1,b\nfeed,s1,c\n")
    logs.text("clicks.csv", "impression_id,item_id\ns1,b\n")
    logs.read()
    assert attributed(logs, "item_id") == [("b",)]


def test_an_exposure_id_holds_across_items(logs: Logs) -> None:
    logs.text("exposures.csv", EXPOSURES)
    logs.text("feedback.csv", "exposure_id,item_id,event\ne1,accessory,purchase\n")
    logs.read()
    assert attributed(logs, "item_id, request_id") == [("a", "r1")]


def test_by_user_and_item_the_last_exposure_before_within_the_window(logs: Logs) -> None:
    logs.text("exposures.csv", without(EXPOSURES, "exposure_id", "request_id"))
    times = ["2026-09-08T10:00:00Z", "2026-09-07T09:59:59Z", "2026-09-08T09:59:59Z", "2026-09-09T10:00:01Z"]
    logs.text("clicks.csv", "user_id,item_id,ts\n" + "".join(f"u1,a,{time}\n" for time in times))
    assert logs.read().attribution == "user_id + item_id"
    assert attributed(logs, "exposed_at, events") == [(datetime(2026, 9, 7, 10), 1), (datetime(2026, 9, 8, 10), 1)]
    assert organic(logs) == [("a", None, 2)]
    logs.read(attribution_window="48h")
    assert attributed(logs, "exposed_at, events") == [(datetime(2026, 9, 7, 10), 1), (datetime(2026, 9, 8, 10), 2)]


def test_the_window_is_checked(logs: Logs) -> None:
    logs.text("exposures.csv", without(EXPOSURES, "exposure_id", "request_id"))
    logs.text("clicks.csv", "user_id,item_id,ts\nu1,a,2026-09-08\n")
    with pytest.raises(AuditError, match="--attribution-window: 'long'"):
        logs.read(attribution_window="long")


def test_feedback_of_another_model_is_not_its_own(logs: Logs) -> None:
    logs.text("exposures.csv", EXPOSURES)
    logs.text("clicks.csv", "request_id,item_id,model_id\nr1,a,mail\nr2,a,feed\nr3,a,\n")
    logs.read()
    assert attributed(logs, "model_id, request_id") == [("feed", "r2"), ("mail", "r3")]
    assert organic(logs) == [("a", "mail", 1)]


def test_a_key_shown_twice_belongs_to_the_first(logs: Logs) -> None:
    logs.text(
        "exposures.csv",
        "model_id,item_id,request_id,ts,position\nm,a,r,2026-09-07T10:00:01Z,1\nm,a,r,2026-09-07T10:00:00Z,2\n",
    )
    logs.text("clicks.csv", "request_id,item_id\nr,a\n")
    logs.read()
    assert attributed(logs, "exposed_at, events") == [(datetime(2026, 9, 7, 10), 1)]


def test_labels_of_nothing_are_feedback_and_no_click(logs: Logs) -> None:
    logs.text("exposures.csv", EXPOSURES)
    logs.text("feedback.csv", "request_id,item_id,value\nr1,a,0\nr1,b,1\nr2,a,2.5\nr3,a,\n")
    logs.read()
    assert attributed(logs, "request_id, item_id, clicked, value") == [
        ("r1", "a", False, 0.0),
        ("r1", "b", True, 1.0),
        ("r2", "a", True, 2.5),
        ("r3", "a", True, None),
    ]


def test_each_model_has_its_primary_event(logs: Logs) -> None:
    logs.text("exposures.csv", EXPOSURES)
    rows = [
        "r1,a,dwell,30",
        "r1,a,Click,",
        "r1,b,dwell,20",
        "r3,a,label,1",
        "r9,z,dwell,1",
        "r9,z,click,",
        "r9,z,click,1",
    ]
    logs.text("feedback.csv", "request_id,item_id,event,value\n" + "\n".join(rows) + "\n")
    logs.read()
    assert attributed(logs, "model_id, item_id, value, events") == [("feed", "a", None, 1), ("mail", "a", 1.0, 1)]
    assert organic(logs) == [("z", None, 2)]
    logs.read(primary_event="dwell")
    assert attributed(logs, "model_id, item_id, value") == [
        ("feed", "a", 30.0),
        ("feed", "b", 20.0),
        ("mail", "a", 1.0),
    ]
    assert logs.rows("SELECT count(*) FROM feedback") == [(7,)]


def test_feedback_already_joined(logs: Logs) -> None:
    logs.text(
        "exposures.csv",
        "model_id,item_id,ts,click,reward\nm,a,2026-09-07,1,\nm,b,2026-09-07,0,3\nm,c,2026-09-07,0,0\nm,d,2026-09-07,,\n",
    )
    intake = logs.read()
    assert (intake.attribution, intake.unit) == ("joined", None)
    assert attributed(logs, "item_id, clicked, value, events") == [("a", True, None, 1), ("b", True, 3.0, 1)]
    assert organic(logs) == []


def test_joined_feedback_beats_a_feedback_log_and_says_so(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,item_id,request_id,clicked\nm,a,r,1\n")
    logs.text("clicks.csv", "request_id,item_id\nr,a\n")
    intake = logs.read()
    assert intake.attribution == "joined"
    assert "The feedback log is not used" in intake.warnings[0]


def test_logs_without_a_common_key(logs: Logs) -> None:
    logs.text("exposures.csv", without(EXPOSURES, "exposure_id"))
    logs.text("clicks.csv", "item_id,exposure_id\na,e1\na,e2\n")
    intake = logs.read()
    assert intake.attribution == "none"
    assert "share no key" in intake.warnings[0]
    assert (attributed(logs), organic(logs)) == ([], [("a", None, 2)])


def test_user_and_item_need_times(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,user_id,item_id\nm,u,a\n")
    logs.text("clicks.csv", "user_id,item_id\nu,a\n")
    assert logs.read().attribution == "none"


def test_keys_that_never_meet_are_warned_of(logs: Logs) -> None:
    logs.text("exposures.csv", EXPOSURES)
    logs.text("clicks.csv", "request_id,item_id\nx1,a\n")
    assert "No feedback found its exposure by request_id + item_id" in logs.read().warnings[0]


def test_without_feedback_there_is_none(logs: Logs) -> None:
    logs.text("exposures.csv", EXPOSURES)
    intake = logs.read()
    assert (intake.attribution, intake.warnings) == ("none", ())
    assert (attributed(logs), organic(logs)) == ([], [])


def test_missing_keys_match_nothing(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,item_id,request_id\nm,a,\nm,a,r\n")
    logs.text("clicks.csv", "request_id,item_id\n,a\n")
    logs.read()
    assert (attributed(logs), organic(logs)) == ([], [("a", None, 1)])


@pytest.mark.parametrize(
    ("column", "unit"), [("user_id", "user_id"), ("slate_id", "request_id"), ("rec_id", "exposure_id")]
)
def test_what_halves_are_cut_by(logs: Logs, column: str, unit: str) -> None:
    logs.text("exposures.csv", f"model_id,item_id,{column}\nm,a,1\n")
    assert logs.read().unit == unit


def crossings(logs: Logs) -> list[tuple[Any, ...]]:
    return logs.rows("SELECT model_id, chosen_by, feedback FROM crossings ORDER BY ALL")


def shared_feedback(logs: Logs) -> list[tuple[Any, ...]]:
    return logs.rows("SELECT model_id, also_shown_by, feedback FROM shared_feedback ORDER BY ALL")


def second_feedback(logs: Logs, columns: str = "model_id, item_id, event, value") -> list[tuple[Any, ...]]:
    return logs.rows(f"SELECT {columns} FROM second_feedback ORDER BY ALL")


TWO_MODELS = """model_id,item_id,request_id,ts
finder,a,r1,2026-09-07T10:00:00Z
ranker,a,r1,2026-09-07T10:00:01Z
finder,b,r1,2026-09-07T10:00:00Z
finder,a,r2,2026-09-07T11:00:00Z
third,a,r2,2026-09-07T11:00:01Z
"""


def test_other_events_on_matched_exposures_are_kept_beside(logs: Logs) -> None:
    logs.text("exposures.csv", EXPOSURES)
    rows = [
        "r1,a,click,",
        "r1,a, Dwell ,30",
        "r1,a,dwell,12",
        "r1,b,purchase,9.5",
        "r3,a,dwell,4",
        "r9,z,dwell,1",
        "r1,b,,",
    ]
    logs.text("feedback.csv", "request_id,item_id,event,value\n" + "\n".join(rows) + "\n")
    logs.read()
    assert attributed(logs, "model_id, item_id") == [("feed", "a"), ("feed", "b"), ("mail", "a")]
    assert second_feedback(logs) == [
        ("feed", "a", "dwell", 12.0),
        ("feed", "a", "dwell", 30.0),
        ("feed", "b", "purchase", 9.5),
    ]
    assert second_feedback(logs, "DISTINCT model_version, policy") == [("1", "exploit"), ("1", "explore")]


def test_feedback_of_one_event_has_no_second(logs: Logs) -> None:
    logs.text("exposures.csv", EXPOSURES)
    logs.text("feedback.csv", "request_id,item_id\nr1,a\n")
    logs.read()
    assert (second_feedback(logs), crossings(logs), shared_feedback(logs)) == ([], [], [])


def test_feedback_on_exposures_of_another_model_is_organic_and_counted(logs: Logs) -> None:
    logs.text("exposures.csv", TWO_MODELS)
    rows = ["r1,b,ranker", "r2,a,ranker", "r1,a,ranker", "r9,a,ranker", "r1,b,finder", "r2,a,"]
    logs.text("clicks.csv", "request_id,item_id,model_id\n" + "\n".join(rows) + "\n")
    logs.read()
    assert attributed(logs, "model_id, item_id, request_id") == [
        ("finder", "a", "r2"),
        ("finder", "b", "r1"),
        ("ranker", "a", "r1"),
    ]
    assert organic(logs) == [("a", "ranker", 2), ("b", "ranker", 1)]
    assert crossings(logs) == [("ranker", "finder", 2)]
    assert shared_feedback(logs) == [("finder", "third", 1), ("ranker", "finder", 1)]


def test_only_the_primary_event_crosses(logs: Logs) -> None:
    logs.text("exposures.csv", TWO_MODELS)
    rows = ["r1,b,ranker,dwell", "r1,b,ranker,click", "r1,a,ranker,click"]
    logs.text("clicks.csv", "request_id,item_id,model_id,event\n" + "\n".join(rows) + "\n")
    logs.read()
    assert crossings(logs) == [("ranker", "finder", 1)]
    assert shared_feedback(logs) == [("ranker", "finder", 1)]


def test_by_user_and_item_the_last_other_model_chose(logs: Logs) -> None:
    exposures = ["finder,a,u,2026-09-07T10:00:00Z", "third,a,u,2026-09-07T11:00:00Z", "third,b,u,2026-09-01T11:00:00Z"]
    logs.text("exposures.csv", "model_id,item_id,user_id,ts\n" + "\n".join(exposures) + "\n")
    rows = ["u,a,2026-09-07T12:00:00Z,ranker", "u,b,2026-09-07T12:00:00Z,ranker", "u,a,2026-09-07T10:30:00Z,ranker"]
    logs.text("clicks.csv", "user_id,item_id,ts,model_id\n" + "\n".join(rows) + "\n")
    logs.read()
    assert crossings(logs) == [("ranker", "finder", 1), ("ranker", "third", 1)]
    assert organic(logs) == [("a", "ranker", 2), ("b", "ranker", 1)]
    assert attributed(logs) == []


def test_unnamed_feedback_that_two_models_showed_is_the_firsts_and_counted(logs: Logs) -> None:
    logs.text("exposures.csv", TWO_MODELS)
    logs.text("clicks.csv", "request_id,item_id\nr1,a\nr1,b\nr2,a\n")
    logs.read()
    assert attributed(logs, "DISTINCT model_id") == [("finder",)]
    assert shared_feedback(logs) == [("finder", "ranker", 1), ("finder", "third", 1)]
    assert crossings(logs) == []


def test_a_log_named_as_one_model_crosses_nothing(logs: Logs) -> None:
    logs.text("exposures.csv", "item_id,request_id\na,r\n")
    logs.text("clicks.csv", "request_id,item_id,model\nr,a,other\n")
    logs.read(model_id="m")
    assert attributed(logs, "model_id, events") == [("m", 1)]
    assert crossings(logs) == []


def test_of_several_labels_the_worst_source_stays(logs: Logs) -> None:
    logs.text("exposures.csv", EXPOSURES)
    rows = ["e1,a,Human", "e1,a, LLM ", "e1,a,rule", "e2,b,expert", "e2,b,System", "e3,a,Ada", "e3,a,manual", "e4,a,"]
    logs.text("feedback.csv", "exposure_id,item_id,label_source\n" + "\n".join(rows) + "\n")
    logs.read()
    assert logs.rows(
        "SELECT item_id, model_id, label_source FROM attributed ORDER BY exposed_at, item_id, model_id"
    ) == [
        ("a", "feed", "llm"),
        ("b", "feed", "system"),
        ("a", "feed", "manual"),
        ("a", "mail", None),
    ]


@pytest.mark.parametrize("source", ["Search", "direct", " organic ", "external", "editorial"])
def test_feedback_from_elsewhere_is_organic_though_user_and_item_match(logs: Logs, source: str) -> None:
    logs.text("exposures.csv", without(EXPOSURES, "exposure_id", "request_id"))
    rows = [f"u1,a,2026-09-07T10:00:05Z,{source}", "u1,b,2026-09-07T10:00:05Z,feed", "u2,a,2026-09-08T11:00:05Z,"]
    logs.text("clicks.csv", "user_id,item_id,ts,source\n" + "\n".join(rows) + "\n")
    logs.read()
    assert attributed(logs, "model_id, item_id") == [("feed", "b"), ("mail", "a")]
    assert organic(logs) == [("a", None, 1)]


def test_a_key_of_its_own_decides_whatever_the_source(logs: Logs) -> None:
    logs.text("exposures.csv", EXPOSURES)
    logs.text("clicks.csv", "request_id,item_id,source\nr1,a,search\n")
    logs.read()
    assert attributed(logs, "model_id, item_id") == [("feed", "a")]
    assert organic(logs) == []


def lost(logs: Logs, rows: list[str], header: str = "request_id,item_id") -> tuple[str, ...]:
    """The warnings of a log of 300 exposures and of feedback `rows`."""
    shown = "".join(f"m,i,r{number}\n" for number in range(300))
    logs.text("exposures.csv", f"model_id,item_id,request_id\n{shown}")
    logs.text("clicks.csv", "\n".join([header, *rows]) + "\n")
    return logs.read().warnings


@pytest.mark.parametrize(
    ("found", "unfound", "warned"), [(180, 20, True), (181, 20, False), (19, 19, False), (270, 30, True)]
)
def test_much_feedback_without_an_exposure_is_warned_of(logs: Logs, found: int, unfound: int, warned: bool) -> None:
    rows = [*(f"r{number},i" for number in range(found)), *(f"x{number},i" for number in range(unfound))]
    warnings = lost(logs, rows)
    assert [f"{unfound} of {found + unfound} feedback rows found no exposure" in one for one in warnings] == [
        True
    ] * warned


def test_feedback_whose_source_says_where_it_came_from_is_not_missed(logs: Logs) -> None:
    found = [f"r{number},i,home" for number in range(100)]
    header = "request_id,item_id,source"
    assert lost(logs, [*found, *(f"x{number},i, Search" for number in range(50))], header) == ()
    (warning,) = lost(logs, [*found, *(f"x{number},i,{'home' if number % 2 else ''}" for number in range(50))], header)
    assert warning.startswith("50 of 150 feedback rows")


def test_feedback_that_another_model_was_shown_or_of_another_event_is_not_missed(logs: Logs) -> None:
    header = "request_id,item_id,model_id,event"
    rows = [f"r{number},i,m,click" for number in range(100)]
    assert lost(logs, [*rows, *(f"r{number},i,other,click" for number in range(100, 150))], header) == ()
    assert lost(logs, [*rows, *(f"x{number},i,m,purchase" for number in range(50))], header) == ()


@pytest.mark.parametrize(
    ("exposures", "clicks", "said"),
    [
        ("model_id,item_id,request_id\nm,a,r\n", "request_id,item_id\nr,a\n", "no feedback has an event"),
        ("model_id,item_id,request_id\nm,a,r\n", "request_id,item_id,event\nr,a,\n", "no feedback has an event"),
        ("model_id,item_id,clicked\nm,a,1\n", None, "carries its feedback already"),
    ],
)
def test_an_event_that_nothing_can_be_called_is_warned_of(
    logs: Logs, exposures: str, clicks: str | None, said: str
) -> None:
    logs.text("exposures.csv", exposures)
    if clicks:
        logs.text("clicks.csv", clicks)
    (warning,) = logs.read(primary_event="purchase").warnings
    assert warning.startswith("--event purchase is not used: ")
    assert said in warning
    assert logs.read().warnings == ()


def test_without_a_feedback_log_nothing_is_matched(logs: Logs) -> None:
    logs.text("clicks.csv", "exposure_id,item_id\ne1,a\n")
    logs.text("exposures.csv", EXPOSURES)
    logs.read()
    types = logs.rows("DESCRIBE attributed")
    assert logs.rows("SELECT count(*) FROM ingest_matches") == [(1,)]
    (logs.folder / "clicks.csv").unlink()
    logs.connection.execute("DROP VIEW attributed; DROP TABLE ingest_matches")
    intake = logs.read()
    assert (intake.attribution, attributed(logs), organic(logs)) == ("none", [], [])
    assert logs.rows("DESCRIBE attributed") == types
    assert logs.rows("SELECT table_name FROM duckdb_tables() WHERE table_name = 'ingest_matches'") == []
