from __future__ import annotations

from typing import Any

import pytest
from written_logs import Logs

from auditor.config import Settings
from auditor.errors import AuditError
from auditor.ingest.aliases import ALIASES
from auditor.ingest.columns import recognise


def taken(role: str, names: list[str], **settings: Any) -> dict[str, tuple[str, str]]:
    found = recognise(role, names, Settings(**settings))
    return {use.canonical: (use.column, use.how) for use in found.uses}


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("product_id", "item_id"),
        ("Video-ID", "item_id"),
        ("articleId", "item_id"),
        ("arm", "item_id"),
        ("action", "item_id"),
        ("ts", "timestamp"),
        ("event_time", "timestamp"),
        ("impression_id", "exposure_id"),
        ("slate_id", "request_id"),
        ("pscore", "propensity"),
        ("logging_prob", "propensity"),
        ("click", "clicked"),
        ("rank", "position"),
        ("genre", "category"),
    ],
)
def test_usual_names_are_recognised(name: str, canonical: str) -> None:
    assert taken("exposures", [name]) == {canonical: (name, "alias")}


def test_open_bandit_is_recognised_as_it_comes() -> None:
    features = [f"user_feature_{number}" for number in range(4)] + ["user-item_affinity_0"]
    names = ["", "timestamp", "item_id", "position", "click", "propensity_score", *features]
    found = recognise("exposures", names, Settings())
    assert found.theirs == {
        "item_id": "item_id",
        "timestamp": "timestamp",
        "position": "position",
        "propensity": "propensity_score",
        "clicked": "click",
    }
    assert found.unused == tuple(features)


def test_the_exact_name_beats_the_others() -> None:
    assert taken("exposures", ["product_id", "item_id"]) == {"item_id": ("item_id", "exact")}
    assert taken("exposures", ["product_id", "itemId"]) == {"item_id": ("itemId", "exact")}


def test_a_weak_name_gives_way() -> None:
    assert taken("exposures", ["dt", "ts"])["timestamp"] == ("ts", "alias")
    assert taken("exposures", ["dt"])["timestamp"] == ("dt", "alias")


def test_two_candidates_are_an_error_that_lists_them() -> None:
    with pytest.raises(AuditError, match="product_id, video_id") as caught:
        taken("exposures", ["product_id", "video_id"])
    assert "--map item_id=product_id or --map item_id=video_id" in caught.value.hint


def test_two_candidates_for_a_description_are_a_warning() -> None:
    found = recognise("exposures", ["country", "surface"], Settings())
    assert "segment" not in found.theirs
    assert "country, surface" in found.warnings[0]


def test_a_map_beats_all_and_says_so() -> None:
    names = ["item_id", "sku", "product_id"]
    assert taken("exposures", names, columns={"item_id": "SKU"})["item_id"] == ("sku", "flag")
    configured = {"columns": {"item_id": "sku"}, "sources": {"columns": "audit.toml"}}
    assert taken("exposures", names, **configured)["item_id"] == ("sku", "configuration")


def test_a_map_may_name_its_input() -> None:
    columns = {"feedback.item_id": "sku", "item_id": "product_id"}
    assert taken("feedback", ["sku", "product_id"], columns=columns)["item_id"] == ("sku", "flag")
    assert taken("exposures", ["sku", "product_id"], columns=columns)["item_id"] == ("product_id", "flag")


def test_a_mapped_column_is_nothing_else() -> None:
    assert taken("exposures", ["click"], columns={"reward": "click"}) == {"reward": ("click", "flag")}


@pytest.mark.parametrize("nothing", ["", "none"])
def test_a_map_may_leave_a_column_out(nothing: str) -> None:
    assert taken("exposures", ["position", "policy"], columns={"policy": nothing}) == {
        "position": ("position", "exact")
    }


def test_no_name_means_two_things() -> None:
    for role, canonical in ALIASES.items():
        names = [name for one, aliases in canonical.items() for name in (one, *aliases.replace("|", " ").split())]
        assert len(names) == len(set(names)), role


def test_a_map_to_nowhere_lists_what_is_there_nearest_first(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,shade,item_code\na,b,c\n")
    with pytest.raises(AuditError, match="no column 'item_cod'") as caught:
        logs.read(columns={"item_id": "item_cod"})
    assert caught.value.hint.index("item_code") < caught.value.hint.index("shade")


@pytest.mark.parametrize(("key", "said"), [("itm_id", "item_id"), ("clicks.item_id", "feedback")])
def test_a_map_of_nothing_known_is_an_error(logs: Logs, key: str, said: str) -> None:
    logs.text("exposures.csv", "model_id,item_id\na,b\n")
    with pytest.raises(AuditError) as caught:
        logs.read(columns={key: "item_id"})
    assert said in caught.value.hint


def test_a_missing_column_shows_what_is_there(logs: Logs) -> None:
    logs.text("exposures.csv", "7,home,2026-09-07\n8,home,2026-09-07\n")
    with pytest.raises(AuditError, match="No column of the exposures log was recognised as item_id") as caught:
        logs.read()
    assert "7,home,2026-09-07" in caught.value.message
    assert "--map item_id=COLUMN" in caught.value.hint


def test_a_log_of_one_model_needs_its_name(logs: Logs) -> None:
    logs.text("exposures.csv", "item_id\n7\n")
    with pytest.raises(AuditError, match="model_id") as caught:
        logs.read()
    assert "--model-id NAME" in caught.value.hint
    logs.read(model_id="it's one")
    assert logs.rows("SELECT model_id, item_id FROM exposures") == [("it's one", "7")]


@pytest.mark.parametrize("header", ["item_id,Item_ID,model_id", "model_id,item_id,item_id"])
def test_two_columns_of_one_name_are_an_error(logs: Logs, header: str) -> None:
    logs.text("exposures.csv", f"{header}\na,b,c\n")
    with pytest.raises(AuditError, match=r"exposures\.csv has two columns of one name"):
        logs.read()


def test_names_in_messages_are_harmless(logs: Logs) -> None:
    logs.text("exposures.csv", "model_id,\x1b[31mred\nm,a\n")
    with pytest.raises(AuditError) as caught:
        logs.read()
    assert "\\x1b[31mred" in caught.value.message
    assert "\x1b" not in caught.value.message
