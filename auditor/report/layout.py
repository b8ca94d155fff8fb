"""How a report is to be laid out, and the signs that the layout may use."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.finding import Verdict
from auditor.report.plain import plain


@dataclass(frozen=True)
class Signs:
    """The signs of one character set. `verdicts` holds one sign, one column wide, for each verdict."""

    verdicts: dict[Verdict, str]
    arrow: str


UNICODE = Signs(
    {Verdict.STARVED: "✗", Verdict.AT_RISK: "!", Verdict.HEALTHY: "✓", Verdict.NOT_AUDITABLE: "?"}, arrow="→"
)
ASCII = Signs(
    {Verdict.STARVED: "x", Verdict.AT_RISK: "!", Verdict.HEALTHY: "+", Verdict.NOT_AUDITABLE: "?"}, arrow="->"
)


@dataclass(frozen=True)
class Layout:
    """Width in columns; whether colour and characters beyond ASCII may be used."""

    width: int = 80
    color: bool = False
    unicode: bool = True

    @property
    def signs(self) -> Signs:
        """The signs of this layout's character set."""
        return UNICODE if self.unicode else ASCII

    def plain(self, text: str) -> str:
        """`text` as this layout may show it: on one line, nothing in it acting on the terminal."""
        return plain(text, unicode=self.unicode)
