"""The rooms stand in one order and import only downwards; read off the sources."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
#: Each may import those before it and itself. A room is a package or a module of `engine`.
ORDER = (
    "errors", "config", "market", "signals", "strategy", "portfolio", "decide", "audit", "measure", "judge",
    "fingerprint", "tables", "known_events", "folder", "shown", "peer", "result", "trials", "store", "backtest",
    "study", "answers", "results", "cli_ends", "cli_data", "cli_new", "cli_studies", "cli", "pytest_plugin",
)  # fmt: skip
#: The only imports inside functions: libraries that are heavy or optional ...
HEAVY = {
    "arch", "curl_cffi", "duckdb", "exchange_calendars", "jinja2", "markupsafe", "openpyxl", "pandas",
    "pandas_datareader", "plotly", "pypfopt", "python_calamine", "ray", "rich", "scipy", "statsmodels", "vectorbt",
    "yfinance",
}  # fmt: skip
#: ... and these, so that `--help` and `import engine` stay light.
LAZY = {
    ("engine.cli", "engine.config"),
    ("engine.cli", "engine.results"),
    ("engine.cli_data", "engine.results"),
    ("engine.cli_new", "engine.results"),
    ("engine.cli_studies", "engine.results"),
    ("engine.result", "engine.peer"),
    ("engine.backtest", "engine.peer"),
    ("engine.pytest_plugin", "engine.errors"),
    ("engine.pytest_plugin", "engine.results"),
    ("engine.results.checks.absent", "engine.market.sources"),
    ("engine.results.checks.dependencies", "engine.market"),
    ("engine.answers", "engine.study.kinds"),
    ("engine.results.running", "engine.results.studies"),
    ("engine.results.compared.comparing", "engine.results"),
}
#: Imports for annotations alone that look upwards.
ANNOTATED = {(f"engine.{name}", "engine.result") for name in ("peer.opened", "tables", "known_events")}
COMPILED = {"engine.portfolio.compiled", "engine.portfolio.lanes.compiled"}


@dataclass(frozen=True)
class Import:
    """One import: who, what, on which line, inside a function or not, for annotations alone or not."""

    module: str
    target: str
    line: int
    inside: bool
    annotation: bool

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def imports_of(source: str, module: str) -> Iterator[Import]:
    tree = ast.parse(source)
    inside = {
        id(n) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef) for n in ast.walk(f)
    }
    guarded = {
        id(n)
        for one in ast.walk(tree)
        if isinstance(one, ast.If) and ast.unparse(one.test) == "TYPE_CHECKING"
        for n in ast.walk(one)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno} imports relatively"
            # `from engine import store` imports engine.store, `from engine.results import terminal` that module.
            targets = [
                f"{node.module}.{alias.name}" if is_module(f"{node.module}.{alias.name}") else str(node.module)
                for alias in node.names
            ]
        else:
            continue
        for target in targets:
            yield Import(module, target, node.lineno, id(node) in inside, id(node) in guarded)


def room(module: str) -> str:
    return module.split(".")[1]


def looks_upwards(one: Import) -> bool:
    if not one.target.startswith("engine."):
        return False
    return ORDER.index(room(one.target)) > ORDER.index(room(one.module))


IMPORTS = [
    one
    for path in sorted((ROOT / "engine").rglob("*.py"))
    for one in imports_of(path.read_text(encoding="utf-8"), module_name(path))
]


def test_every_room_has_its_place() -> None:
    rooms = {path.stem for path in (ROOT / "engine").glob("*.py")} - {"__init__"}
    rooms |= {path.parent.name for path in (ROOT / "engine").glob("*/__init__.py")}
    assert rooms == set(ORDER)


def test_imports_look_downwards_only() -> None:
    upwards = [one for one in IMPORTS if one.module != "engine" and looks_upwards(one)]
    assert [str(one) for one in upwards if (one.module, one.target) not in ANNOTATED] == []
    assert all(one.annotation for one in upwards)


def test_nothing_is_imported_inside_functions_but_what_is_heavy() -> None:
    lazy = [
        one
        for one in IMPORTS
        if one.inside
        and one.target.split(".")[0] not in HEAVY
        and not any(one.module == who and f"{one.target}.".startswith(f"{what}.") for who, what in LAZY)
    ]
    assert [str(one) for one in lazy] == []


def circles(imports: Iterable[Import]) -> list[list[str]]:
    """Modules that import each other, directly or by others; imports inside functions count too."""
    reaches: dict[str, set[str]] = {}
    for one in imports:
        reaches.setdefault(one.module, set()).add(one.target)
    grown = True
    while grown:
        grown = False
        for module, targets in reaches.items():
            more = set().union(*(reaches.get(target, set()) for target in targets))
            grown |= not more <= targets
            reaches[module] = targets | more
    around = sorted(module for module, targets in reaches.items() if module in targets)
    together = [[other for other in around if other in reaches[module]] for module in around]
    return [group for place, group in enumerate(together) if group not in together[:place]]


def test_no_modules_import_each_other() -> None:
    assert circles(one for one in IMPORTS if (one.module, one.target) not in ANNOTATED) == []


def test_numba_stands_in_two_files() -> None:
    assert {one.module for one in IMPORTS if one.target.split(".")[0] == "numba"} == COMPILED


@pytest.mark.parametrize("path", sorted((ROOT / "strategies").glob("*.py")), ids=lambda path: path.stem)
def test_a_strategy_imports_signals_and_nothing_else_of_the_engine(path: Path) -> None:
    for one in imports_of(path.read_text(encoding="utf-8"), module_name(path)):
        assert one.target == "engine.signals" or not one.target.startswith("engine"), str(one)
        assert one.target.split(".")[0] in sys.stdlib_module_names | {"engine", "numpy"}, str(one)


def test_the_rules_can_be_broken() -> None:
    """A planted import of each forbidden kind is seen."""
    (upwards,) = imports_of("from engine import results\n", "engine.market.panel")
    assert looks_upwards(upwards)
    (hidden,) = imports_of("def f():\n    import pandas\n", "engine.market.panel")
    assert hidden.inside
    there = [*imports_of("from engine.b import B\n", "engine.a"), *imports_of("from engine.c import C\n", "engine.b")]
    assert circles(there) == []
    assert circles([*there, *imports_of("from engine.a import A\n", "engine.c")]) == [
        ["engine.a", "engine.b", "engine.c"]
    ]
    assert not looks_upwards(next(imports_of("from engine.errors import Fault\n", "engine.market.panel")))


@pytest.mark.parametrize(
    "statement",
    [
        "import engine",
        "import engine.config",
        "import sys; sys.argv = ['overweight', '--help']; from engine.cli import main; main()",
    ],
    ids=["engine", "config", "help"],
)
def test_neither_pandas_nor_numba_is_needed_to_ask_for_help(statement: str) -> None:
    code = (
        f"import atexit, sys\n"
        f"heavy = ('numpy', 'pandas', 'numba', 'pyarrow', 'scipy', 'vectorbt')\n"
        f"atexit.register(lambda: print('HEAVY', [m for m in heavy if m in sys.modules]))\n{statement}\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "HEAVY []"


def test_no_two_classes_are_called_the_same() -> None:
    """But `Series`, which a config names and a panel holds: the schema shows the config's names."""
    named: dict[str, list[str]] = {}
    for path in sorted((ROOT / "engine").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                named.setdefault(node.name, []).append(path.relative_to(ROOT).as_posix())
    assert {name: places for name, places in named.items() if len(places) > 1} == {
        "Series": ["engine/config/sleeve.py", "engine/market/panel.py"]
    }
