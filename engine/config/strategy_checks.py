"""The checks between what a config says of strategies: one or a blend, and brakes on what is tilted."""

from __future__ import annotations

from collections.abc import Iterator

from engine.config.marked import Found
from engine.config.models import Config
from engine.config.record import choice, did_you_mean


def strategy_or_blend(config: Config) -> Iterator[Found]:
    """Scores come from a strategy, or from the stances of other configs."""
    if config.strategy is None and config.blend is None:
        cure = "add `strategy: metals_lead`"
        yield ("strategy",), "nothing", "a strategy, or a `blend` of other configs", cure
    if config.blend is None:
        return
    if config.strategy is not None:
        yield ("blend",), "a blend beside `strategy`", "one of the two", "remove one of them"
    for key, cure in (("with", "give parameters in the parts' own files"), ("stance", "the parts have their own")):
        if getattr(config, "with_" if key == "with" else key):
            yield (key,), f"`{key}` beside `blend`", "a blend without it", f"remove it: {cure}"
    if not config.tilt:
        name = next(iter(config.hold))
        yield ("blend",), "a blend without `tilt`", "a tilt", f"add `tilt: {{{name}: {{over: 0.20, from: ...}}}}`"


def braked(config: Config) -> Iterator[Found]:
    """A brake scales the overweight of a tilted sleeve."""
    for at, brake in enumerate(config.brake):
        if not config.tilt:
            cure = "remove it, or add `stance` and `tilt`"
            yield ("brake", at), "a brake without `tilt`", "a tilted sleeve to brake", cure
        elif brake.on not in config.tilt:
            tilted = [*config.tilt]
            cure = did_you_mean(brake.on, tilted, f"write {choice(tilted)}, or tilt it")
            yield ("brake", at, "on"), f"the name `{brake.on}`", f"a tilted sleeve ({choice(tilted)})", cure
