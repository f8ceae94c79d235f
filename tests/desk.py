"""A strategist's desk for tests: a folder of its own, a made price file, a config, and a way to run it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

import engine
from engine.result import Result

SENTENCE = {
    "strategy": "always_over",
    "hold": "{one: [AAA, BBB], two: [CCC]}",
    "policy": "{one: 0.5, two: 0.5}",
    "stance": "{rule: threshold, enter: 1, exit: 0}",
    "tilt": "{one: {over: 0.2, from: two}}",
    "from": "2020-06-30",
    "to": "2021-06-30",
    "data": "{source: files, path: prices.csv}",
}

#: Keys of a config that leans on dated events, whose calendar is `calendar.csv`.
ON_EVENTS: dict[str, object] = {
    "strategy": "event_lean",
    "with_": "{events: shocks}",
    "stance": "{rule: impulse, hold_sessions: 20}",
    "watch": "{shocks: {series: cal.shock}}",
    "every": "daily",
    "data": "{prices: {source: files, path: prices.csv}, cal: {source: events, path: calendar.csv}}",
}


def made_prices(seed: int = 0, sessions: int = 400, labels: str = "AAA BBB CCC") -> pd.DataFrame:
    """Random walks on business days from 2020-01-01."""
    names = labels.split()
    steps = np.random.default_rng(seed).normal(0.0003, 0.01, (sessions, len(names)))
    days = pd.bdate_range("2020-01-01", periods=sessions, name="date")
    return pd.DataFrame(100 * np.exp(steps.cumsum(axis=0)), days, names)


class Desk:
    """Writes files into its folder and runs configs there; places in messages are then short."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.prices(made_prices())

    def prices(self, frame: pd.DataFrame, name: str = "prices.csv") -> None:
        """A price file, by its ending."""
        if name.endswith(".parquet"):
            frame.to_parquet(self.folder / name)
        else:
            frame.to_csv(self.folder / name)

    def text(self, text: str, name: str = "prices.csv") -> None:
        """Any file."""
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text, encoding="utf-8")

    def config(self, name: str = "a.yaml", **changes: object) -> Path:
        """A config: SENTENCE with keys changed (`from_`, `with_` for the reserved words); None takes a key out."""
        keys = SENTENCE | {key.rstrip("_"): value for key, value in changes.items()}
        lines = [f"{key}: {value}" for key, value in keys.items() if value is not None]
        self.text("\n".join(lines) + "\n", name)
        return Path(name)

    def run(self, **changes: object) -> Result:
        """Run the config with its keys changed; results go to `results/`."""
        return engine.run(self.config(**changes))
