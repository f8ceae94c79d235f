"""The lanes compiled: with `portfolio.compiled` the only places where numba is.

Functions of a module are compiled from the plain ones in their order, those they call before them. The compiler may
neither reorder sums nor fuse products into them as it sees fit, which it would do in one lane and not in the next, and
otherwise in code that comes from the disk: only `fma` is fused, always. So a lane's bits are the same in every block.
"""

from __future__ import annotations
import __future__

import ast
import hashlib
import inspect
from collections.abc import Callable
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from numba import njit, types
from numba.extending import intrinsic

from engine.portfolio.lanes import fitting, run, stances, sums, table, targets, tilts, trade

#: Nothing here makes an array, so that none is counted.
OPTIONS: Any = {"error_model": "numpy", "boundscheck": False, "_nrt": False}
#: What only compiled code calls needs no way in from Python: to make one takes a third of the time.
INNER: Any = {**OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
#: What is called, not written out where it is called: long, and called seldom.
CALLED = (
    "begin_targets", "set_targets", "end_targets", "begin_run", "run", "mend", "fit", "moved", "brake_slots",
    "count_slots", "take_same", "shrink_slots", "end_spell", "lay_slots",
)  # fmt: skip


@intrinsic
def fma(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """A product and a sum, rounded once."""
    return types.float64(types.float64, types.float64, types.float64), lambda _, builder, __, given: builder.fma(*given)


@intrinsic
def wide(typing: Any) -> Any:
    """Vectors of 512 bits where there are any: compilers take 256, lest others on the processor slow down."""

    def mark(_: Any, builder: Any, __: Any, ___: Any) -> Any:
        # llvmlite knows no attributes of one target; what it prints the compiler reads.
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')

    return types.void(), mark


def _digest(*modules: ModuleType) -> str:
    """Of the sources: numba's disk cache follows the file of one function, and ours call those of others."""
    files = [__file__, *(str(one.__file__) for one in modules)]
    return hashlib.sha256(b"".join(Path(one).read_bytes() for one in files)).hexdigest()[:12]


def _entry(name: str, *modules: ModuleType) -> Callable[..., Any]:
    """The function of the last module compiled, with all that it calls."""
    done: dict[str, Any] = {"fma": fma, "wide": wide}
    for module in modules:
        for own, function in vars(module).items():
            if isinstance(function, FunctionType) and function.__module__ == module.__name__ and own != name:
                done[own] = njit(forceinline=own not in CALLED, **INNER)(_copy(function, own, done))
    entry = _copy(vars(modules[-1])[name], f"{name}_{_digest(table, *modules)}", done)
    compiled: Callable[..., Any] = njit(cache=True, nogil=True, **OPTIONS)(entry)
    return compiled


def _copy(function: FunctionType, name: str, helpers: dict[str, Any]) -> FunctionType:
    """The plain function in which the names of helpers mean compiled ones, and `wide` is said at its head."""
    tree = ast.parse(inspect.getsource(function))
    (head,) = tree.body
    assert isinstance(head, ast.FunctionDef)
    head.body[:0] = ast.parse("wide()").body
    ast.increment_lineno(tree, function.__code__.co_firstlineno - 1)
    made: dict[str, Any] = {**function.__globals__, **helpers}
    exec(compile(tree, function.__code__.co_filename, "exec", flags=__future__.annotations.compiler_flag), made)
    copy: FunctionType = made[function.__name__]
    copy.__name__ = copy.__qualname__ = name
    copy.__module__ = __name__
    return copy


simulate_blocks = _entry("simulate_blocks", stances, tilts, fitting, targets, trade, sums, run)


def is_kept() -> bool:
    """Whether an earlier process has left the compiled lanes on the disk."""
    # numba has no public name for where it keeps them.
    return any(Path(simulate_blocks._cache.cache_path).glob(f"*{simulate_blocks.py_func.__name__}*.nbc"))  # type: ignore[attr-defined]
