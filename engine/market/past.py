"""The Past: what a strategy is handed on a decision day. Nothing later exists in it.

Arrays are read-only views of buffers into which days are copied once they have come. Beyond today a buffer holds NaN,
so that even the `.base` of a view shows nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.config import Config
from engine.errors import ConfigError, Fault
from engine.market.levels import carry
from engine.market.panel import Panel
from engine.market.sleeves import SleeveSeries
from engine.market.table import Dates, Matrix, Vector


class UnknownName(ConfigError):
    """A strategy asked for a sleeve, an asset or a series that the config does not have."""

    def __init__(self, kind: str, name: str, known: tuple[str, ...]) -> None:
        self.name = name
        known_ones = ", ".join(known) or "none"
        super().__init__(
            Fault(
                "past",
                "",
                f"no {kind} `{name}`",
                f"one of: {known_ones}",
                "name it under `hold:` or `watch:`",
            )
        )


class Revealed:
    """The buffers behind every Past of one run: what is asked for is copied into them, up to the session revealed."""

    def __init__(self, panel: Panel, sleeves: Mapping[str, SleeveSeries], config: Config) -> None:
        self.panel = panel
        self.sleeves = dict(sleeves)
        self.series_names = {name: one.series for name, one in config.watch.items() if one.series}
        self.policy = {name: weight for name, weight in config.policy.items() if name != "cash"}
        self.held = tuple(config.hold)
        self.until = -1
        self.memory: dict[Any, list[float]] = {}
        # What nobody asks for is neither carried forward nor copied.
        self._sources: dict[tuple[str, str], Matrix | Vector] = {}
        self._buffers: dict[tuple[str, str], NDArray[np.float64]] = {}
        self._copied: dict[tuple[str, str], int] = {}
        self._series = {name: np.full_like(one.values, np.nan) for name, one in panel.series.items()}
        self._known = dict.fromkeys(panel.series, 0)
        for buffer in self._series.values():
            buffer.flags.writeable = False

    def reveal(self, session: int) -> None:
        """From now on everything known by the close of `session` may be copied. Sessions only go forward."""
        for name, one in self.panel.series.items():
            known = int(np.searchsorted(one.visible, session, side="right"))
            _copy(one.values, self._series[name], self._known[name], known)
            self._known[name] = known
        self.until = session

    def conceal(self, session: int) -> None:
        """The way back, for audits: what is later than `session` is NaN again, and so is what it was copied from."""
        for key in (("assets", ""), *(("sleeve", name) for name in self.sleeves)):
            self._open(key)
            for array in (self._buffers[key], self._sources[key]):
                _forget(array, session + 1, self.until + 1)
            self._copied[key] = min(self._copied[key], session + 1)
        for name, one in self.panel.series.items():
            known = int(np.searchsorted(one.visible, session, side="right"))
            _forget(self._series[name], known, self._known[name])
            self._known[name] = known
        self.until = session

    def levels(self, kind: str, name: str, session: int) -> NDArray[np.float64]:
        """Rows 0..session of a buffer, read-only."""
        key = (kind, name)
        if self._copied.get(key, 0) <= self.until:
            self._open(key)
            _copy(self._sources[key], self._buffers[key], self._copied[key], self.until + 1)
            self._copied[key] = self.until + 1
        return self._buffers[key][: session + 1]

    def _open(self, key: tuple[str, str]) -> None:
        """Lay out a buffer, where there is none."""
        if key not in self._buffers:
            kind, name = key
            self._sources[key] = carry(self.panel.prices) if kind == "assets" else self.sleeves[name].levels
            self._buffers[key] = np.full_like(self._sources[key], np.nan)
            self._buffers[key].flags.writeable = False
            self._copied[key] = 0

    def known(self, name: str, session: int) -> tuple[int, Vector]:
        """How many values of a series were known by the close of `session`, and those values."""
        count = int(np.searchsorted(self.panel.series[name].visible, session, side="right"))
        return count, self._series[name][:count]


def _copy(source: NDArray[np.float64], buffer: NDArray[np.float64], start: int, stop: int) -> None:
    buffer.setflags(write=True)
    buffer[start:stop] = source[start:stop]
    buffer.setflags(write=False)


def _forget(buffer: NDArray[np.float64], start: int, stop: int) -> None:
    buffer.flags.writeable = True
    buffer[start:stop] = np.nan
    buffer.flags.writeable = False


class Past:
    """The market up to the close of one session. Every array ends today; index -1 is today, -2 the session before."""

    __slots__ = ("_previous", "_revealed", "session")

    def __init__(self, revealed: Revealed, session: int, previous: int = -1) -> None:
        self._revealed = revealed
        self.session = session
        self._previous = previous

    @property
    def today(self) -> dt.date:
        """The decision day."""
        day: dt.date = self._revealed.panel.sessions[self.session].item()
        return day

    @property
    def held(self) -> tuple[str, ...]:
        """The names of the sleeves that are held, in the order of the config."""
        return self._revealed.held

    @property
    def dates(self) -> Dates:
        """(t+1,) the sessions up to today."""
        return self._revealed.panel.sessions[: self.session + 1].copy()

    def sleeve(self, name: str) -> Vector:
        """(t+1,) level of a sleeve, rebalanced daily before costs; NaN before it begins."""
        if name not in self._revealed.sleeves:
            raise UnknownName("sleeve", name, tuple(self._revealed.sleeves))
        return self._revealed.levels("sleeve", name, self.session)

    def members(self, name: str) -> tuple[str, ...]:
        """The members of a sleeve that trade today, in alphabetical order."""
        if name not in self._revealed.sleeves:
            raise UnknownName("sleeve", name, tuple(self._revealed.sleeves))
        one = self._revealed.sleeves[name]
        trading = one.parts[self.session] > 0
        return tuple(self._revealed.panel.assets[i] for i in one.columns[trading])

    def policy(self) -> dict[str, float]:
        """The policy weight of every asset that trades today: its sleeve's, times its part of the sleeve."""
        weights: dict[str, float] = {}
        for name, weight in self._revealed.policy.items():
            one = self._revealed.sleeves[name]
            for column, part in zip(one.columns, one.parts[self.session], strict=True):
                label = self._revealed.panel.assets[column]
                if part > 0:
                    weights[label] = weights.get(label, 0.0) + weight * float(part)
        return weights

    def asset(self, label: str) -> Vector:
        """(t+1,) last known total-return price of an asset; NaN before it lists."""
        assets = self._revealed.panel.assets
        if label not in assets:
            raise UnknownName("asset", label, assets)
        return self._revealed.levels("assets", "", self.session)[:, assets.index(label)]

    def series(self, name: str) -> Vector:
        """(k,) every value of a watched series that is known today, oldest first."""
        return self._revealed.known(self._series_name(name), self.session)[1]

    def row(self, table: str) -> dict[str, float]:
        """The latest known row of a `data` entry of values: column to value, an empty cell is 0; {} before any."""
        columns = [name for name in self._revealed.panel.series if name.startswith(f"{table}.")]
        if not columns:
            raise UnknownName("table", table, tuple({n.partition(".")[0] for n in self._revealed.panel.series}))
        known = {name.partition(".")[2]: self.series(name) for name in columns}
        return {column: float(np.nan_to_num(values[-1])) for column, values in known.items() if len(values)}

    def new(self, name: str) -> Vector:
        """(k,) the values of a watched series that became known since the previous decision."""
        name = self._series_name(name)
        before = self._revealed.known(name, self._previous)[0] if self._previous >= 0 else 0
        return self._revealed.known(name, self.session)[1][before:]

    def history(self, signal: Callable[..., float], *names: Any, **parameters: Any) -> Vector:
        """(t+1,) what `signal(past, *names, **parameters)` was on each session up to today.

        Each session is evaluated once in a run and remembered.
        """
        key = (signal, names, tuple(sorted(parameters.items())))
        values = self._revealed.memory.setdefault(key, [])
        for session in range(len(values), self.session + 1):
            values.append(float(signal(Past(self._revealed, session, session - 1), *names, **parameters)))
        return np.array(values[: self.session + 1])

    def _series_name(self, name: str) -> str:
        found = self._revealed.panel.series_key(self._revealed.series_names.get(name, name))
        if found is None:
            known = (*self._revealed.series_names, *self._revealed.panel.series)
            raise UnknownName("series", name, known)
        return found
