"""The parts of the README that are made, not written: tables between markers, and the output of commands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from inspect import cleandoc

from blocks import BLOCK, PROMPT, transcript
from reader import Machine

from auditor.detectors import BATTERY
from auditor.ingest.aliases import ALIASES
from tests.bench import results as bench
from tests.calibration import results

LANGUAGE = "console"


def detectors_table() -> str:
    """What each detector says, and what it holds that against, out of the detectors' manual pages."""
    rows = ((f"`{each.id}`", each.title, section(each.page, "Null")) for each in BATTERY)
    return _table(("detector", "what it says", "held against"), rows)


def names_table() -> str:
    """Under which names each column is looked for; logs that share all of them share a row."""
    logs: dict[tuple[str, str], list[str]] = {}
    for log, columns in ALIASES.items():
        for column, names in columns.items():
            logs.setdefault((column, names), []).append(log)
    rows = ((f"`{column}`", ", ".join(shared), _listed(names)) for (column, names), shared in logs.items())
    return _table(("column", "in", "other names"), rows)


PARTS: Mapping[str, Callable[[], str]] = {
    "detectors": detectors_table,
    "names": names_table,
    "error rates": results.summary,
    "cost": bench.summary,
}


def with_parts(text: str) -> str:
    """`text` with what stands between each pair of markers made anew."""
    for name, make in PARTS.items():
        before, start, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->\n")
        assert end, f"the markers of {name} are missing"
        text = f"{before}{start}\n{make()}\n\n{end}{after}"
    return text


def with_transcripts(text: str, machine: Machine) -> str:
    """`text` with the output of each console block made anew."""
    return BLOCK.sub(lambda found: _rerun(found, machine) if found[1] == LANGUAGE else found[0], text)


def output(command: str, machine: Machine) -> str:
    """What a person sees of `command` on a screen: both streams."""
    ran = machine.run(command)
    return ran.stdout + ran.stderr


def section(page: str, heading: str) -> str:
    """The text under one heading of a manual page, on one line."""
    found = re.search(rf"^{heading}\n((?:    .*\n|\n)+)", cleandoc(page) + "\n", re.MULTILINE)
    assert found, f"{heading} is missing"
    return " ".join(found[1].split())


def _rerun(found: re.Match[str], machine: Machine) -> str:
    command, _ = transcript(found[3])
    return f"```{LANGUAGE}\n{PROMPT}{command}\n{output(command, machine)}```"


def _listed(names: str) -> str:
    usual, _, weaker = (" ".join(f"`{name}`" for name in part.split()) for part in names.partition("|"))
    return f"{usual}; failing those {weaker}" if weaker else usual


def _table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    cells = [list(titles), ["---"] * 3, *([_escaped(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|").replace("<", "&lt;")
