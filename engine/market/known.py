"""Known dates: from which session on each value of a source may be seen.

A value is visible to a decision if and only if its known time is at or before that session's close. A known date
without a time means after that day's close. Where a source says nothing, a price is known at its own close, and any
other value after the close of the day it describes.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from engine.config import (
    Config,
    KnownAfterDays,
    KnownAfterMonthEnd,
    KnownAfterSessions,
    KnownInColumn,
    KnownOnWeekday,
)
from engine.errors import ConfigError
from engine.market.table import Dates, Indices, Table
from engine.market.weekdays import WEEKDAYS, weekday_of


def visible_from(config: Config, name: str, table: Table, sessions: Dates, closes: Dates | None) -> Indices:
    """(R,) for each row of a table the first session that may see it; T where none does.

    sessions: (T,) days. closes: (T,) datetime64[s] in UTC at which sessions close, or None where no source says.
    Raises ConfigError where times have to be compared and a close is missing.
    """
    rule = config.data[name].known
    if isinstance(rule, KnownAfterSessions):
        return np.minimum(np.searchsorted(sessions, table.dates) + rule.lag_sessions, len(sessions))
    if rule is not None and not isinstance(rule, KnownInColumn):
        return after_close(known_days(table.dates, rule), sessions)
    if table.known is not None:
        if table.known.dtype == np.dtype("datetime64[D]"):
            return after_close(table.known, sessions)
        return np.searchsorted(_needed(config, name, closes), table.known)
    if table.kind != "prices":
        return after_close(table.dates, sessions)
    own = config.data[name].close
    if own is None or closes is None:
        return np.searchsorted(sessions, table.dates)
    return np.searchsorted(closes, close_times(config, name, table.dates, own))


def published_on(config: Config, name: str, table: Table, sessions: Dates, visible: Indices) -> Indices:
    """(R,) for each row of a table the session on which it came out: that of its day, or the next where that is none.

    visible: (R,) what `visible_from` says. What came out on a day may have moved that day's close, though no decision
    at that close may have seen it. Where only an hour or a number of sessions is known, both are the same session.
    """
    rule = config.data[name].known
    if isinstance(rule, KnownAfterDays | KnownOnWeekday | KnownAfterMonthEnd):
        days = known_days(table.dates, rule)
    elif isinstance(rule, KnownAfterSessions):
        return visible
    elif table.known is None:
        days = table.dates
    elif table.known.dtype == np.dtype("datetime64[D]"):
        days = table.known
    else:
        return visible
    return np.searchsorted(sessions, days, side="left")


def after_close(days: Dates, sessions: Dates) -> Indices:
    """(R,) the first session after each day."""
    return np.searchsorted(sessions, days, side="right")


def known_days(dates: Dates, rule: KnownAfterDays | KnownOnWeekday | KnownAfterMonthEnd) -> Dates:
    """(R,) the day on which each value became known, by the rule.

    `{weekday: monday, after_days: 1}`: the first Monday at least one day after the day described.
    `{month_end_plus_business_days: 3}`: three weekdays (Monday to Friday) after the last day of its month.
    """
    if isinstance(rule, KnownAfterDays):
        return dates + rule.lag_days
    if isinstance(rule, KnownOnWeekday):
        earliest = dates + rule.after_days
        return earliest + (WEEKDAYS.index(rule.weekday) - weekday_of(earliest)) % 7
    month_end = (dates.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1
    return np.busday_offset(month_end, rule.month_end_plus_business_days, roll="backward")


def close_times(config: Config, name: str, days: Dates, close: str) -> Dates:
    """(R,) datetime64[s] in UTC of a close like `16:30 Europe/London` on each day, summer time minded."""
    clock, zone_name = close.split(" ", 1)
    try:
        zone = ZoneInfo(zone_name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(
            config.fault(
                f"data.{name}.close",
                f"the time zone `{zone_name}`, which is not known",
                "a zone like Europe/London",
                "write the zone as region and city",
            )
        ) from None
    import pandas as pd  # only where closes are given: a run without them starts the faster

    local = pd.DatetimeIndex(days.astype("datetime64[s]") + np.timedelta64(_seconds(clock), "s"))
    placed = local.tz_localize(zone, ambiguous=np.zeros(len(local), np.bool_), nonexistent="shift_forward")
    return placed.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[s]")


def _seconds(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def session_closes(config: Config, sources: set[str], sessions: Dates) -> Dates | None:
    """(T,) datetime64[s] in UTC: the latest close of the held assets' sources, or the earliest where `after` is 0.

    With `after: 0` a decision trades at the very close it is made on, so nothing later than any of them may be seen.
    None where no held source says when it closes.
    """
    closes = [
        close_times(config, name, sessions, close)
        for name in sorted(sources)
        if (close := config.data[name].close) is not None
    ]
    if not closes:
        return None
    both = np.vstack(closes)
    chosen: Dates = both.min(axis=0) if config.trade.after == 0 else both.max(axis=0)
    return chosen


def _needed(config: Config, name: str, closes: Dates | None) -> Dates:
    if closes is not None:
        return closes
    raise ConfigError(
        config.fault(
            f"data.{name}",
            "known times with an hour, and held assets that do not say when they close",
            "a `close` for the source of what is held",
            'add for example `close: "16:00 America/New_York"` to it',
        )
    )
