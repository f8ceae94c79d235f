"""Other worlds by hand: what a changed table must keep, and from where it goes on."""

from __future__ import annotations

import numpy as np

from engine.audit.worlds import MOVES, scrambled
from engine.market.table import Table

DAY = np.datetime64("2020-01-07")


def steps() -> Table:
    """Ten days. One stands at 100 and then at 5,000; one ends early; one has not begun by DAY (row 6)."""
    values = np.column_stack([np.repeat([100.0, 5_000.0], [4, 6]), np.full(10, 70.0), np.full(10, 8.0)])
    values[5:7, 1] = np.nan
    values[:8, 2] = np.nan
    return Table(np.arange("2020-01-01", "2020-01-11", dtype="datetime64[D]"), ("A", "B", "C"), values, "prices", "x")


def test_scrambled_prices_go_on_from_where_they_stood() -> None:
    table = steps()
    found = scrambled(DAY, 1)(table).values
    np.testing.assert_array_equal(found[:7], table.values[:7])
    np.testing.assert_array_equal(np.isnan(found), np.isnan(table.values))
    late = np.log(found[7:] / [5_000.0, 70.0, 100.0])
    # Sums of up to three normal moves of 2%.
    assert np.nanmax(np.abs(late)) < 8 * MOVES
    assert (late[~np.isnan(late)] != 0.0).all()
    assert not np.array_equal(found, scrambled(DAY, 2)(table).values, equal_nan=True)
