from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import AuditError
from auditor.ingest import locate


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")


def roles(*paths: Path | str, **said: list[str]) -> dict[str, list[str]]:
    sources = locate([str(path) for path in paths], **said)
    return {source.role: [Path(file).name for file in source.files] for source in sources}


def test_a_folder_is_read_by_the_names_in_it(tmp_path: Path) -> None:
    touch(tmp_path, "exposures.parquet", "clicks/a.csv", "clicks/b.csv.gz", "items.jsonl", "metrics_2026.csv", "x.csv")
    assert roles(tmp_path) == {
        "exposures": ["exposures.parquet"],
        "feedback": ["a.csv", "b.csv.gz"],
        "catalogue": ["items.jsonl"],
        "metrics": ["metrics_2026.csv"],
    }


def test_what_is_no_log_is_passed_over_in_a_folder(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "impressions.csv",
        "README.md",
        "README.csv",
        "notes.txt",
        "_SUCCESS",
        ".exposures.csv",
        "_tmp/exposures.csv",
    )
    assert roles(tmp_path) == {"exposures": ["impressions.csv"]}


def test_a_folder_of_other_names_holds_exposures_with_its_partitions(tmp_path: Path) -> None:
    touch(tmp_path, "dt=2026-09-07/part-0.parquet", "dt=2026-09-08/part-0.parquet")
    (source,) = locate([str(tmp_path)])
    assert (source.role, source.hive, len(source.files)) == ("exposures", True, 2)


def test_the_folder_named_for_a_role_gives_it(tmp_path: Path) -> None:
    touch(tmp_path, "exposures/part-0.parquet", "clicks/part-0.parquet")
    found = {"exposures": ["part-0.parquet"], "feedback": ["part-0.parquet"]}
    assert roles(tmp_path / "exposures", tmp_path / "clicks") == found
    assert roles(tmp_path / "exposures" / "part-0.parquet", f"{tmp_path}/clicks/*.parquet") == found


def test_a_file_of_another_name_is_exposures_unless_said(tmp_path: Path) -> None:
    touch(tmp_path, "log.csv", "other.csv")
    assert roles(tmp_path / "log.csv") == {"exposures": ["log.csv"]}
    assert roles(tmp_path / "log.csv", feedback=[str(tmp_path / "other.csv")]) == {
        "exposures": ["log.csv"],
        "feedback": ["other.csv"],
    }


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    touch(tmp_path, "log.csv")
    assert roles(tmp_path / "log.csv", f"{tmp_path}/../{tmp_path.name}/*.csv") == {"exposures": ["log.csv"]}


def test_addresses_are_passed_on_by_their_names() -> None:
    sources = locate(["s3://bucket/feed/clicks/*.parquet", "https://host/exposures.parquet?signature=secret"])
    assert [(source.role, source.format) for source in sources] == [("exposures", "parquet"), ("feedback", "parquet")]


def test_globs_reach_into_folders(tmp_path: Path) -> None:
    touch(tmp_path, "a/exposures-1.csv", "b/c/exposures-2.csv")
    assert roles(f"{tmp_path}/**/*.csv") == {"exposures": ["exposures-1.csv", "exposures-2.csv"]}


def test_a_name_with_glob_characters_is_itself(tmp_path: Path) -> None:
    touch(tmp_path, "log[1].csv")
    assert roles(tmp_path / "log[1].csv") == {"exposures": ["log[1].csv"]}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nowhere.csv", "no file or folder"),
        ("*.parquet", "Nothing to read matches"),
        ("empty", "holds no log files"),
        ("notes.txt", "unknown format"),
        ("mixed", "mixes formats"),
        ("delta", "Delta Lake table"),
        ("metrics.csv", "No exposure log"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, path: str, said: str) -> None:
    touch(
        tmp_path,
        "notes.txt",
        "mixed/a.csv",
        "mixed/b.parquet",
        "delta/a.parquet",
        "delta/_delta_log/0.json",
        "metrics.csv",
    )
    (tmp_path / "empty").mkdir()
    with pytest.raises(AuditError, match=said) as caught:
        locate([str(tmp_path / path)])
    assert caught.value.hint
    assert path.strip("*") in caught.value.message or said == "No exposure log"


def test_a_signature_is_not_printed() -> None:
    with pytest.raises(AuditError) as caught:
        locate(["https://host/exposures.xlsx?signature=secret"])
    assert "secret" not in caught.value.message


def test_a_role_that_is_said_beats_the_convention(tmp_path: Path) -> None:
    touch(tmp_path, "log.csv", "events.csv")
    assert roles(tmp_path, feedback=[str(tmp_path / "events.csv")]) == {
        "exposures": ["log.csv"],
        "feedback": ["events.csv"],
    }


def test_of_a_folder_of_several_logs_the_role_is_taken(tmp_path: Path) -> None:
    touch(tmp_path, "exposures.csv", "clicks.csv")
    said = [str(tmp_path)]
    assert roles(exposures=said, feedback=said) == {"exposures": ["exposures.csv"], "feedback": ["clicks.csv"]}
