"""Expectations: what a config's `expect:` demands of its own metrics, such as `max_drawdown: ">= -0.60"`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping

from engine.config import Config

SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}


def unmet(config: Config, metrics: Mapping[str, float | None]) -> list[str]:
    """Each expectation that is not met, in words; all of them name metrics."""
    return [
        f"{name}  {'none' if metrics[name] is None else format(metrics[name], '.6g')}, expected {wanted}"
        for name, wanted in config.expect.items()
        if not _met(metrics[name], wanted)
    ]


def _met(value: float | None, wanted: str) -> bool:
    found = re.fullmatch(r"(>=|<=|==|>|<)\s*(.+)", wanted)
    return found is not None and value is not None and SIGNS[found[1]](value, float(found[2]))
