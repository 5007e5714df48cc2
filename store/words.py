"""Words that come from elsewhere: one printable line, and not too long.

A database may refuse what is no text (PostgreSQL a NUL), and a list shows what it is given.
"""

from __future__ import annotations


def printable(text: str, length: int) -> str:
    """The text without control characters and lone surrogates, cut to the length."""
    return "".join(filter(str.isprintable, text))[:length]
