"""Parts of the audit by hand: what a changed table must keep, who may change names, what a text tells of."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audit.labels import exchanged
from engine.audit.text import told_by
from engine.audit.worlds import MOVES, scrambled
from engine.market.table import Table
from tests.portfolio.markets import config_of

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


def test_a_label_that_the_config_names_elsewhere_keeps_its_name() -> None:
    homes = dict.fromkeys(("a00", "a01", "a02"), "x")
    assert exchanged(config_of(3), homes) == {"a00": "a02", "a01": "a00", "a02": "a01"}
    dear = config_of(3, trade={"commission_bps": {"a00": 5, "default": 1}})
    assert exchanged(dear, homes) == {"a01": "a02", "a02": "a01"}
    assert exchanged(config_of(3), {**homes, "a02": "y"}) == {"a00": "a01", "a01": "a00"}


@pytest.mark.parametrize("line", ["import pyarrow.parquet as pq", "from pyarrow import csv", "import os, pyarrow"])
def test_an_import_of_what_reads_unseen_is_told(line: str) -> None:
    assert [*told_by(f"import numpy\n{line}\n")] == [(2, "imports pyarrow, which reads files unseen")]
