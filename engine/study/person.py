"""Who waits for a study: told how far it is, asked where it would take very long. Nobody, unless a command says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """say: hears in a few words what is done now. agrees: answers a question by yes or no. warn: hears what stays."""

    say: Callable[[str], None] = lambda _: None
    agrees: Callable[[str], bool] = lambda _: False
    warn: Callable[[str], None] = lambda _: None


WAITING: ContextVar[Person] = ContextVar("WAITING", default=Person())  # noqa: B039 - it is frozen


@contextmanager
def waiting(person: Person) -> Iterator[None]:
    """While the block runs, this is who waits."""
    token = WAITING.set(person)
    try:
        yield
    finally:
        WAITING.reset(token)


def who_waits() -> Person:
    """Who waits now."""
    return WAITING.get()
