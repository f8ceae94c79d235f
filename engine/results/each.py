"""One thing done for each of several names: a sign of life meanwhile, failures told, and none stops the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from engine.results import interrupt, terminal
from engine.results.failures import Failure, attempt, tell
from engine.study.person import Person, waiting

T = TypeVar("T")


def each(names: Sequence[str], action: Callable[[str], T], doing: str, yes: bool = False) -> list[T | Failure]:
    """What the action answers for each name; failures are told on stderr and do not stop the others.

    yes: what is asked on the way, such as whether a very long sweep is meant, is answered already.
    """
    answers: list[T | Failure] = []
    with terminal.progress() as progress, waiting(_person(progress, yes)):
        for i, name in enumerate(names):
            count = f"{i + 1} of {len(names)}: " if len(names) > 1 else ""
            progress.say(f"{count}{doing}{name}")
            with terminal.foreign_code():
                answers.append(attempt(name, partial(action, name)))
    tell(answers)
    return answers


def _person(progress: terminal.Progress, yes: bool) -> Person:
    """Whoever looks at the terminal. An interrupt that compiled code swallowed ends the study when it next says how far
    it is, and not hours later, when it is done.
    """

    def say(doing: str) -> None:
        interrupt.stop_if_seen()
        progress.say(doing)

    return Person(say, lambda asked: yes or progress.agrees(asked), terminal.complain)
