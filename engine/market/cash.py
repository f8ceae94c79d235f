"""What cash earns on each session: a yearly rate spread evenly, or a series of returns."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.config import Config
from engine.errors import ConfigError, DataError
from engine.market.levels import as_of
from engine.market.panel import find_series
from engine.market.table import Dates, Table, Vector


def cash_rate(config: Config, tables: Mapping[str, Table], sessions: Dates) -> tuple[Vector, tuple[str, ...]]:
    """The simple return of cash over each session (T,): a yearly rate spread evenly, or a series of daily returns."""
    rate = config.cash.rate
    if not isinstance(rate, str):
        even = (1.0 + rate) ** (1.0 / config.sessions_per_year) - 1.0
        return np.full(len(sessions), even), ()
    columns = {
        f"{name}.{c}": (t, i) for name, t in tables.items() if t.kind == "values" for i, c in enumerate(t.columns)
    }
    key = find_series(columns, rate)
    if key is None:
        raise ConfigError(
            config.fault(
                "cash.rate",
                f"`{rate}`, which is no series",
                "a yearly rate, or the name of a series in `data`" + (": " if columns else "") + ", ".join(columns),
                f"add it: `data: {{{rate}: {{source: files, path: ..., column: {rate}}}}}`",
            )
        )
    table, column = columns[key]
    given = ~np.isnan(table.values[:, column])
    return _daily(config, rate, table.dates[given], table.values[given, column], sessions)


def _daily(config: Config, name: str, dates: Dates, values: Vector, sessions: Dates) -> tuple[Vector, tuple[str, ...]]:
    """A series of returns of cash: that of the session's own day, or the last one before it."""
    if len(values) == 0 or np.abs(values).max() > 0.01:
        raise DataError(
            config.fault(
                "cash.rate",
                f"a value of {np.abs(values).max(initial=0.0):g} in `{name}`",
                "simple returns of cash per session (0.0002 is two basis points)",
                "divide a yearly percentage by 100 times the sessions of a year",
            )
        )
    known = as_of(values, dates, np.searchsorted(sessions, dates), len(sessions))
    late = int((sessions > dates[-1]).sum())
    caveat = f"cash earns the last known rate of {name} for {late} sessions after its end on {dates[-1]}"
    return np.nan_to_num(known, nan=0.0), (caveat,) if late else ()
