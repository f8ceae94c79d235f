"""`pytest --overweight configs/`: the verdicts of `check` as tests, in a pytest of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.desk import Desk, made_prices
from tests.results.command import Command

AGREE = "check --update --reason 'first figures' "
DATA = "{source: files, path: ../prices.csv}"


def run(*arguments: str) -> tuple[int, str]:
    """pytest in a process of its own, in the working directory."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@pytest.fixture
def agreed(desk: Desk, overweight: Command) -> None:
    """Configs of every kind: as agreed, moved, with expectations alone, without its data, held to nothing, broken."""
    desk.prices(made_prices(), "gone.csv")
    desk.config("configs/good.yaml", data=DATA)
    desk.config("configs/moved.yaml", data=DATA)
    desk.config("configs/gone.yaml", data="{source: files, path: ../gone.csv}")
    assert overweight(AGREE + "configs/good.yaml configs/moved.yaml configs/gone.yaml").code == 0
    desk.config("configs/moved.yaml", data=DATA, trade="{commission_bps: 5}")
    desk.config("configs/expects.yaml", data=DATA, expect='{turnover: "< 0"}')
    desk.config("configs/meets.yaml", data=DATA, expect='{turnover: ">= 0"}')
    desk.config("configs/free.yaml", data=DATA)
    desk.config("configs/broken.yaml", data=DATA, expect='{turnover: ">= 0"}', every="monthly")
    desk.text("def test_own():\n    pass\n", "configs/test_own.py")
    Path("gone.csv").unlink()


def test_every_config_with_a_baseline_or_expectations_is_a_test(agreed: None) -> None:
    code, text = run("--overweight", "configs/", "-rA")
    assert code == 1
    assert text.splitlines()[-1].startswith("3 failed, 3 passed, 1 skipped in ")
    assert "PASSED configs/good.yaml::check" in text
    assert "PASSED configs/meets.yaml::check" in text
    assert "FAILED configs/moved.yaml::check - config changed" in text
    assert "config: trade.commission_bps 0 -> 5\nequity part on 2020-07-01\n" in text
    assert "FAILED configs/expects.yaml::check - expectation unmet" in text
    assert "FAILED configs/broken.yaml::check - configs/broken.yaml:" in text
    assert "data missing: no file `../gone.csv`" in text
    assert "free.yaml" not in text
    assert "Traceback" not in text


@pytest.mark.heavy
def test_strictly_missing_data_and_baselines_fail(agreed: None) -> None:
    _, text = run("--overweight", "--overweight-strict", "configs/gone.yaml", "configs/meets.yaml")
    assert text.splitlines()[-1].startswith("2 failed in ")
    assert "`../gone.csv`, which is no file" in text
    assert "baseline missing" in text


def test_without_the_option_configs_are_no_tests(agreed: None) -> None:
    code, text = run("configs/")
    assert (code, text.splitlines()[-1].split(" in ")[0]) == (0, "1 passed")


@pytest.mark.heavy
def test_baselines_lie_where_it_is_told(agreed: None) -> None:
    Path("results").rename("elsewhere")
    code, text = run("--overweight", "--overweight-results", "elsewhere", "configs/good.yaml")
    assert (code, text.splitlines()[-1].split(" in ")[0]) == (0, "1 passed")


def test_where_it_is_not_asked_for_nothing_heavy_is_read() -> None:
    """pytest loads every plugin that is installed; this one brings no more than pytest itself."""
    code = (
        "import sys, pytest, engine.pytest_plugin\n"
        "print([m for m in sys.modules if m.startswith('engine.') or m in ('numpy', 'pandas', 'pydantic', 'yaml')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['engine.pytest_plugin']\n"
