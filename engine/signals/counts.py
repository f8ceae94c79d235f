"""Counts: numbers of sessions that a signal is given, refused where they count nothing."""

from __future__ import annotations


def refuse_fewer(least: int, **counts: int) -> None:
    """Raise ValueError for a count below `least`: a slice would take it for a place from the other end."""
    for name, count in counts.items():
        if count < least:
            raise ValueError(f"{name} is {count}, and has to be {least} or more")
