"""Sweeps on a desk: a strategy with a parameter, a base, and what a sweep over it came to."""

from __future__ import annotations

import math
import shlex
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

import engine
from engine.answers import answer
from engine.config import load
from engine.config.written import rerun_command
from engine.measure.metrics import METRICS
from engine.study.answered import Studied
from engine.study.sweep.variants import variants_of
from tests.desk import Desk, made_prices

#: Over when the sleeve is above where it was some sessions ago; how often it was asked stands in a file.
TREND = '''"""Above where it was."""
def score(past, *, lookback: int = 20, sleeve: str = "one"):
    with open("asked.txt", "a") as asked:
        asked.write(f"{past.today} {lookback}\\n")
    if past.today.year > 2030:
        raise RuntimeError("never")
    levels = past.sleeve(sleeve)
    return float(levels[-1] / levels[-1 - lookback] - 1.0) * 20
'''


def sweep(desk: Desk, over: str, rest: str = "", **changes: object) -> Path:
    """`sweep.yaml` over a base of trends."""
    desk.text(TREND, "strategies/trend.py")
    desk.prices(made_prices(seed=5))
    changes = {
        "strategy": "trend",
        "with_": "{lookback: 20}",
        "stance": "{rule: threshold, enter: 0.3, exit: 0}",
    } | changes
    desk.config(**changes)
    desk.text(f"base: a.yaml\nsweep:\n  over:\n{over}\n{rest}", "sweep.yaml")
    return Path("sweep.yaml")


def swept(path: Path, results: str = "results") -> Studied:
    """The study of a file, saved."""
    studied = answer(path, results=results)
    assert isinstance(studied, Studied)
    return studied


def rows_of(studied: Studied) -> list[dict[str, Any]]:
    """The table as it was saved."""
    assert studied.path is not None
    rows: list[dict[str, Any]] = pq.read_table(studied.path / "variants.parquet").to_pylist()
    return rows


def figures_of(row: dict[str, Any]) -> dict[str, float]:
    """The metrics of a row; NaN where undefined."""
    return {name: row[name] for name in METRICS}


def figures_alone(path: Path, row: int) -> dict[str, float]:
    """The metrics of a variant as a run of its own, by the words of its command; NaN where undefined."""
    config = load(path)
    command = rerun_command(config, variants_of(config).values(row))
    assert command is not None
    words = shlex.split(command)
    assert words[:2] == ["overweight", "run"]
    figures = engine.run(words[2], words[4::2], results=None).metrics
    return {name: math.nan if value is None else value for name, value in figures.items()}
