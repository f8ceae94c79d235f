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


def _with(function: Callable[..., Any], **helpers: Any) -> FunctionType:
    """A copy of a plain function in which the names of helpers mean compiled ones."""
    assert isinstance(function, FunctionType)
    copy = FunctionType(function.__code__, {**function.__globals__, **helpers}, function.__name__)
    copy.__qualname__, copy.__module__ = function.__qualname__, __name__
    return copy


cost_of = njit(inline="always")(kernel.cost_of)
# One function compiled as a whole: a call that hands over a dozen arrays costs as much as a rebalance of ten assets.
simulate = njit(cache=True)(
    _with(
        kernel.simulate,
        _hold=njit(inline="always")(kernel._hold),
        rebalance_net=njit(inline="always")(kernel.rebalance_net),
        rebalance_any=njit(inline="always")(_with(kernel.rebalance_any, cost_of=cost_of)),
        rebalance_gross=njit(inline="always")(kernel.rebalance_gross),
    )
)
threshold = njit(cache=True)(_with(rules.threshold))
proportional = njit(cache=True)(_with(rules.proportional))
impulse = njit(cache=True)(_with(rules.impulse))
