"""The picture in the README: the ranked table of the sample logs, as a terminal shows it."""

from __future__ import annotations

import html
import re
from io import StringIO

from reader import PROJECT, Machine
from rich.console import Console
from rich.text import Text

PICTURE = PROJECT / ".github" / "report.svg"
WIDTH = 110
TITLE = "audit scan sample_logs"


def table(machine: Machine, colour: str) -> str:
    """The headline, what was read, and the ranked models; `colour` is a flag."""
    printed = machine.run(f"COLUMNS={WIDTH} audit scan sample_logs {colour}").stdout
    return "\n\n".join(printed.split("\n\n")[:2])


def picture(machine: Machine) -> str:
    """The table as SVG. No font is fetched: readers see their own."""
    console = Console(record=True, width=WIDTH, file=StringIO())
    console.print(Text.from_ansi(table(machine, "--color")))
    svg = console.export_svg(title=TITLE, unique_id="report")
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return "".join(f"{line.rstrip()}\n" for line in svg.splitlines())


def text_of(svg: str) -> str:
    """What is written in a picture, without its spaces."""
    written = "".join(re.findall(r"<text[^>]*>(.*?)</text>", svg, flags=re.DOTALL))
    return "".join(html.unescape(written).split())
