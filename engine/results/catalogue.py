"""The catalogue of strategies: what each is about, and the parameters its `with:` takes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from engine.results import terminal
from engine.results.failures import Failure, attempt, exit_code, tell
from engine.strategy import Parameter, Strategy, read_strategy, strategy_files


def list_strategies(*, as_json: bool) -> int:
    """Print every strategy by name; one that cannot be read is told on stderr. The exit code."""
    with terminal.foreign_code():
        answers = [attempt(name, partial(read_strategy, path)) for name, path in sorted(strategy_files().items())]
    tell(answers)
    if as_json:
        terminal.put_json([one.as_json() if isinstance(one, Failure) else as_json_of(one) for one in answers])
    else:
        terminal.put_drawn(*catalogue([one for one in answers if isinstance(one, Strategy)]))
    return exit_code(answers)


def as_json_of(strategy: Strategy) -> dict[str, Any]:
    """The entry of a strategy in `strategies --json`; a parameter without `default` has to be given."""
    return {
        "name": strategy.name,
        "thesis": strategy.thesis,
        "answers": strategy.answers,
        "path": str(strategy.path),
        "with": [_parameter_json(parameter) for parameter in strategy.parameters],
    }


def catalogue(strategies: Iterable[Strategy]) -> Iterator[RenderableType]:
    """Each strategy with its thesis, below it a line for each parameter: name, type, default."""
    for strategy in strategies:
        yield Text.assemble((strategy.name, "bold"), f"  {strategy.thesis}")
        grid = Table.grid(padding=(0, 2, 0, 0))
        for width in (2, 16, 6):
            grid.add_column(no_wrap=True, min_width=width)
        for one in strategy.parameters:
            default = "required" if one.required else _shown(one.default)
            grid.add_row("", one.name, Text(type_name(one), "dim"), default)
        yield grid


def type_name(parameter: Parameter) -> str:
    """The type as the strategy file writes it: `int`, `str`, `float | None`."""
    return parameter.type.__name__ if isinstance(parameter.type, type) else str(parameter.type)


def _parameter_json(parameter: Parameter) -> dict[str, Any]:
    said = {"name": parameter.name, "type": type_name(parameter), "required": parameter.required}
    return said if parameter.required else {**said, "default": parameter.default}


def _shown(default: Any) -> str:
    return default if isinstance(default, str) else json.dumps(default, default=str)
