"""`pytest --overweight configs/`: every config with a baseline or an `expect:` is a test, with the verdict of `check`.

pytest reads this module in every environment in which overweight is installed, so nothing heavy is imported before a
config is looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from engine.results.checks.verdict import ConfigCheck

ENDINGS = (".yaml", ".yml")


class NotPassed(Exception):
    """A config whose verdict is not good; the text is all there is to say."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--overweight`, and where baselines lie."""
    group = parser.getgroup("overweight", "backtests against their baselines")
    group.addoption("--overweight", action="store_true", help="Check configs: each with a baseline or an `expect:`.")
    group.addoption("--overweight-results", metavar="DIR", default="results", help="Where runs and baselines lie.")
    group.addoption("--overweight-strict", action="store_true", help="Fail where data or a baseline are missing.")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A config that is held to something; nothing without `--overweight`."""
    if not parent.config.getoption("--overweight") or file_path.suffix not in ENDINGS:
        return None
    from engine.results.checks.checked_files import is_held

    return ConfigFile.from_parent(parent, path=file_path) if is_held(_as_named(file_path), _results(parent)) else None


class ConfigFile(pytest.File):
    """A config; it holds one test."""

    def collect(self) -> Iterable[pytest.Item]:
        """The check of this config."""
        yield CheckItem.from_parent(self, name="check")


class CheckItem(pytest.Item):
    """The check of one config."""

    def runtest(self) -> None:
        """Raises Moved where the verdict is not good; skips where data are missing."""
        from engine.results.checks.check import check
        from engine.results.terminal import foreign_code

        strict = bool(self.config.getoption("--overweight-strict"))
        with foreign_code():
            found = check(str(_as_named(self.path)), _results(self), strict=strict)
        text = _text(found)
        if found.word == "skipped":
            pytest.skip(text)
        if not found.good:
            raise NotPassed(text)
        if text != found.word:
            self.add_report_section("call", "overweight", text)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The verdict, or what is wrong with the config; a traceback only of a bug."""
        from engine.errors import OverweightError

        if isinstance(excinfo.value, NotPassed | OverweightError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """How the test is called in reports."""
        return self.path, None, f"overweight: {_as_named(self.path)}"


def _text(found: ConfigCheck) -> str:
    return "\n".join([found.word, *filter(None, [found.text])])


def _as_named(path: Path) -> Path:
    """From the working directory on, as the command line would name it."""
    below = os.path.relpath(path)
    return path if below.startswith(os.pardir) else Path(below)


def _results(node: pytest.Collector | pytest.Item) -> Path:
    return Path(node.config.getoption("--overweight-results"))
