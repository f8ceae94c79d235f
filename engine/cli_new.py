"""`overweight new`: files to start from; a part of the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli_ends import exit_with

new_app = typer.Typer(
    name="new",
    help="Files to start from, written into the working directory; nothing that is there is touched.",
    rich_markup_mode=None,
    no_args_is_help=True,
    epilog="\b\nExample: overweight new strategy gold_leads",
)


@new_app.callback()
def new() -> None:
    """Files to start from, written into the working directory; nothing that is there is touched."""


@new_app.command(
    short_help="A strategy, a config and a test.", epilog="\b\nExample: overweight new strategy gold_leads"
)
def strategy(name: Annotated[str, typer.Argument(metavar="NAME", help="Small letters, digits and `_`.")]) -> None:
    """Write strategies/NAME.py, configs/NAME.yaml and tests/test_NAME.py: they run, and the test passes."""

    def action() -> int:
        from engine.results.scaffold import new_strategy

        return new_strategy(name)

    exit_with("new strategy", action, False)
