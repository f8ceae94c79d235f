"""Words that NumPy makes a time of: for `now` and `today` it asks the system, and no hook and no clock is told of it.

So the file is loaded with every `f(...)` in it written as `called(f)(...)`, which looks at what is handed to NumPy.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from types import CodeType, FrameType
from typing import Any

import numpy as np

from engine.audit.clocks import Tell
from engine.audit.text import NOW

#: What makes times of words, and so does `astype` of an array; what counts business days makes numbers of them.
MAKERS = (np.datetime64, np.array, np.asarray, np.asanyarray, np.full, np.arange)
COUNTERS = (np.busday_count, np.busday_offset, np.is_busday)
CALLED = "__called__"


def compiled(tell: Tell, source: str, path: str, names: dict[str, Any]) -> CodeType:
    """The code of a strategy file that tells when NumPy is asked for the time. names: those of its module.

    Raises SyntaxError and ValueError.
    """
    names[CALLED] = partial(_called, tell)
    tree = ast.fix_missing_locations(_Calls().visit(ast.parse(source, path)))
    return compile(tree, path, "exec", dont_inherit=True)


class _Calls(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        name = ast.copy_location(ast.Name(CALLED, ast.Load()), node.func)
        node.func = ast.copy_location(ast.Call(name, [node.func], []), node.func)
        return node


def _called(tell: Tell, function: Any) -> Any:
    """The function itself, or one that does the same and tells."""
    if any(function is one for one in (*MAKERS, *COUNTERS)):
        return _Maker(tell, sys._getframe(1), function)
    if getattr(function, "__name__", "") == "astype" and isinstance(own := function.__self__, np.ndarray):
        return _Maker(tell, sys._getframe(1), function, own)
    return function


@dataclass(frozen=True, slots=True)
class _Maker:
    """A function of NumPy. own: the array that it is a method of."""

    tell: Tell
    frame: FrameType
    function: Any
    own: Any = None

    def __call__(self, *given: Any, **more: Any) -> Any:
        made = self.function(*given, **more)
        of_time = self.function in COUNTERS or getattr(getattr(made, "dtype", None), "kind", "") == "M"
        if of_time and any(word.lower() in NOW for word in _words((self.own, given, [*more.values()]))):
            self.tell(self.frame, f"numpy.{self.function.__name__}")
        return made


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode("latin-1")
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _words(part)
    elif isinstance(value, np.ndarray) and value.dtype.kind in "USO":
        yield from _words(value.ravel().tolist())
