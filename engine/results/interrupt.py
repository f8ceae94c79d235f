"""Ctrl-C: it ends the command with exit code 130 and one word, also where compiled or foreign code swallows it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: What a shell reports of a program that Ctrl-C ended.
STOPPED = 130

_seen = False


def seen() -> bool:
    """Whether Ctrl-C was pressed since the command began."""
    return _seen


def stop_if_seen() -> None:
    """Raises KeyboardInterrupt where Ctrl-C was pressed: whoever caught it before had no right to."""
    if _seen:
        raise KeyboardInterrupt


@contextmanager
def watched() -> Iterator[None]:
    """Remember every Ctrl-C while the block runs. Where it is ignored, or not ours to handle, nothing changes."""
    global _seen
    _seen = False
    try:
        ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        before = signal.signal(signal.SIGINT, _remember) if ours else None
    except ValueError:  # not in the main thread
        before = None
    try:
        yield
    finally:
        if before is not None:
            signal.signal(signal.SIGINT, before)


def _remember(number: int, frame: FrameType | None) -> None:
    global _seen
    _seen = True
    raise KeyboardInterrupt
