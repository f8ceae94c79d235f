"""Ctrl-C and SIGTERM: they end the command in the same way, also where compiled or foreign code swallows them."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

#: What a shell reports of a program that Ctrl-C ended.
STOPPED = 130
#: Signals that end a command, and what Python does at each until somebody says otherwise. SIGTERM is what `kill`,
#: `timeout`, service managers and batch queues send before they kill.
ENDING = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}

_seen: int | None = None


def seen() -> bool:
    """Whether a signal that ends the command came since it began."""
    return _seen is not None


def code() -> int:
    """The exit code of a command that was stopped, as a shell reports it: 128 and the signal's number."""
    return STOPPED if _seen is None else 128 + _seen


def stop_if_seen() -> None:
    """Raises KeyboardInterrupt where such a signal came: whoever caught it before had no right to."""
    if seen():
        raise KeyboardInterrupt


@contextmanager
def watched() -> Iterator[None]:
    """Remember the first of these signals while the block runs, and raise KeyboardInterrupt at each. Where one is
    ignored, or not ours to handle, nothing changes.
    """
    global _seen
    _seen = None
    before = {}
    try:
        for number, usual in ENDING.items():
            if signal.getsignal(number) is usual:
                before[number] = signal.signal(number, _remember)
    except ValueError:  # not in the main thread
        pass
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _remember(number: int, frame: FrameType | None) -> None:
    global _seen
    _seen = number if _seen is None else _seen
    raise KeyboardInterrupt
