"""What the text of a strategy file shows, where running it may not: readers and clocks that no hook is told of."""

from __future__ import annotations

import ast
from collections.abc import Iterator

#: Libraries that read files and networks from below Python, where nothing is told of it.
READERS = ("pyarrow", "duckdb", "polars", "h5py", "tables", "fastparquet", "netCDF4", "xarray", "adbc_driver_manager")
#: What a strategy may know of the engine; the past, for its annotations.
ENGINE_ROOMS = ("engine.signals", "engine.market.past")
#: Names of `past` that are not for strategies.
BEHIND = ("_revealed", "_previous", "_sources", "_buffers")
_NOW = ("now", "today", "utcnow")


def told_by(source: str) -> Iterator[tuple[int, str]]:
    """Each line that does what a strategy must not, with what it does."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, told) for one in node.names if (told := _import(one.name, "")))
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, told) for one in node.names if (told := _import(node.module, one.name)))
        elif isinstance(node, ast.Attribute) and node.attr in BEHIND:
            yield node.lineno, f"looks behind `past` (.{node.attr})"
        elif isinstance(node, ast.Call) and (told := _call(node)):
            yield node.lineno, told


def _import(module: str, name: str) -> str | None:
    root = module.partition(".")[0]
    if root in READERS:
        return f"imports {root}, which reads files unseen"
    whole = f"{module}.{name}"
    if root == "engine" and not f"{whole}.".startswith(tuple(f"{room}." for room in ENGINE_ROOMS)):
        return f"imports {whole.rstrip('.')}, which is not for strategies"
    return None


def _call(node: ast.Call) -> str | None:
    """A clock asked by a name that says so: `Timestamp.now()`, `datetime64("today")`."""
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if isinstance(node.func, ast.Attribute) and called in _NOW:
        return f"reads the clock (.{called}())"
    words = [one.value for one in node.args if isinstance(one, ast.Constant)]
    if called in ("datetime64", "Timestamp", "to_datetime") and words[:1] and words[0] in _NOW:
        return f'reads the clock ({called}("{words[0]}"))'
    return None
