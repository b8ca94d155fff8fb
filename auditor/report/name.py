"""A model's name in a column: folded where people would fold it, and never cut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.text import Text

PIECE = re.compile(r"[^-_./:\s]*[-_./:\s]?")
READABLE = 15


@dataclass(frozen=True)
class Name:
    """Printable text that folds after a separator, or anywhere if it has none."""

    text: str

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Its whole length if there is room, and not much less than 15 columns."""
        length = max(cell_len(self.text), 1)
        return Measurement(min(length, READABLE), length).with_maximum(options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """One line, or as many as it takes."""
        yield Text("\n".join(fold(self.text, options.max_width)))


def fold(text: str, width: int) -> Iterator[str]:
    """`text` in lines of at most `width` columns, broken after separators where there are any."""
    line = ""
    for piece in PIECE.findall(text):
        if cell_len(line + piece) <= width:
            line += piece
            continue
        if line:
            yield line
        *full, line = chop_cells(piece, width)
        yield from full
    yield line
