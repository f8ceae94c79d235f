"""Failures: what went wrong in one part of a command, its exit code, and the report of a bug."""

from __future__ import annotations

import shlex
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TypeVar

from engine.errors import OverweightError
from engine.results import interrupt, terminal

BUG = 4
BUG_FILE = "overweight-bug.txt"
#: Of the files that one failure stops so many are named.
NAMED = 5

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Failure:
    """name: the file or run that failed. error: what to tell, a line for each fault."""

    name: str
    error: str
    exit_code: int

    def as_json(self) -> dict[str, str]:
        """The entry that stands in the place of a run."""
        return {"name": self.name, "error": self.error}


def attempt(name: str, action: Callable[[], T]) -> T | Failure:
    """What the action answers, or the Failure it met; a bug too is one, so that other files still run.

    Raises KeyboardInterrupt after Ctrl-C, whatever the action made of it.
    """
    try:
        answer = action()
    except OverweightError as error:
        interrupt.stop_if_seen()
        return Failure(name, str(error), error.exit_code)
    except Exception as error:
        interrupt.stop_if_seen()
        return Failure(name, report_bug(error), BUG)
    interrupt.stop_if_seen()
    return answer


def tell(answers: Iterable[object]) -> None:
    """Every failure among the answers, on stderr; one that several files share, such as a missing base, once."""
    shared: dict[str, list[str]] = {}
    for one in answers:
        if isinstance(one, Failure):
            shared.setdefault(one.error, []).append(one.name)
    for error, names in shared.items():
        terminal.complain(error)
        stopped = [name for name in dict.fromkeys(names) if not error.startswith(f"{name}:")]
        if len(names) > 1 and stopped:
            more = f" and {len(stopped) - NAMED} more" if len(stopped) > NAMED else ""
            terminal.complain(f"  it stops {', '.join(stopped[:NAMED])}{more}")


def exit_code(answers: Iterable[object], least: int = 0) -> int:
    """The highest exit code among the answers."""
    return max([least, *(one.exit_code for one in answers if isinstance(one, Failure))])


def report_bug(error: BaseException) -> str:
    """Write the traceback to a file in the temporary folder; what to tell the person who met the bug."""
    version = metadata.version("overweight")
    command = shlex.join(["overweight", *sys.argv[1:]])
    trace = "".join(traceback.format_exception(error))
    text = f"overweight {version}, Python {sys.version}\n{command}\n\n{trace}"
    path = Path(tempfile.gettempdir()) / BUG_FILE
    try:
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
        kept = f"and the file {path}"
    except OSError:
        kept = f"and this:\n{trace}"
    return (
        f"a bug in overweight {version}, not in your config: {type(error).__name__}: {error}\n"
        f"please report it with the command `{command}` {kept}"
    )
