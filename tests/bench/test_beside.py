import json
import re
import sys
from argparse import Namespace

import pytest

from tests.bench import beside, tables
from tests.bench.beside import PEERS, environment, measure
from tests.bench.processes import PROJECT, Run

REPORT = {
    "models": [
        {"model_id": "model_1", "measures": {}},
        {
            "model_id": "model_0",
            "measures": {
                "exposure-coverage": {"coverage": 0.5},
                "impression-gini": {"gini": 0.25},
                "retrain-drift": {"jsd": 0.125},
            },
        },
    ]
}
GIVEN = Namespace(rounds=2, timeout=4, memory=1)


def program(code):
    return [sys.executable, "-c", code]


OURS = program(f"print({json.dumps(json.dumps(REPORT, indent=2))})")


def test_each_peer_is_told_with_what_it_says_or_why_it_did_not_end():
    peers = {
        "fine": program("""print('loading'); print('{"coverage": 0.75}')"""),
        "slow": program("import time; time.sleep(60)"),
        "hungry": program("bytearray(2 << 30)"),
        "broken": program("raise SystemExit('no such column')"),
    }
    ours, fine, *others = measure(OURS, peers, GIVEN)
    assert ours["told"] == {"coverage": 0.5, "gini": 0.25, "drift": 0.125}
    assert (fine["told"], fine["failed"]) == ({"coverage": 0.75}, "")
    assert [(row["name"], row["failed"]) for row in others] == [
        ("slow", "out of time (4 s)"),
        ("hungry", "out of memory"),
        ("broken", "ended with 1: no such column"),
    ]


def test_a_scan_that_fails_ends_the_comparison():
    with pytest.raises(SystemExit, match="audit scan: ended with 2: no log"):
        measure(program("import sys; print('no log', file=sys.stderr); sys.exit(2)"), {}, GIVEN)


def row(name, wall, peak, failed="", **told):
    return {"name": name, "told": told, "wall": wall, "peak": peak, "failed": failed}


def test_the_table_holds_each_peer_against_this_audit():
    rows = [
        row("audit scan", 2.0, 512, coverage=0.5, gini=0.25, drift=0.125),
        row("lean", 30.0, 1_024, drift=0.1),
        row("quick", 5.0, 4_096, coverage=0.5),
        beside.unmeasured("old", "cannot be installed: for Python 2 | 3.4"),
    ]
    assert tables.peers({"rows": rows}).splitlines()[2:] == [
        "| audit scan | 0.500 | 0.250 | 0.125 | 2.00 s | 0.50 GB | - | - |",
        "| lean | cannot | cannot | 0.100 | 30.00 s | 1.00 GB | 15.0 times | 2.0 times, **OVER** |",
        "| quick | 0.500 | cannot | cannot | 5.00 s | 4.00 GB | 2.5 times, **OVER** | 8.0 times |",
        r"| old | - | - | - | cannot be installed: for Python 2 \| 3.4 | - | - | - |",
    ]


def test_an_environment_is_made_once_and_anew_for_other_pins(tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr(beside, "execute", lambda command: ran.append(command) or Run(1.0, 1.0))
    (tmp_path / "bin").mkdir()
    assert [environment(pins, tmp_path) for pins in (["a==1"], ["a==1"], ["a==2"])] == [""] * 3
    assert [command[-1] for command in ran if "install" in command] == ["a==1", "a==2"]


def test_what_cannot_be_installed_is_told_and_tried_again(tmp_path, monkeypatch):
    monkeypatch.setattr(beside, "execute", lambda _: Run(1.0, 1.0, failed="ended with 1: no a==1"))
    assert [environment(["a==1"], tmp_path) for _ in range(2)] == ["cannot be installed: ended with 1: no a==1"] * 2


@pytest.mark.parametrize("name", PEERS)
def test_each_peer_has_its_script_and_one_version(name):
    script = (PROJECT / f"tests/bench/peers/{name}.py").read_text()
    assert re.search(rf"^(from|import) {name}\b", script, re.MULTILINE)
    assert all("==" in pin for pin in PEERS[name])
    assert PEERS[name][0].startswith(f"{name}==")
