"""What cash earns on each session: a yearly rate spread evenly, or a series of returns or of yields."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.config import Config
from engine.errors import ConfigError, DataError
from engine.market.levels import as_of
from engine.market.panel import find_series
from engine.market.table import Dates, Table, Vector


def cash_rate(config: Config, tables: Mapping[str, Table], sessions: Dates) -> tuple[Vector, tuple[str, ...]]:
    """The simple return of cash over each session (T,), and what a reader has to know of it.

    A yearly rate is spread evenly; a series says what was earned, in the unit of the config. 0 before it begins.
    """
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
    dates, values = table.dates[given], table.values[given, column]
    read = _from_yields if config.cash.unit == "percent_a_year" else _from_returns
    earned = read(config, rate, dates, values, sessions)
    late = int((sessions > dates[-1]).sum())
    caveat = f"cash earns the last known rate of {rate} for {late} sessions after its end on {dates[-1]}"
    return np.nan_to_num(earned, nan=0.0), (caveat,) if late else ()


def _from_returns(config: Config, name: str, dates: Dates, values: Vector, sessions: Dates) -> Vector:
    """(T,) a series of returns of cash: that of the session's own day, or the last one before it."""
    if len(values) == 0 or np.abs(values).max() > 0.01:
        cure = "for annual rates in percent, as of FRED, add `unit: percent_a_year`"
        raise _wrong(config, name, values, "simple returns of cash per session (0.0002 is two basis points)", cure)
    return as_of(values, dates, np.searchsorted(sessions, dates), len(sessions))


def _from_yields(config: Config, name: str, dates: Dates, values: Vector, sessions: Dates) -> Vector:
    """(T,) annual effective rates in percent: the last one quoted before a session is earned up to it."""
    if len(values) == 0 or values.min() < -5.0 or values.max() > 50.0:
        cure = "give a series of yields; for returns by session remove `unit`"
        raise _wrong(config, name, values, "annual rates in percent, from -5 to 50", cure)
    quoted = as_of(values, dates, np.searchsorted(sessions, dates, side="right"), len(sessions))
    return np.asarray((1.0 + quoted / 100.0) ** (1.0 / config.sessions_per_year) - 1.0)


def _wrong(config: Config, name: str, values: Vector, expected: str, cure: str) -> DataError:
    worst = values[np.abs(values).argmax()] if len(values) else 0.0
    return DataError(config.fault("cash.rate", f"a value of {worst:g} in `{name}`", expected, cure))
