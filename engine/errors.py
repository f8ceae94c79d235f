"""What can go wrong, as the person at the command line meets it.

    OverweightError            carries the exit code of the command line
    ├── CheckFailed      1     a check found a difference
    ├── ConfigError      2     the YAML file (or an option) asks for something impossible
    │   └── StrategyError 2    the strategy file failed or answered nonsense
    ├── DataError        3     a series is missing, damaged, or cannot serve the question
    │   └── NotPulled    3     a published series that has no snapshot on this machine
    └── (anything else)  4     a bug in the engine

Every message names the place, what was found, what was expected, and the cure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong at one place.

    place: `file:line:column`, or a file, or an option's name. key: dotted path in the YAML, may be empty.
    """

    place: str
    key: str
    found: str
    expected: str
    cure: str

    def __str__(self) -> str:
        key = f"{self.key}: " if self.key else ""
        return f"{self.place}: {key}found {self.found}; expected {self.expected}; {self.cure}"


class OverweightError(Exception):
    """Base of every error a user can cause. `faults` lists each fault; the text has one line per fault."""

    exit_code = 4

    def __init__(self, *faults: Fault) -> None:
        self.faults: Sequence[Fault] = faults
        super().__init__("\n".join(str(fault) for fault in faults))


class CheckFailed(OverweightError):
    """A check found a difference."""

    exit_code = 1


class ConfigError(OverweightError):
    """A YAML file, an option or a parameter asks for something that cannot be."""

    exit_code = 2


class StrategyError(ConfigError):
    """A strategy file is missing, raised, or answered something that is no opinion."""


class DataError(OverweightError):
    """A series is missing, damaged, or cannot serve the question."""

    exit_code = 3


class NotPulled(DataError):
    """A published series was never pulled on this machine."""
