"""overweight: judge rotation strategies honestly. One YAML file in, one Result out.

import engine
r = engine.run("configs/metals_lead.yaml")
r.metrics, r.equity, r.weights, r.trades
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

#: Loaded on first use, so that `overweight --help` needs neither pandas nor numba.
_LAZY = {
    "run": "engine.answers",
    "answer": "engine.answers",
    "compare": "engine.results.compared.comparing",
    "Result": "engine.result",
    "load": "engine.config",
    "Config": "engine.config",
}

__all__ = ["Config", "Result", "answer", "compare", "load", "run"]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module `engine` has no `{name}`")
