"""Answering a file: load what it asks, run it, save what came of it. What `engine.run` and `overweight run` call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from engine.backtest import backtest
from engine.config import load
from engine.result import Result
from engine.store import save
from engine.study.full import measure_fully


def run(
    path: str | Path,
    overrides: Sequence[str] = (),
    *,
    results: str | Path | None = "results",
    full: bool = False,
) -> Result:
    """Run one config file and save its result under `results` (None: nowhere).

    overrides: `key=value`, as `--set` takes them. full: measure also what takes long (bootstrap, phase range).
    Raises ConfigError, StrategyError or DataError.
    """
    result = backtest(load(path, overrides))
    if full:
        result = replace(result, measured=measure_fully(result))
    return result if results is None else save(result, Path(results))
