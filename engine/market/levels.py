"""Levels and returns: turning one into the other without inventing or dropping a move."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.market.table import Dates, Indices, Matrix, Vector

Number = TypeVar("Number", bound=np.generic)
#: Columns that are looked at together where all of them would need a second matrix.
BLOCK = 64


def from_returns(returns: Matrix) -> Matrix:
    """Index levels (R, C) of simple returns (R, C): 100 before the first return of each column.

    A NaN return is a day without a price: NaN there, and the next return moves the level before the gap.
    """
    missing = np.isnan(returns)
    levels = 100.0 * np.cumprod(1.0 + np.where(missing, 0.0, returns), axis=0)
    return np.where(missing, np.nan, levels)


def carry(values: Matrix) -> Matrix:
    """The last known value of each column at each row; NaN before the first."""
    carried = values.copy()
    missing = np.isnan(values)
    # Only columns with a hole after their first value have anything to carry.
    for column in np.flatnonzero((missing[1:] & ~missing[:-1]).any(axis=0)):
        last = np.maximum.accumulate(np.where(missing[:, column], -1, np.arange(len(values))))
        carried[:, column] = np.where(last < 0, np.nan, values[np.maximum(last, 0), column])
    return carried


def taken(values: NDArray[Number], rows: Indices | None = None, columns: Indices | None = None) -> NDArray[Number]:
    """Rows (ascending) and columns of a matrix; no copy where these are its first rows and all of its columns."""
    if rows is not None:
        first = not len(rows) or rows[-1] == len(rows) - 1
        values = values[: len(rows)] if first else np.take(values, rows, axis=0)
    if columns is None or (len(columns) == values.shape[1] and bool((columns == np.arange(len(columns))).all())):
        return values
    return np.take(values, columns, axis=1)


def given_in(values: Matrix) -> NDArray[np.bool_]:
    """(R, C) where a matrix has a value."""
    missing = np.isnan(values)
    return np.logical_not(missing, out=missing)


def last_given(values: Matrix) -> Indices:
    """(C,) the last row of each column that has a value; every column must have one."""
    last = np.empty(values.shape[1], dtype=np.int64)
    for start in range(0, len(last), BLOCK):
        some = slice(start, start + BLOCK)
        last[some] = len(values) - 1 - np.argmax(given_in(values[::-1, some]), axis=0)
    return last


def as_of(values: Vector, dates: Dates, visible: Indices, count: int) -> Vector:
    """(T,) at each of `count` sessions the value of the latest day among those visible by then; NaN before the first.

    values, dates (R,): what was said of which day. visible (R,): first session that may see it. NaN is no value.
    """
    given = np.flatnonzero(~np.isnan(values) & (visible < count))
    order = given[np.lexsort((dates[given], visible[given]))]
    # A day learnt late does not hide a later day learnt before it.
    newest = np.maximum.accumulate(np.argsort(np.argsort(dates[order], kind="stable"), kind="stable"))
    by_day = order[np.argsort(dates[order], kind="stable")]
    position = np.searchsorted(visible[order], np.arange(count), side="right") - 1
    known = np.full(count, np.nan)
    seen = position >= 0
    known[seen] = values[by_day[newest[position[seen]]]]
    return known
