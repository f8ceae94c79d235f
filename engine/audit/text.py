"""What the text of a strategy file shows, where running it may not: readers and clocks that no hook is told of."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

#: Libraries that read files and networks from below Python, where nothing is told of it.
READERS = ("pyarrow", "duckdb", "polars", "h5py", "tables", "fastparquet", "netCDF4", "xarray", "adbc_driver_manager")
#: What a strategy may know of the engine; the past, for its annotations.
ENGINE_ROOMS = ("engine.signals", "engine.market.past")
#: Names of `past` that are not for strategies.
BEHIND = ("_revealed", "_previous", "_sources", "_buffers")
#: What asks for the time, as a method and as a word.
NOW = ("now", "today", "utcnow")
#: Whose methods these are where they are handed on and not called.
_DAYS = ("datetime", "date", "Timestamp")
#: What makes a time of a word.
_OF_WORDS = ("datetime64", "Timestamp", "to_datetime", "date_range", "bdate_range", "Period", "DatetimeIndex")
#: Clocks that may be handed on as well as called, where only a call is seen.
CLOCKS = (
    "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time",
    "process_time_ns", "thread_time", "thread_time_ns", "clock_gettime", "clock_gettime_ns", "localtime", "gmtime",
    "ctime", "asctime", "strftime",
)  # fmt: skip
#: Of the interpreter, what is no past.
SYSTEM = {
    "modules": "reaches for other modules",
    "stdin": "reads what is typed",
    "argv": "reads the command line",
}


def files_of(path: Path, source: str) -> dict[Path, str]:
    """The text of a strategy file and of those beside it that it imports, and that these import."""
    found = {path: source}
    waiting = [path]
    while waiting:
        file = waiting.pop()
        for name in _imports(found[file]):
            for beside in (path.parent / f"{name}.py", path.parent / name / "__init__.py"):
                if beside not in found and beside.is_file():
                    found[beside] = beside.read_text(encoding="utf-8", errors="replace")
                    waiting.append(beside)
    return found


def _imports(source: str) -> Iterator[str]:
    """The first part of every module that a text imports."""
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.Import):
            yield from (one.name.partition(".")[0] for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def told_by(source: str) -> Iterator[tuple[int, str]]:
    """Each line that does what a strategy must not, with what it does, but for those under a main of its own."""
    tree = parsed(source)
    own = {id(part) for node in ast.walk(tree) if _is_main(node) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in own:
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, told) for one in node.names if (told := _import(one.name, "")))
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, told) for one in node.names if (told := _import(node.module, one.name)))
        elif isinstance(node, ast.Attribute) and (told := _attribute(node)):
            yield node.lineno, told
        elif isinstance(node, ast.Name) and node.id == "__import__":
            yield node.lineno, "imports what no `import` names (__import__)"
        elif isinstance(node, ast.Call) and (told := _call(node)):
            yield node.lineno, told


def parsed(source: str) -> ast.Module:
    """A text as a tree; an empty one of a file that is no Python, which nobody can have imported."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return ast.Module([], [])


def _is_main(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'"


def _import(module: str, name: str) -> str | None:
    root = module.partition(".")[0]
    if (told := imported(f"{module}.{name}".rstrip("."))) is not None:
        return told
    if (root == "time" and name in CLOCKS) or (root == "sys" and name in SYSTEM):
        return _of_module(root, name)
    return None


def imported(whole: str) -> str | None:
    """What importing a module, or a name of one, means where a strategy may not."""
    root = whole.partition(".")[0]
    if root in READERS:
        return f"imports {root}, which reads files unseen"
    if root == "engine" and not f"{whole}.".startswith(tuple(f"{room}." for room in ENGINE_ROOMS)):
        return f"imports {whole}, which is not for strategies"
    return None


def _attribute(node: ast.Attribute) -> str | None:
    if node.attr in BEHIND:
        return f"looks behind `past` (.{node.attr})"
    of = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
    if of == "environ" and node.attr == "_data":
        return "reads the environment (._data)"
    if of in _DAYS and node.attr in NOW:
        return f"reads the clock ({of}.{node.attr})"
    return _of_module(of, node.attr)


def _of_module(module: str, name: str) -> str | None:
    """A clock of `time`, or what of `sys` is no past."""
    if module == "time" and name in CLOCKS:
        return f"reads the clock (time.{name})"
    return f"{SYSTEM[name]} (sys.{name})" if module == "sys" and name in SYSTEM else None


def _call(node: ast.Call) -> str | None:
    """A clock asked by a name that says so: `Timestamp.now()`, `datetime64("today")`."""
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if isinstance(node.func, ast.Attribute) and called in NOW:
        return f"reads the clock (.{called}())"
    handed = [part for one in (*node.args, *(word.value for word in node.keywords)) for part in ast.walk(one)]
    words = [str(one.value) for one in handed if isinstance(one, ast.Constant)]
    if called in _OF_WORDS or any(word.startswith(("datetime64", "M8", "<M8")) for word in words):
        now = next((word for word in words if word in NOW), None)
        return None if now is None else f'reads the clock ({called}("{now}"))'
    return None
