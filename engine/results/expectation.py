"""Expectations: what a config's `expect:` demands of its own metrics, such as `max_drawdown: ">= -0.60"`."""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Iterator, Mapping

from engine.config import Config
from engine.errors import ConfigError, Fault

SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}


def unmet(config: Config, metrics: Mapping[str, float | None]) -> list[str]:
    """Each expectation that is not met, in words. Raises ConfigError where one names no metric."""
    faults = list(_misnamed(config, metrics))
    if faults:
        raise ConfigError(*faults)
    return [
        f"{name}  {'none' if metrics[name] is None else format(metrics[name], '.6g')}, expected {wanted}"
        for name, wanted in config.expect.items()
        if not _met(metrics[name], wanted)
    ]


def _met(value: float | None, wanted: str) -> bool:
    found = re.fullmatch(r"(>=|<=|==|>|<)\s*(.+)", wanted)
    return found is not None and value is not None and SIGNS[found[1]](value, float(found[2]))


def _misnamed(config: Config, metrics: Mapping[str, float | None]) -> Iterator[Fault]:
    for name, wanted in config.expect.items():
        key = f"expect.{name}"
        if name not in metrics:
            close = difflib.get_close_matches(name, metrics, n=1)
            cure = f"did you mean `{close[0]}`?" if close else "name one of them"
            yield config.fault(key, f"`{name}`", "a metric: " + ", ".join(metrics), cure)
        elif wanted == "pass":
            yield config.fault(key, "`pass` for a metric", "a comparison with a number", 'write for example ">= 0"')
