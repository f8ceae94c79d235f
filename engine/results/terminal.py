"""The terminal: what goes to stdout, what goes to stderr, and the sign of life while something takes long."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.status import Status

#: Wider lines are hard to follow with the eye.
WIDEST = 120
#: What a shell reports of a program that wrote into a closed pipe.
CLOSED_PIPE = 141
#: The exit code where stdout is full or closed.
UNWRITABLE = 3


def put(text: str) -> None:
    """Write to stdout; leave quietly where nobody reads on (`| head`), with a word where it cannot be written."""
    if sys.stdout is None:  # closed by the shell: `>&-`
        raise SystemExit(unwritable("it is closed"))
    with _writing():
        sys.stdout.write(_in_the_encoding_of(sys.stdout, text))
        sys.stdout.flush()


def unwritable(why: OSError | str) -> int:
    """Say on stderr that stdout takes nothing; the exit code."""
    reason = why if isinstance(why, str) else (why.strerror or str(why)).lower()
    complain(f"cannot write to stdout: {reason}")
    _forget_what_is_buffered()
    return UNWRITABLE


def put_json(document: Any) -> None:
    """One JSON document on stdout."""
    put(json.dumps(document, indent=1, sort_keys=False, allow_nan=False) + "\n")


def put_drawn(*parts: Any) -> None:
    """Rich renderables to stdout, at most WIDEST columns wide; plain text, and Text without wraps, stays whole."""
    from rich.console import Console

    console = Console(highlight=False, emoji=False)
    console.width = min(console.width, WIDEST)
    with _writing(), console.capture() as captured:  # rich flushes stdout at the end
        for part in parts:
            whole = isinstance(part, str) or getattr(part, "no_wrap", None) is True
            console.print(part, soft_wrap=whole, markup=False)
    put("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def complain(text: str) -> None:
    """Errors to stderr, line by line, never wrapped; where that takes nothing either, there is nobody to tell."""
    if sys.stderr is not None:
        with suppress(OSError):
            sys.stderr.write(_in_the_encoding_of(sys.stderr, text) + "\n")
            sys.stderr.flush()


@contextmanager
def foreign_code() -> Iterator[None]:
    """While a strategy runs: what it prints goes to stderr, so that stdout holds the answer and nothing else."""
    with redirect_stdout(sys.stderr):
        yield


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        _forget_what_is_buffered()
        raise SystemExit(CLOSED_PIPE) from None
    except OSError as error:
        raise SystemExit(unwritable(error)) from None


def _forget_what_is_buffered() -> None:
    """What is still buffered goes nowhere, else Python complains about it on its way out."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _in_the_encoding_of(stream: TextIO, text: str) -> str:
    """A question mark for what an old locale cannot write, such as ± in ASCII."""
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "replace").decode(encoding)


class Progress:
    """Says what is being done, on stderr and only to a person; silent where stderr is no terminal."""

    def __init__(self, status: Status | None) -> None:
        self._status = status

    def say(self, doing: str) -> None:
        """Name what is done now."""
        if self._status is not None:
            from rich.markup import escape

            self._status.update(escape(doing))

    def agrees(self, question: str) -> bool:
        """Whether a person says yes; no, where there is nobody to ask."""
        if self._status is None or sys.stdin is None or not sys.stdin.isatty():
            return False
        self._status.stop()
        sys.stderr.write(f"{question}\ngo on? [y/N] ")
        sys.stderr.flush()
        said = sys.stdin.readline().strip().lower() in ("y", "yes")
        self._status.start()
        return said


@contextmanager
def progress() -> Iterator[Progress]:
    """A sign of life for as long as the block runs; it leaves nothing behind."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield Progress(None)
        return
    from rich.console import Console

    with Console(stderr=True, highlight=False).status("starting") as status:
        yield Progress(status)
