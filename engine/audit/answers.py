"""Answers: whether two are the same, in words; and what a strategy may remember of its signals when asked again."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from engine.portfolio.scores import rounded
from engine.signals import Score

#: Two answers are the same within this, or this part of them: no two machines add up in the same order.
SAME = 1e-9
Remembered = Mapping[Any, list[float]]


@dataclass(frozen=True, slots=True)
class Failed:
    """What stands in the place of an answer where a strategy raised."""

    words: str


class Recall(dict[Any, list[float]]):
    """A memory for `past.history` on one session that knows what a signal was on every session before it.

    The signals of a module that is loaded anew are other functions, of the same name and lines.
    """

    def __init__(self, known: Mapping[Any, list[float]], session: int) -> None:
        super().__init__()
        self._known, self._session = known, session

    def setdefault(self, key: Any, default: Any = None) -> list[float]:
        """Its values up to the session before; today's is measured anew."""
        if key not in self:
            self[key] = list(self._known.get(same_signal(key), ())[: self._session])
        return self[key]


def by_signal(memory: Remembered) -> dict[Any, list[float]]:
    """What was remembered, by what stays the same when a module is loaded anew."""
    return {named: values for key, values in memory.items() if (named := same_signal(key)) is not None}


def same_signal(key: Any) -> Any:
    """A key of the memory with the function's name and line in its place; None where these do not tell it."""
    signal, names, parameters = key
    held: tuple[Any, ...] = ()
    while isinstance(signal, partial):
        held, signal = (*held, signal.args, tuple(sorted(signal.keywords.items()))), signal.func
    code = getattr(signal, "__code__", None)
    if code is None or getattr(signal, "__closure__", None):
        return None
    return (signal.__module__, signal.__qualname__, code.co_firstlineno, held, names, parameters)


def difference(one: Any, other: Any) -> tuple[str, str, str] | None:
    """The first name (with a space before it) on which two answers differ, and what each says; None where none does."""
    ours, theirs = (dict(parts(answer)) for answer in (one, other))
    for name in sorted({*ours, *theirs}):
        if not _same(ours.get(name), theirs.get(name)):
            return f" {name}" if name else "", shown(ours.get(name)), shown(theirs.get(name))
    return None


def parts(answer: Any) -> Iterator[tuple[str, Any]]:
    """The opinions in an answer, by name (empty for a bare score); no opinion leaves none."""
    if isinstance(answer, Mapping):
        yield from ((str(name), part) for name, part in answer.items() if part is not None)
    elif answer is not None:
        yield "", answer


def shown(part: Any) -> str:
    """One opinion in words."""
    if part is None:
        return "no opinion"
    if isinstance(part, Failed):
        return f"fails ({part.words})"
    if isinstance(part, float) and math.isnan(part):
        return "no number"
    if isinstance(part, Score):
        entered = "" if part.may_enter else ", may not enter"
        return f"{part.value:.6g}{entered}" + (f", {part.sessions_ago} sessions ago" if part.sessions_ago else "")
    return f"{part:.6g}" if isinstance(part, (int, float)) else str(part)


def _same(one: Any, other: Any) -> bool:
    if not (_is_one(one) and _is_one(other)):
        return bool(one == other)
    ours, theirs = (part if isinstance(part, Score) else Score(float(part)) for part in (one, other))
    if (ours.may_enter, ours.sessions_ago) != (theirs.may_enter, theirs.sessions_ago):
        return False
    if math.isnan(ours.value) or math.isnan(theirs.value):
        return math.isnan(ours.value) and math.isnan(theirs.value)
    a, b = rounded(ours.value), rounded(theirs.value)
    return a == b or abs(a - b) <= SAME * max(1.0, abs(a), abs(b))


def _is_one(part: Any) -> bool:
    return isinstance(part, (Score, int, float, np.integer, np.floating))
