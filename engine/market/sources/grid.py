"""A Grid: many tables of one label side by side, filled one after the other so that none of them has to be kept.

Five thousand labels then take little more than the array that they end in. Rows are weekdays until a table has a
weekend, then all days; what no table has a row for is squeezed out at the end.
"""

from __future__ import annotations

import numpy as np

from engine.market.table import Dates, Indices, Matrix, Vector


class Grid:
    """`put` every label, then take `dates` and `part(name)`. first, last: the ends of what will be put."""

    def __init__(self, first: np.datetime64, last: np.datetime64, width: int) -> None:
        self._first, self._last, self._width = first.astype("datetime64[D]"), last.astype("datetime64[D]"), width
        self._weekdays = True
        self._there = np.zeros(int(np.busday_count(self._first, self._last + 1)), np.bool_)
        self._parts: dict[str, Matrix] = {}

    def put(self, label: int, dates: Dates, **parts: Vector | None) -> None:
        """The parts (R,) of the label at a position, on its own dates (R,); a part that is None stays NaN."""
        if self._weekdays and not np.is_busday(dates).all():
            self._widen()
        rows = self._rows(dates)
        self._there[rows] = True
        for name, values in parts.items():
            if values is not None:
                if name not in self._parts:
                    self._parts[name] = np.full((self._width, len(self._there)), np.nan)
                self._parts[name][label, rows] = values

    @property
    def dates(self) -> Dates:
        """(R,) every day that any label has a row for."""
        rows = np.flatnonzero(self._there)
        return self._days(rows)

    def part(self, name: str) -> Matrix | None:
        """(R, C) one part of all labels, NaN where there is none; None where no label has it. Taken once."""
        wide = self._parts.pop(name, None)
        if wide is None:
            return None
        count = int(self._there.sum())
        if count < len(self._there):
            for row in wide:
                row[:count] = row[self._there]
        # Filled label by label in the order of memory, now seen as (rows, labels).
        return wide[:, :count].T

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
        for name, narrow in self._parts.items():
            self._parts[name] = np.full((self._width, len(self._there)), np.nan)
            self._parts[name][:, rows] = narrow
