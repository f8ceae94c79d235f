"""A Grid: many tables of one label side by side, filled one after the other so that none of them has to be kept.

Five thousand labels then take little more than the array that they end in. Rows are weekdays until a table has a
weekend, then all days; what no table has a row for is squeezed out at the end.
"""

from __future__ import annotations

import numpy as np

from engine.market.table import Dates, Indices, Matrix, Vector

#: Labels that are kept one after the other before they are turned to stand side by side; rows that are moved together.
LABELS, ROWS = 32, 256


class Grid:
    """`put` every label, then take `dates` and `part(name)`. first, last: the ends of what will be put."""

    def __init__(self, first: np.datetime64, last: np.datetime64, width: int) -> None:
        self._first, self._last, self._width = first.astype("datetime64[D]"), last.astype("datetime64[D]"), width
        self._weekdays = True
        self._there = np.zeros(int(np.busday_count(self._first, self._last + 1)), np.bool_)
        self._parts: dict[str, Matrix] = {}
        self._narrow: dict[str, Matrix] = {}
        self._begun = 0

    def put(self, label: int, dates: Dates, **parts: Vector | None) -> None:
        """The parts (R,) of the label at a position, on its own dates (R,); a part that is None stays NaN.

        Positions ascend.
        """
        if label >= self._begun + LABELS:
            self._turn()
            self._begun = label
        if self._weekdays and not np.is_busday(dates).all():
            self._widen()
        rows = self._rows(dates)
        self._there[rows] = True
        for name, values in parts.items():
            if values is not None:
                if name not in self._narrow:
                    self._narrow[name] = np.full((LABELS, len(self._there)), np.nan)
                self._narrow[name][label - self._begun, rows] = values

    @property
    def dates(self) -> Dates:
        """(R,) every day that any label has a row for."""
        rows = np.flatnonzero(self._there)
        return self._days(rows)

    def part(self, name: str) -> Matrix | None:
        """(R, C) one part of all labels, NaN where there is none; None where no label has it. Taken once."""
        if self._narrow:
            self._turn()
            self._narrow.clear()
        wide = self._parts.pop(name, None)
        if wide is None:
            return None
        rows = np.flatnonzero(self._there)
        if len(rows) < len(wide):
            # Rows only move up, so that no other array is needed to hold them.
            for start in range(0, len(rows), ROWS):
                some = rows[start : start + ROWS]
                wide[start : start + len(some)] = wide[some]
        return wide[: len(rows)]

    def _turn(self) -> None:
        """Lay what was put since the last time beside what was put before."""
        for name, narrow in self._narrow.items():
            if name not in self._parts:
                self._parts[name] = np.full((len(self._there), self._width), np.nan)
            place = self._parts[name][:, self._begun : self._begun + LABELS]
            place[:] = narrow[: place.shape[1]].T
            narrow.fill(np.nan)

    def _rows(self, dates: Dates) -> Indices:
        if self._weekdays:
            return np.asarray(np.busday_count(self._first, dates), dtype=np.int64)
        return np.asarray((dates - self._first).astype(np.int64))

    def _days(self, rows: Indices) -> Dates:
        if self._weekdays:
            return np.asarray(np.busday_offset(self._first, rows, roll="forward"), dtype="datetime64[D]")
        return np.asarray(self._first + rows, dtype="datetime64[D]")

    def _widen(self) -> None:
        """From weekdays to all days."""
        days = self._days(np.arange(len(self._there)))
        before, self._weekdays = self._there, False
        rows = self._rows(days)
        self._there = np.zeros(int((self._last - self._first).astype(np.int64)) + 1, np.bool_)
        self._there[rows] = before
        for name, short in self._parts.items():
            self._parts[name] = np.full((len(self._there), self._width), np.nan)
            self._parts[name][rows] = short
        for name, short in self._narrow.items():
            self._narrow[name] = np.full((LABELS, len(self._there)), np.nan)
            self._narrow[name][:, rows] = short
