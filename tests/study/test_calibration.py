"""The calibration of `make bench-truth`: its bounds, its symmetry, and a table from two markets."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def calibration() -> ModuleType:
    spec = importlib.util.spec_from_file_location("calibration", ROOT / "bench" / "calibration.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["calibration"] = module
    spec.loader.exec_module(module)
    return module


def test_bounds_are_those_of_the_binomial_distribution(calibration: ModuleType) -> None:
    """2.9% to 7.5% of 1,000; and by simulation at most one share in 500 lies outside."""
    assert calibration.bounds(1000) == (0.029, 0.075)
    low, high = calibration.bounds(200)
    drawn = np.random.default_rng(1).binomial(200, 0.05, 200_000) / 200
    assert 0.0003 < np.mean((drawn < low) | (drawn > high)) < 0.0015


def test_the_three_equities_are_alike(calibration: ModuleType) -> None:
    """Deviations and correlations of three that are one class; what the whole calibration stands on."""
    market = calibration.make_market(calibration.Recipe(5, sessions=20_000))
    alike = calibration._alike(market)
    deviations = alike.std(axis=0)
    assert deviations.max() / deviations.min() < 1.05
    pairs = np.corrcoef(alike.T)[[0, 0, 1], [1, 2, 2]]
    assert np.ptp(pairs) < 0.05


def test_a_table_and_a_page(calibration: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("arch")
    monkeypatch.setattr(calibration, "SESSIONS", 260)
    monkeypatch.setattr(calibration, "RESAMPLES", 20)
    lines = list(calibration.lines(2))
    names = [one.name for one in lines]
    assert len(names) == len(set(names)) > 30
    page = calibration.page(lines, 2)
    assert all(f"| {name} |" in page for name in names)


def test_the_page_is_made_by_the_command_and_misses_nothing() -> None:
    page = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    assert page.startswith("# Calibration\n\nMade by `make calibration` from 1,000 made markets")
    assert page.count("| ok |") >= 10
    assert "MISSED" not in page
