"""How a config names strategies: by a file, as a brake on a sleeve, or as the configs that a blend is made of."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from engine.config.record import Record, shown, wrong


def _strategy(value: str) -> str:
    if re.fullmatch("[A-Za-z0-9_]+", value):
        return value
    stem = value.rsplit("/", 1)[-1].removesuffix(".py")
    cure = f"write `{stem}`" if re.fullmatch("[A-Za-z0-9_]+", stem) else "write for example metals_lead"
    raise wrong(shown(value), "the name of a strategy: letters, digits and `_`", cure)


def _finite(value: Any, at: str = "") -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise wrong(shown(value), "a finite number", "write a number, or null", at=at)
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, tuple) else ()
    for key, item in inside:
        _finite(item, f"{at}.{key}" if at else str(key))
    return value


def _part(value: str) -> str:
    if value.strip():
        return value
    raise wrong(shown(value), "another config, by its path below `configs/`", "write for example metals_lead")


def _weight(value: float) -> float:
    if value:
        return value
    raise wrong("the weight 0", "a number above zero, or below it to go against the part", "leave the part out")


StrategyName = Annotated[str, AfterValidator(_strategy)]
#: What a config gives a strategy: the values of its keyword-only parameters.
Parameters = dict[str, Annotated[Any, AfterValidator(lambda value: _finite(value))]]
#: The weights of other configs' stances, by the name of the config.
Blend = dict[Annotated[str, AfterValidator(_part)], Annotated[float, AfterValidator(_weight)]]


class Brake(Record):
    """A strategy that says which share of a sleeve's overweight to keep: 1 is all of it, 0 goes back to neutral."""

    strategy: StrategyName = Field(
        description="The strategy: a file in strategies/, without its ending.", examples=["overheating_brake"]
    )
    on: str = Field(description="The tilted sleeve whose overweight it scales.", examples=["miners"])
    with_: Parameters = Field(
        {}, alias="with", description="The strategy's own parameters.", examples=["{on: miners, keep: 0.5}"]
    )


def brakes(value: Any) -> Any:
    """What stands under `brake`, a list by now: each a block. Anything else is refused in words."""
    expected, cure = (
        "a brake: its strategy, and the sleeve that it acts on",
        "write {strategy: overheating_brake, on: ...}",
    )
    if not isinstance(value, tuple | list):
        raise wrong(shown(value), expected, cure)
    for i, one in enumerate(value):
        if not isinstance(one, dict | Brake):
            raise wrong(shown(one), expected, cure, at=str(i))
    return value
