"""When decisions are made. A schedule looks at the calendar only, which is known in advance, and at what arrived.

1. The sessions that `every` names, over the whole panel.
2. Those from `from` on, the first of them the first decision.
3. Each of them `offset` sessions later; what falls behind the last session is still to come.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from engine.config import Config, EveryArrival, EveryDate, EverySessions, EveryWeekday
from engine.errors import ConfigError
from engine.market.panel import Panel
from engine.market.table import Dates, Indices
from engine.market.weekdays import WEEKDAYS, week_of, weekday_of


def _months(days: Dates) -> NDArray[np.int64]:
    return days.astype("datetime64[M]").astype(np.int64)


def _quarters(days: Dates) -> NDArray[np.int64]:
    return _months(days) // 3


#: A decision falls on the last session of each of these.
PERIODS: dict[str, Callable[[Dates], NDArray[np.int64]]] = {
    "week_end": week_of,
    "month_end": _months,
    "quarter_end": _quarters,
}


def decision_sessions(config: Config, panel: Panel) -> Indices:
    """(D,) the sessions on which the config decides, ascending. Raises ConfigError where there is none."""
    planned = scheduled(config, panel)
    first = np.datetime64(config.from_, "D") if config.from_ is not None else panel.sessions[0]
    chosen = planned[panel.sessions[planned] >= first]
    if config.every == "once":
        chosen = chosen[:1]
    if len(chosen) == 0:
        raise _never(config, panel, planned, first)
    later = chosen + config.offset
    if later[0] >= len(panel.sessions):
        raise _too_late(config, panel, int(chosen[0]))
    return later[later < len(panel.sessions)]


def session_before(config: Config, panel: Panel, first: int, offset: int) -> int:
    """The decision before a first one, from which on a value counts as new; the session before where there is none.

    offset: by how many sessions that first one comes later than scheduled. -1 where there is no session before.
    """
    earlier = scheduled(config, panel) + offset
    before = earlier[earlier < first]
    return int(before[-1]) if len(before) and config.every != "once" else first - 1


def scheduled(config: Config, panel: Panel) -> Indices:
    """The sessions that `every` names, ascending, over the whole panel; every n sessions counts from `from`."""
    every, count = config.every, len(panel.sessions)
    if isinstance(every, EverySessions):
        # Counted from the first decision day, so that more history moves no decision.
        start = np.datetime64(config.from_, "D") if config.from_ is not None else panel.sessions[0]
        return np.arange(int(np.searchsorted(panel.sessions, start)), count, every.sessions)
    if isinstance(every, EveryWeekday):
        return weekday_sessions(panel.sessions, panel.following, every.weekday, every.nth)
    if isinstance(every, EveryDate):
        return date_sessions(panel.sessions, np.array(every.dates, "datetime64[D]"))
    if isinstance(every, EveryArrival):
        return _arrivals(config, panel, every.on)
    if every in PERIODS:
        # The last session closes its period only if the day that follows is in another one.
        return np.flatnonzero(np.diff(PERIODS[every](np.append(panel.sessions, panel.following))))
    return np.arange(count)


def weekday_sessions(sessions: Dates, following: np.datetime64, weekday: str, nth: int | str | None) -> Indices:
    """The sessions of a weekday of every week (nth None), or of the nth (1 to 4, or `last`) such one of every month.

    sessions: (T,) days; following: the session after them. Where the day is none, the last session before it in its
    week (from Monday on), else the first after it there. A week without sessions has none.
    """
    wanted = _weekdays(sessions[0], following, WEEKDAYS.index(weekday), nth)
    days = np.append(sessions, following)
    before = np.searchsorted(days, wanted, side="right") - 1
    after = np.minimum(before + 1, len(days) - 1)
    weeks = week_of(days)
    moved = np.where(weeks[before] == week_of(wanted), before, after)
    # The day that follows the panel is no session of it yet; neither is what would have to move back from there.
    return np.unique(moved[(weeks[moved] == week_of(wanted)) & (moved < len(sessions))])


def date_sessions(sessions: Dates, dates: Dates) -> Indices:
    """Each date's session, or the next one after it; dates before the first session or after the last have none."""
    inside = dates[(dates >= sessions[0]) & (dates <= sessions[-1])]
    return np.unique(np.searchsorted(sessions, inside))


def _weekdays(first: np.datetime64, last: np.datetime64, weekday: int, nth: int | str | None) -> Dates:
    """The days wanted from `first` to `last`, both included; sessions or not."""
    if nth is None:
        days = np.arange(first, last + 1, dtype="datetime64[D]")
    else:
        months = np.arange(first.astype("datetime64[M]"), last.astype("datetime64[M]") + 1)
        # The last one of a month is the first of the next, a week back.
        starts = (months + 1 if nth == "last" else months).astype("datetime64[D]")
        ahead = (weekday - weekday_of(starts)) % 7
        days = starts + ahead + (-7 if isinstance(nth, str) else 7 * (nth - 1))
        days = days[(days >= first) & (days <= last)]
    chosen: Dates = days[weekday_of(days) == weekday]
    return chosen


def _arrivals(config: Config, panel: Panel, name: str) -> Indices:
    """The sessions on which a value of a series became known; those known before the panel began are no news."""
    watched = config.watch.get(name)
    key = panel.series_key((watched.series if watched else None) or name)
    if key is None:
        raise ConfigError(
            config.fault(
                "every.on",
                f"`{name}`, which is no series",
                "one of: " + (", ".join(panel.series) or "none in `data`"),
                "name one of them, or add its source under `data:` with `kind: values`",
            )
        )
    one = panel.series[key]
    return np.unique(one.visible[~np.isnan(one.values) & (one.visible > 0)])


def _never(config: Config, panel: Panel, planned: Indices, first: np.datetime64) -> ConfigError:
    if len(planned) == 0:
        found = f"a schedule without a decision from {panel.sessions[0]} to {panel.sessions[-1]}"
        cure = "change `every`, or give data that go on"
        return ConfigError(config.fault("every", found, "at least one decision day in the data", cure))
    return ConfigError(
        config.fault(
            "from",
            f"{first}, after the last decision day",
            f"a day from {panel.sessions[0]} to {panel.sessions[planned[-1]]}",
            "give an earlier `from`, or data that go on",
        )
    )


def _too_late(config: Config, panel: Panel, chosen: int) -> ConfigError:
    left = len(panel.sessions) - 1 - chosen
    return ConfigError(
        config.fault(
            "offset",
            f"{config.offset} sessions after {panel.sessions[chosen]}, where the data have {left}",
            f"at most {left}",
            "lower `offset`, or give data that go on",
        )
    )
