"""Explaining: what a strategy has to say of its last decision day, by its own `explain(past, ...)`."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from engine.config import Config
from engine.config.record import shortened
from engine.errors import Fault, StrategyError
from engine.market.past import Past
from engine.strategy import Strategy, raised

#: Words and figures by name, in the order in which they were said.
Said: TypeAlias = Mapping[str, "str | float | None"]


def explained(strategy: Strategy, config: Config, past: Past) -> Said:
    """What `explain` says of today. It takes any of the parameters of `score` or `weights`, with the same values.

    Raises StrategyError if it fails, or answers anything but a mapping of names to words and numbers.
    """
    assert strategy.explain is not None
    values = {one.name: one.default for one in strategy.parameters if not one.required} | {**strategy.given(config)}
    doing, given = f"explaining {past.today}", strategy.given_words(config)
    line = getattr(getattr(strategy.explain, "__code__", None), "co_firstlineno", 1)
    try:
        taken = inspect.signature(strategy.explain).parameters
        said = strategy.explain(past, **{name: value for name, value in values.items() if name in taken})
    except (Exception, SystemExit, GeneratorExit) as error:
        raise StrategyError(raised(strategy.path, error, given, doing, line)) from None
    if not isinstance(said, Mapping) or not all(isinstance(k, str) and _is_sayable(v) for k, v in said.items()):
        found = f"{shortened(repr(said))} while {doing} with {given}"
        expected, cure = "a mapping of names to words and numbers", "mend `explain` in the strategy file"
        raise StrategyError(Fault(f"{strategy.path}:{line}", "", found, expected, cure))
    return {name: value if value is None or isinstance(value, str) else float(value) for name, value in said.items()}


def _is_sayable(value: Any) -> bool:
    words = value is None or isinstance(value, (str, int, float, np.integer, np.floating))
    return words and not isinstance(value, bool)
