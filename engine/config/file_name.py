"""How the name of a file is shown, and what in it cannot be: tables, XML and marks in CI are made of lines of text."""

from __future__ import annotations

import unicodedata

#: Control characters, bytes that are no UTF-8 (which Python reads as surrogates), and what ends a line.
UNWRITABLE = ("Cc", "Cs", "Zl", "Zp")


def unwritable(name: str) -> str:
    """The first character that no line of text can hold, as `printable` shows it; "" where there is none."""
    return next((printable(one) for one in name if unicodedata.category(one) in UNWRITABLE), "")


def printable(name: str) -> str:
    """The name on one line: what cannot be written is escaped as Python escapes it."""
    return "".join(
        one.encode("unicode_escape").decode() if unicodedata.category(one) in UNWRITABLE else one for one in name
    )
