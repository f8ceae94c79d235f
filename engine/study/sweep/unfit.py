"""Strategies and parameters of a sweep that cannot be together: every pair is looked at before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.config import Config
from engine.config.sweep import Span
from engine.errors import Fault, OverweightError
from engine.strategy import Strategy, find_strategy, misfit, missing
from engine.study.sweep.variants import Variants

#: So many values of a key are looked at before the run; a wrong one beyond them is a row with its reason.
LOOKED_AT = 1_000


def looked_at(axis: Span | Sequence[Any]) -> Sequence[Any]:
    """The values of a key that are looked at before the run: the ends of a range, the first of a list."""
    return (axis.at(0.0), axis.at(1.0)) if isinstance(axis, Span) else axis[:LOOKED_AT]


def unfit_parameters(config: Config, variants: Variants) -> Iterator[Fault]:
    """What is wrong with a pair of a strategy and a parameter, whichever of the two is swept: a strategy that is none,
    a parameter that it has not, one of another type, one that it requires and nobody gives.
    """
    axes = dict(zip(variants.keys, variants.axes, strict=True))
    swept = "strategy" in axes
    for name in looked_at(axes["strategy"]) if swept else (config.strategy,):
        if not isinstance(name, str):  # no strategy, but a blend; or told already
            continue
        try:
            strategy = find_strategy(config, name, "strategy")
        except OverweightError as error:
            place = _place(config, "strategy") if swept else None
            yield from (replace(fault, place=place) if place and fault.key else fault for fault in error.faults)
            continue
        for fault in _unfit(config, axes, strategy):
            unknown = swept and fault.found.startswith("unknown")
            yield replace(fault, cure=f"sweep {strategy.name} in a file of its own") if unknown else fault


def _unfit(config: Config, axes: Mapping[str, Span | Sequence[Any]], strategy: Strategy) -> Iterator[Fault]:
    own = {key: looked_at(axis) for key, axis in axes.items() if key == "with" or key.startswith("with.")}
    for key, values in own.items():
        for value in values:
            for name, one in _given(key, value).items():
                words = misfit(strategy, name, one)
                # What lies inside a parameter has no type that is known: its name is all there is to look at.
                if words and (key.count(".") < 2 or words[0].startswith("unknown")):
                    yield Fault(_place(config, key), f"with.{name}", *words)
    named = {key.split(".")[1]: values for key, values in own.items() if key != "with"}
    for given in own.get("with", (config.with_,)):
        if not isinstance(given, Mapping):
            continue
        place = _place(config, "with") if "with" in own else _place(config, "strategy") if "strategy" in axes else None
        present = {*given} - {*named} | {name for name, values in named.items() if None not in values}
        for words in missing(strategy, present):
            yield Fault(place or config.place("with"), "with", *words)
    for name, value in config.with_.items() if "with" not in own else ():
        words = None if name in named else misfit(strategy, name, value)
        if words:
            yield config.fault(f"with.{name}", *words)


def _given(key: str, value: Any) -> Mapping[str, Any]:
    """The parameters that one value of a swept key gives; a null takes one away."""
    given = value if key == "with" else {key.split(".")[1]: value}
    return {name: one for name, one in given.items() if one is not None} if isinstance(given, Mapping) else {}


def _place(config: Config, key: str) -> str:
    return str(config.tree.nearest(("sweep", "over", key))[0].place)
