"""A small market with what audits are about in it: holes, an asset that ends, a series that is known late."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.config import Config, load
from tests.desk import Desk, made_prices

#: Known three days after the day it describes.
DATA = (
    "{prices: {source: files, path: prices.csv}, "
    "values: {source: files, path: values.csv, kind: values, known: {lag_days: 3}}}"
)
RULES = "{rule: proportional, full_at: 2.0}"


def market(desk: Desk) -> None:
    """Four assets, of which AAA and BBB have holes and DDD ends; and the series `values.x` and `values.y`."""
    frame = made_prices(seed=5, labels="AAA BBB CCC DDD")
    rng = np.random.default_rng(6)
    frame.iloc[:, :2] = frame.iloc[:, :2].mask(rng.random((len(frame), 2)) < 0.12)
    frame.iloc[300:, 3] = np.nan
    desk.prices(frame)
    desk.prices(made_prices(seed=7, labels="x y"), "values.csv")


def config_of(desk: Desk, source: str, files: dict[str, str] | None = None, **changes: object) -> Config:
    """A config about a strategy of its own in that market, with 57 decisions."""
    desk.text(source, "strategies/mine.py")
    for name, text in (files or {}).items():
        desk.text(text, name)
    written: dict[str, object] = {
        "strategy": "mine", "every": "week_end", "from_": "2020-05-29", "to": "2021-06-30", "data": DATA,
        "stance": RULES, "watch": "{late: {series: values.x}}",
        "hold": "{one: [AAA, BBB], two: {members: [CCC, DDD], parts: inverse_volatility, lookback: 20}}",
    }  # fmt: skip
    return load(desk.config(**(written | changes)))


def series_file(values: dict[str, list[float]], days: pd.DatetimeIndex) -> str:
    """The text of a file of series."""
    return pd.DataFrame(values, index=days.rename("date")).to_csv()
