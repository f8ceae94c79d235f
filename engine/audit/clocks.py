"""Clocks: told of whoever reads one, by whatever name, also where a clock is handed on and C code calls it.

The functions of `time`, and the methods of `datetime` that ask what day it is, are replaced for a while by their likes,
which tell and then answer. pandas asks `datetime`, so `Timestamp("today")` is heard of too. NumPy asks the system, out
of reach.
"""

from __future__ import annotations

import ctypes
import datetime
import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import FrameType
from typing import Any

from engine.audit.text import CLOCKS

#: What is told: the frame that made the call, and the name of the clock.
Tell = Callable[[FrameType, str], None]
#: `datetime.today` is that of `date`, which asks `time.time`.
DAYS: tuple[tuple[type, str], ...] = (
    (datetime.date, "today"), (datetime.datetime, "now"), (datetime.datetime, "utcnow"),
)  # fmt: skip
#: What a clock's answer is in, for those that may be put on: seconds, billionths of them, or a day of the calendar.
UNITS: dict[str, Callable[[float], Any]] = {
    "time.time": float,
    "time.time_ns": lambda seconds: int(seconds * 1e9),
    "datetime.now": lambda seconds: datetime.timedelta(seconds=seconds),
    "datetime.utcnow": lambda seconds: datetime.timedelta(seconds=seconds),
}

_TOLD: list[Tell] = []


@dataclass(slots=True)
class _On:
    """By how many seconds clocks are put on."""

    seconds: float = 0.0


_ON = _On()


@contextmanager
def told_of_clocks(tell: Tell) -> Iterator[None]:
    """Within, `tell` hears of every clock that is read."""
    if not _TOLD:
        _put(own=False)
    _TOLD.append(tell)
    try:
        yield
    finally:
        _TOLD.remove(tell)
        if not _TOLD:
            _put(own=True)


def put_on(days: float) -> None:
    """From now on clocks that are told of answer so many days late: who reads one answers otherwise."""
    _ON.seconds = days * 86400.0


def _put(*, own: bool) -> None:
    """Put the likes in their places, or what was there before."""
    for place, name, original, like in _places():
        place[name] = original if own else like
    for kind in {kind for kind, _ in DAYS}:
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))


@cache
def _places() -> tuple[tuple[dict[str, Any], str, Any, Any], ...]:
    """Where each clock stands, under which name, itself, and its like."""
    functions = [
        (vars(time), name, clock, _like(f"time.{name}", clock))
        for name in CLOCKS
        if (clock := getattr(time, name, None)) is not None
    ]
    # The dictionary of a class that is made in C can be looked at, not written to, but for what stands behind it.
    methods = [
        (behind, name, behind[name], _like_method(f"{kind.__name__}.{name}", behind[name]))
        for kind, name in DAYS
        for behind in gc.get_referents(kind.__dict__)
    ]
    return (*functions, *methods)


def _like(name: str, clock: Callable[..., Any]) -> Callable[..., Any]:
    def read(*given: Any, **more: Any) -> Any:
        _tell(sys._getframe(1), name)
        return _late(name, clock(*given, **more))

    read.__name__ = read.__qualname__ = name.rpartition(".")[2]
    return read


def _like_method(name: str, clock: Any) -> Any:
    """Of a class method as it stands in the dictionary of its class."""

    def read(kind: type, *given: Any, **more: Any) -> Any:
        _tell(sys._getframe(1), name)
        return _late(name, clock.__get__(None, kind)(*given, **more))

    read.__name__ = read.__qualname__ = name.rpartition(".")[2]
    return classmethod(read)


def _tell(frame: FrameType, name: str) -> None:
    """A like that a strategy has kept is silent once nobody listens; of clocks that ask each other the first tells."""
    if _TOLD and frame.f_code.co_filename != __file__:
        _TOLD[-1](frame, name)


def _late(name: str, answer: Any) -> Any:
    return answer + UNITS[name](_ON.seconds) if _TOLD and _ON.seconds and name in UNITS else answer
