"""What every command of the command line has: `--json`, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, NoReturn

import typer

from engine.results import terminal
from engine.results.failures import Failure, attempt, tell

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]


def exit_with(command: str, action: Callable[[], int], as_json: bool) -> NoReturn:
    """Do it; whatever fails is told in words and becomes an exit code."""
    code = attempt(command, action)
    if isinstance(code, Failure):
        tell([code])
        if as_json:
            terminal.put_json(code.as_json())
        code = code.exit_code
    raise typer.Exit(code)
