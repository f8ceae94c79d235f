"""The pure-Python twin: a compiled module's own source, read again with numba's decorator taken out.

`.py_func` alone would still call the compiled helpers; here every function of the module is plain Python.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numba


def pure(module: ModuleType) -> ModuleType:
    """The module without numba. Fails where its source no longer imports `njit` the way this takes out."""
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    assert source.count("from numba import njit\n") == 1, f"{module.__name__} imports numba in another way"
    plain = source.replace("from numba import njit\n", "def njit(**_): return lambda function: function\n")
    twin = ModuleType(f"{module.__name__}_pure")
    exec(compile(plain, f"{module.__file__} (pure)", "exec"), twin.__dict__)
    compiled = [name for name, value in vars(module).items() if is_compiled(value)]
    assert compiled, f"{module.__name__} compiles nothing"
    assert not any(is_compiled(vars(twin)[name]) for name in compiled)
    return twin


def is_compiled(value: Any) -> bool:
    return isinstance(value, numba.core.registry.CPUDispatcher)
