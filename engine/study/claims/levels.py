"""Levels: one dated series of a claim, and the windows, months and moves that measures read of it."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.market.table import Dates, Vector

#: Which rows: their places, or a mask.
Rows = NDArray[np.int_] | NDArray[np.bool_]

#: A daily series that ends more calendar days before a day has nothing to say of it; a monthly one, more than these.
STALE_DAYS = 10
STALE_DAYS_MONTHLY = 45
#: Rows this many days apart, by the median, are months.
MONTHLY_GAP = 20


class NotMeasurable(Exception):
    """The data at hand cannot measure it; the text says why."""


@dataclass(frozen=True, slots=True)
class Levels:
    """A series: dates (R,) datetime64[D] strictly increasing, values (R,) finite, at least one.

    unit: the currency it is in; empty for values that are no prices. returns: `total` (distributions are in it, so its
    level is no price anybody paid), `price`, or `values`. place: where it comes from.
    """

    name: str
    dates: Dates
    values: Vector
    unit: str
    returns: Literal["total", "price", "values"]
    place: str = ""

    @property
    def monthly(self) -> bool:
        """Whether rows are months rather than sessions."""
        return len(self.dates) > 1 and float(np.median(np.diff(self.dates).astype(np.int64))) > MONTHLY_GAP

    def row_at(self, day: dt.date) -> int:
        """The last row at or before a day. Raises NotMeasurable where the data do not reach it."""
        row = int(np.searchsorted(self.dates, np.datetime64(day), side="right")) - 1
        if row < 0:
            raise NotMeasurable(f"{self.name} begins on {self.dates[0]}, after {day}")
        behind = int((np.datetime64(day) - self.dates[row]).astype(np.int64))
        if behind > (STALE_DAYS_MONTHLY if self.monthly else STALE_DAYS):
            where = "ends" if row == len(self.dates) - 1 else "has a hole from"
            raise NotMeasurable(
                f"{self.name} {where} {'on ' if where == 'ends' else ''}{self.dates[row]}, before {day}"
            )
        return row

    def between(self, first: dt.date | None, last: dt.date | None) -> Levels:
        """The rows from the first to the last day, both included. Raises NotMeasurable where the data end before.

        A first day before the data begin is the data's own; a last day beyond them is not.
        """
        if last is not None:
            self.row_at(last)
        start = 0 if first is None else int(np.searchsorted(self.dates, np.datetime64(first)))
        stop = len(self.dates) if last is None else int(np.searchsorted(self.dates, np.datetime64(last), side="right"))
        if stop <= start:
            raise NotMeasurable(f"{self.name} has no value from {first} to {last}")
        return self.taken(slice(start, stop))

    def taken(self, rows: slice | Rows) -> Levels:
        """Some of the rows."""
        return Levels(self.name, self.dates[rows], self.values[rows], self.unit, self.returns, self.place)

    def moved(self, day: dt.date, sessions: int) -> dt.date | None:
        """The day so many sessions after another; a month counts 21 sessions. None beyond the data, or for no move."""
        rows = round(sessions / 21) if self.monthly else sessions
        start = int(np.searchsorted(self.dates, np.datetime64(day), side="right")) - 1
        if rows == 0 or start < 0 or not 0 <= start + rows < len(self.dates):
            return None
        found: dt.date = self.dates[start + rows].item()
        return found


def aligned(*series: Levels) -> tuple[Levels, ...]:
    """Each on the days that all of them have. Raises NotMeasurable where there are fewer than two."""
    days = series[0].dates
    for one in series[1:]:
        days = np.intersect1d(days, one.dates, assume_unique=True)
    if len(days) < 2:
        raise NotMeasurable(f"{' and '.join(one.name for one in series)} have no two days in common")
    return tuple(one.taken(np.isin(one.dates, days, assume_unique=True)) for one in series)


def month_ends(series: Levels) -> Levels:
    """The last value of every calendar month; the last month only where its last weekday is there."""
    months = series.dates.astype("datetime64[M]")
    ends = np.append(np.flatnonzero(months[1:] != months[:-1]), len(months) - 1)
    last = series.dates[-1]
    if np.busday_offset(last, 1, roll="backward").astype("datetime64[M]") == months[-1] and not series.monthly:
        ends = ends[:-1]
    if not len(ends):
        raise NotMeasurable(f"{series.name} has no whole month")
    return series.taken(ends)


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day of another month, or its last one where that month has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
