"""What commands of the command line share: the options and arguments of many, and how each ends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from engine.errors import ConfigError, Fault
from engine.results import terminal
from engine.results.failures import Failure, attempt, tell

File = Annotated[str, typer.Argument(metavar="FILE", help="A config file.", show_default=False)]
Files = Annotated[list[str], typer.Argument(metavar="FILE", help="Config files.", show_default=False)]
Runs = Annotated[
    list[str], typer.Argument(metavar="RUN", help="Configs to run, or saved runs by name, id or folder; patterns too.")
]
Overrides = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a key; repeatable.")]
Results = Annotated[Path, typer.Option("--results", metavar="DIR", help="Where runs and baselines lie.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]


def one_of(command: str, **asked: bool) -> str | None:
    """The one option that is asked for, None where none is. Raises ConfigError where several are: one would win."""
    given = [name for name, wanted in asked.items() if wanted]
    if len(given) > 1:
        options = " and ".join(f"--{name}" for name in given)
        raise ConfigError(Fault(f"overweight {command}", "", options, "one of them", "ask for one form at a time"))
    return given[0] if given else None


def exit_with(command: str, action: Callable[[], int], as_json: bool) -> NoReturn:
    """Do it; whatever fails is told in words and becomes an exit code."""
    code = attempt(command, action)
    if isinstance(code, Failure):
        tell([code])
        if as_json:
            terminal.put_json(code.as_json())
        code = code.exit_code
    raise typer.Exit(code)
