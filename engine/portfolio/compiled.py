"""The kernel and the stance rules compiled: the one place where numba is.

Each function is compiled from the plain one, with compiled helpers in the place of its plain ones. numba's disk cache
follows the plain one's file, so a change there compiles anew.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

from numba import njit

from engine.portfolio import kernel, rules


def _compiled(function: Callable[..., Any], **helpers: Callable[..., Any]) -> Any:
    assert isinstance(function, FunctionType)
    inlined = {name: njit(inline="always")(helper) for name, helper in helpers.items()}
    copy = FunctionType(function.__code__, {**function.__globals__, **inlined}, function.__name__)
    copy.__qualname__, copy.__module__ = function.__qualname__, __name__
    return njit(cache=True)(copy)


simulate = _compiled(kernel.simulate, rebalance_net=kernel.rebalance_net, rebalance_gross=kernel.rebalance_gross)
threshold = _compiled(rules.threshold)
proportional = _compiled(rules.proportional)
impulse = _compiled(rules.impulse)
