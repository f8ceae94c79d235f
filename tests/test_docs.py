"""Documents are true: every console block, every generated page, every example."""

from __future__ import annotations

import importlib
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

import engine
from tests.desk import Desk, made_prices
from tests.test_layers import ORDER, is_module

ROOT = Path(__file__).parent.parent


def refresh_docs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("refresh_docs", ROOT / "tools" / "refresh_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_pages_say_what_the_commands_print_now() -> None:
    for page, expected in refresh_docs().contents():
        assert page.read_text(encoding="utf-8") == expected, f"{page.name} is out of date: make docs"


def test_the_readme_shows_the_config_and_the_strategy_as_they_are() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"```yaml\n# configs/metals_lead.yaml\n(.*?)```", readme, re.DOTALL)
    assert shown is not None
    assert (ROOT / "configs/metals_lead.yaml").read_text(encoding="utf-8").endswith(shown[1])
    strategy = (ROOT / "strategies/metals_lead.py").read_text(encoding="utf-8")
    for line in (
        "drivers = (past.sleeve(leading), past.sleeve(versus))",
        '"""Overweight what has fallen behind',
    ):
        assert line in readme
        assert line in strategy


def test_the_readmes_own_strategy_runs(desk: Desk) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    source = re.search(r'```python\n("""Overweight what has beaten.*?)```', readme, re.DOTALL)
    assert source is not None
    desk.text(source[1], "strategies/beaten.py")
    desk.prices(made_prices(sessions=600))
    result = desk.run(
        strategy="beaten", with_="{sleeve: one}", from_="2021-01-29", to="2022-03-31",
        stance="{rule: threshold, enter: 0, exit: 0}",
    )  # fmt: skip
    assert 0 < result.metrics["share_over"] < 1


def test_the_package_docstring_is_true(desk: Desk) -> None:
    result = engine.run(desk.config())
    for name in ("metrics", "equity", "weights", "trades"):
        assert len(getattr(result, name)) > 0


@pytest.mark.parametrize("path", sorted((ROOT / "configs").rglob("*.yaml")), ids=lambda path: path.stem)
def test_every_config_names_its_schema_and_says_what_it_asks(path: Path) -> None:
    first, second = path.read_text(encoding="utf-8").splitlines()[:2]
    schema = re.fullmatch(r"# yaml-language-server: \$schema=(.*)", first)
    assert schema is not None
    assert (path.parent / schema[1]).resolve() == ROOT / "docs/config.schema.json"
    assert re.match(r"# [A-Z].*", second)


def test_every_worked_example_of_the_conventions_holds(root: Path) -> None:
    """The blocks run from top to bottom as one session; each asserts something."""
    text = (ROOT / "docs/conventions.md").read_text(encoding="utf-8")
    session: dict[str, object] = {}
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", text, re.DOTALL), start=1):
        exec(compile(block, f"docs/conventions.md, example {number}", "exec"), session)
    assert text.count("assert ") > 40


ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")


def test_the_map_of_the_engine_names_every_room_in_order() -> None:
    table = ARCHITECTURE.partition("## The rooms")[2].partition("## Where to add")[0]
    assert tuple(re.findall(r"^\| `(\w+)` \| \S", table, re.MULTILINE)) == ORDER


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(engine(?:\.\w+)+)`", ARCHITECTURE))))
def test_what_the_map_of_the_engine_names_is_there(name: str) -> None:
    """Each is a module, or something that a module defines itself, not merely imports."""
    module, _, last = name.rpartition(".")
    if is_module(name):
        return
    found = getattr(importlib.import_module(module), last)
    assert getattr(found, "__module__", module) == module


def test_every_path_in_the_map_of_the_engine_is_there() -> None:
    paths = re.findall(r"`((?:engine|strategies|configs|bench|tools|tests|docs|results)/[\w./]*)`", ARCHITECTURE)
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []
