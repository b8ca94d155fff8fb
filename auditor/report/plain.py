"""Text from a log is data: what a terminal would act on is made visible."""

from __future__ import annotations


def plain(text: str, *, unicode: bool = True) -> str:
    r"""`text` on one line, with every character that is not printable written as its escape.

    Control characters, terminal escapes, line breaks, bidirectional overrides, zero-width and other
    invisible characters become `\n`, `\x1b`, `\u202e` and the like. Without `unicode`, so does
    everything beyond ASCII.
    """
    return "".join(c if _shown(c, unicode) else c.encode("unicode_escape").decode() for c in text)


def _shown(character: str, unicode: bool) -> bool:
    return character.isprintable() and (unicode or character.isascii())
