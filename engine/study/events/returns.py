"""What an event study measures: the return of each unit and of each factor on every session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.config import Config
from engine.market.levels import carry
from engine.market.panel import Panel
from engine.market.sleeves import CLOSED, SleeveSeries
from engine.market.table import Matrix, Vector


@dataclass(frozen=True, slots=True)
class UnitReturns:
    """Simple returns on T sessions; NaN where there is none.

    names: U units. units: (T, U). factors: (T, K), or None for the constant mean. quiet: by unit, the sessions on
    which it did not trade and its return counts as zero; the next one carries the move.
    """

    names: tuple[str, ...]
    units: Matrix
    factors: Matrix | None
    quiet: Mapping[str, int]


def unit_returns(config: Config, panel: Panel, sleeves: Mapping[str, SleeveSeries]) -> UnitReturns:
    """The returns of what `event_study.of` names, and of its factors."""
    study = config.event_study
    assert study is not None
    names = unit_names(config)
    factors = [_factor(config, panel, sleeves, name) for name in study.factors]
    return UnitReturns(
        names=names,
        units=np.column_stack([_returns(panel, sleeves, name) for name in names]),
        factors=np.column_stack(factors) if factors else None,
        quiet={name: count for name in names if (count := _quiet(panel, sleeves, name))},
    )


def unit_names(config: Config) -> tuple[str, ...]:
    """The sleeves and assets that are measured; with `each: asset` the members of each sleeve in place of it."""
    study = config.event_study
    assert study is not None
    sleeves = {**config.watch, **config.hold}
    members = (sleeves[one].members if study.each == "asset" and one in sleeves else (one,) for one in study.of)
    return tuple(dict.fromkeys(name for group in members for name in group))


def _returns(panel: Panel, sleeves: Mapping[str, SleeveSeries], name: str) -> Vector:
    """(T,) simple returns of a sleeve or an asset; NaN before it begins and after it has ended."""
    if name in sleeves:
        one = sleeves[name]
        levels, alive = one.levels, one.parts.any(axis=1)
    else:
        prices = panel.prices[:, panel.column(name)]
        levels, alive = carry(prices[:, None])[:, 0], _sessions_quiet(prices) <= CLOSED
    returns = np.full(len(levels), np.nan)
    # Nothing comes back from a level of 0: what was worth nothing has no return any more.
    np.divide(levels[1:], levels[:-1], out=returns[1:], where=levels[:-1] != 0.0)
    returns[1:] -= 1.0
    alive = alive & (np.arange(len(levels)) <= _end(panel, sleeves, name))
    returns[1:][~(alive[1:] & alive[:-1])] = np.nan
    return returns


def _end(panel: Panel, sleeves: Mapping[str, SleeveSeries], name: str) -> int:
    """The last session on which a unit still had a price in all of the data."""
    columns = sleeves[name].columns if name in sleeves else np.array([panel.column(name)])
    return int(panel.ends[columns].max())


def _sessions_quiet(prices: Vector) -> Vector:
    """(T,) how many sessions ago the last price was; infinite before the first."""
    rows = np.arange(len(prices))
    last = np.maximum.accumulate(np.where(np.isnan(prices), -1, rows))
    return np.where(last < 0, np.inf, rows - last)


def _quiet(panel: Panel, sleeves: Mapping[str, SleeveSeries], name: str) -> int:
    """Sessions between its first and its last price on which a unit has no price of its own."""
    columns = sleeves[name].columns if name in sleeves else np.array([panel.column(name)])
    traded = ~np.isnan(panel.prices[:, columns]).all(axis=1)
    days = np.flatnonzero(traded)
    return int(days[-1] - days[0] + 1 - len(days)) if len(days) else 0


def _factor(config: Config, panel: Panel, sleeves: Mapping[str, SleeveSeries], name: str) -> Vector:
    """(T,) the returns of a sleeve or an asset; the values of a series, each on the session that it describes."""
    watched = config.watch.get(name)
    key = panel.series_key(watched.series) if watched is not None and watched.series else None
    if key is None:
        return _returns(panel, sleeves, name)
    series = panel.series[key]
    values = np.full(len(panel.sessions), np.nan)
    rows = np.searchsorted(panel.sessions, series.dates)
    inside = rows < len(panel.sessions)
    inside[inside] = panel.sessions[rows[inside]] == series.dates[inside]
    values[rows[inside]] = series.values[inside]
    return values
