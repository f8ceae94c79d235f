"""Expectations: what a config's `expect:` demands of its own metrics, such as `max_drawdown: ">= -0.60"`.

`lookahead: pass` demands that the short audit of the run passes.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping

from engine.answers import LOOKAHEAD
from engine.audit.record import Audit
from engine.config import Config

SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}


def unmet(config: Config, metrics: Mapping[str, float | None], audit: Audit) -> list[str]:
    """Each expectation that is not met, in words; all of them name metrics, or the audit."""
    broken = [
        f"{name}  {'none' if metrics[name] is None else format(metrics[name], '.6g')}, expected {wanted}"
        for name, wanted in config.expect.items()
        if name != LOOKAHEAD and not _met(metrics[name], wanted)
    ]
    if LOOKAHEAD in config.expect and audit.verdict != "pass":
        why = f" ({audit.findings[0]})" if audit.findings else ""
        broken.append(f"{LOOKAHEAD}  {audit.verdict}{why}, expected pass")
    return broken


def _met(value: float | None, wanted: str) -> bool:
    found = re.fullmatch(r"(>=|<=|==|>|<)\s*(.+)", wanted)
    return found is not None and value is not None and SIGNS[found[1]](value, float(found[2]))
