"""The recipe for jq: one ticket a finding, the same ticket in every scan."""

from __future__ import annotations

import json
import re
import shlex

from blocks import blocks, commands

KEYS = {"title", "body", "labels", "fingerprint"}


def recipe():
    [(found, code)] = [pair for block in blocks("sh") for pair in commands(block) if "| jq" in pair[0]]
    assert code == 0
    return found


def tickets(machine):
    assert machine.run(recipe()).returncode == 0
    return [json.loads(line) for line in (machine.work / "tickets.jsonl").read_text().splitlines()]


def test_each_finding_is_one_ticket_that_stays_the_same(machine):
    found = [ticket["fingerprint"] for ticket in tickets(machine)]
    assert len(set(found)) == len(found) >= 5
    again = machine.run(recipe().partition("|")[0]).stdout.splitlines()
    assert found == [json.loads(line)["fingerprint"] for line in again]


def test_ticket_is_whole(machine):
    for ticket in tickets(machine):
        assert set(ticket) == KEYS
        assert re.fullmatch("[0-9a-f]{64}", ticket["fingerprint"])
        assert ticket["body"].endswith(f"fingerprint {ticket['fingerprint']}")
        assert "null" not in ticket["body"]
        assert ticket["labels"][1] in {"severity: medium", "severity: high"}
        assert ticket["title"].startswith(f"{ticket['labels'][0]}: ")


def test_name_of_a_model_is_no_markdown(machine):
    name = 'a"\n\n# b @all'
    program = shlex.split(recipe().partition("| jq -c ")[2], comments=True)[0]
    finding = {"model_id": name, "detector": "d", "title": "t", "severity": "low", "verdict": "healthy", "risk": 1}
    line = json.dumps(finding | {"evidence": [], "remedy": "r", "fingerprint": "f"})
    ran = machine.run(f"printf %s {shlex.quote(line)} | jq -c {shlex.quote(program)}")
    assert json.loads(ran.stdout)["body"].splitlines()[0] == f"    model {json.dumps(name)}"
