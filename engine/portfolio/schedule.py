"""When decisions are made. A schedule looks at the calendar only, which is known in advance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.config import Config
from engine.errors import ConfigError
from engine.market.panel import Indices, Panel
from engine.market.table import Dates


def _weeks(days: Dates) -> NDArray[np.int64]:
    # 1970-01-01 was a Thursday: three days later weeks begin on Mondays.
    return (days.astype("datetime64[D]").astype(np.int64) + 3) // 7


def _months(days: Dates) -> NDArray[np.int64]:
    return days.astype("datetime64[M]").astype(np.int64)


def _quarters(days: Dates) -> NDArray[np.int64]:
    return _months(days) // 3


#: A decision falls on the last session of each of these.
PERIODS: dict[str, Callable[[Dates], NDArray[np.int64]]] = {
    "week_end": _weeks,
    "month_end": _months,
    "quarter_end": _quarters,
}


def decision_sessions(config: Config, panel: Panel) -> Indices:
    """(D,) the sessions on which the config decides, ascending: the scheduled ones from `from` on.

    Raises ConfigError where `from` leaves none.
    """
    scheduled = _scheduled(config, panel)
    first = np.datetime64(config.from_, "D") if config.from_ is not None else panel.sessions[0]
    chosen = scheduled[panel.sessions[scheduled] >= first]
    if config.every == "once":
        chosen = np.flatnonzero(panel.sessions >= first)[:1]
    if len(chosen) == 0:
        last = panel.sessions[scheduled[-1]] if len(scheduled) else panel.sessions[-1]
        raise ConfigError(
            config.fault(
                "from",
                f"{first}, after the last decision day",
                f"a day from {panel.sessions[0]} to {last}",
                "give an earlier `from`, or data that go on",
            )
        )
    return chosen


def previous_decision(config: Config, panel: Panel, first: int) -> int:
    """The scheduled session before the first decision, from which on a value counts as new; -1 where there is none."""
    earlier = _scheduled(config, panel)
    before = earlier[earlier < first]
    return int(before[-1]) if len(before) and config.every not in ("once",) else first - 1


def _scheduled(config: Config, panel: Panel) -> Indices:
    every = config.every
    count = len(panel.sessions)
    if every in ("daily", "once"):
        return np.arange(count)
    if isinstance(every, str):
        # The last session closes its period only if the day that follows is in another one.
        periods = PERIODS[every](np.append(panel.sessions, panel.following))
        return np.flatnonzero(np.diff(periods))
    # Counted from the first decision day, so that more history moves no decision.
    start = np.datetime64(config.from_, "D") if config.from_ is not None else panel.sessions[0]
    first = int(np.searchsorted(panel.sessions, start))
    return np.arange(first, count, every.sessions)
