"""Which swept keys take numbers that are not whole: what is drawn for them is not rounded, whatever the ends are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from engine.config import Config
from engine.config.sweep import Span
from engine.config.vary import unusable
from engine.errors import OverweightError
from engine.strategy import find_strategy


def takes_fractions(config: Config, key: str, span: Span) -> bool:
    """Whether a key is one of numbers that need not be whole, by its record, or by the strategy's own parameter.

    What is known of neither (a parameter without a type, a strategy that cannot be read) is not.
    """
    steps = config.tree.steps(key)
    if "with" not in steps:
        return not unusable(config, key, _between(span))
    at = steps.index("with")
    if len(steps) != at + 2:
        return False
    types = [*_types(config, steps[at - 1] if at else None, steps[0] == "brake", str(steps[-1]))]
    return bool(types) and all(one is float or (float in get_args(one) and int not in get_args(one)) for one in types)


def _between(span: Span) -> float:
    """A number of the range that is not whole."""
    return span.from_ + 0.5 if span.to > span.from_ else span.from_


def _types(config: Config, place: Any, brake: bool, name: str) -> Iterator[Any]:
    """The type of a parameter in every strategy that a variant may ask."""
    sweep = config.sweep
    assert sweep is not None
    if brake:
        number = int(place) if str(place).isdigit() else 0
        named: Any = [config.brake[number].strategy] if number < len(config.brake) else []
    else:
        named = sweep.over.get("strategy", (config.strategy,))
    for one in named if isinstance(named, (tuple, list)) else ():
        try:
            strategy = find_strategy(config, str(one), "strategy")
        except OverweightError:  # told before anything runs
            yield None
            continue
        yield from (parameter.type for parameter in strategy.parameters if parameter.name == name)
