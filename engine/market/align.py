"""What is held on the sessions of the panel: prices, opens and volumes as they were traded, gaps kept.

A table that has every asset on every session becomes the panel's own array. Nothing is copied then: five thousand
assets over twenty-five years are a quarter of a gigabyte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.market.calendar import Calendar
from engine.market.labels import FoundLabels, WantedLabels
from engine.market.levels import last_given, taken
from engine.market.table import Dates, Indices, Matrix


@dataclass(frozen=True, slots=True)
class Traded:
    """prices (T, N), NaN where a held asset has none; opens, volumes likewise, or None where no table has them.

    ends: (N,) the session on which an asset ends in all of the data, T where it goes on.
    digests: those of the columns of prices that are known without looking at them again, by label.
    """

    prices: Matrix
    opens: Matrix | None
    volumes: Matrix | None
    ends: Indices
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Cells:
    """Rows and columns of a table, and which sessions and assets of a panel of this shape they are."""

    rows: Indices
    columns: Indices
    sessions: Indices
    assets: Indices
    shape: tuple[int, int]

    def on(self, whole: Matrix | None, values: Matrix) -> Matrix:
        """`values` laid on `whole`, which begins as NaN; they are all of it where they fill it."""
        own = taken(values, self.rows, self.columns)
        if own.shape == self.shape:
            return np.ascontiguousarray(own)
        whole = np.full(self.shape, np.nan) if whole is None else whole
        whole[np.ix_(self.sessions, self.assets)] = own
        return whole


def traded(found: FoundLabels, wanted: WantedLabels, calendar: Calendar) -> Traded:
    """Every held asset from its table; the columns of other assets are NaN and go on."""
    count, labels = calendar.count, wanted.assets
    shape = (count, len(labels))
    prices: Matrix | None = None
    opens: Matrix | None = None
    volumes: Matrix | None = None
    ends = np.full(len(labels), count, dtype=np.int64)
    digests: dict[str, str] = {}
    for table, columns, own in found.by_table(wanted.held):
        rows, sessions = _on_sessions(table.dates, calendar.every)
        assets = np.searchsorted(labels, own)
        # What has a value of a held asset is a session, and so is its last one.
        last = np.searchsorted(calendar.every, table.dates[last_given(table.values)[columns]])
        ends[assets] = np.where(last < count - 1, last, count)
        inside = int(np.searchsorted(sessions, count))
        cells = _Cells(rows[:inside], columns, sessions[:inside], assets, shape)
        prices = cells.on(prices, table.values)
        opens = opens if table.opens is None else cells.on(opens, table.opens)
        volumes = volumes if table.volumes is None else cells.on(volumes, table.volumes)
        if table.digests and count == len(calendar.every):
            # Every value of a held asset is on a session, so that nothing of its column is missing here.
            digests |= {label: table.digests[column] for label, column in zip(own, columns, strict=True)}
    return Traded(np.full(shape, np.nan) if prices is None else prices, opens, volumes, ends, digests)


def _on_sessions(dates: Dates, sessions: Dates) -> tuple[Indices, Indices]:
    """Rows of a table that are sessions, and which sessions they are; both ascending."""
    into = np.searchsorted(sessions, dates)
    into[into == len(sessions)] = 0
    rows = np.flatnonzero(sessions[into] == dates)
    return rows, into[rows]
