"""FRED's CSV, old and new."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import DataError
from engine.market.publishers import fred
from tests.market.publishers.made import FRED_NEW, FRED_OLD


@pytest.mark.parametrize("content", [FRED_NEW, FRED_OLD, b"\xef\xbb\xbf" + FRED_NEW])
def test_both_layouts_read_the_same(content: bytes) -> None:
    table = fred.parse(content, "here")
    assert table.columns == ("DGS10",)
    assert table.dates.astype(str).tolist() == ["2024-01-01", "2024-01-02", "2024-01-03"]
    np.testing.assert_array_equal(table.values, [[np.nan], [3.95], [3.91]])
    assert table.kind == "values"


def test_several_series_stand_side_by_side() -> None:
    table = fred.parse(b"observation_date,A,B\n2024-01-01,1,\n2024-02-01,.,-2.5e-3\n", "here")
    np.testing.assert_array_equal(table.values, [[1.0, np.nan], [np.nan, -0.0025]])


def test_the_address_carries_the_series() -> None:
    assert fred.address("DGS10") == "https://fred.stlouisfed.org/graph/fredgraph.csv?id=DGS10"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (
            b"<!DOCTYPE html>\n<title>Error",
            "here: found a first line '<!DOCTYPE html>'; expected observation_date",
        ),
        (b"", "here: found a first line ''"),
        (b"observation_date,DGS10\n", "a header and no rows"),
        (FRED_NEW[:-6], r"here, line 4: found '2024-01-03'; expected an ISO date and 1 numbers"),
        (FRED_NEW[:-9], r"here, line 4: found '2024-01'"),
        (b"DATE,X\n2024-01-01,abc\n", r"here, line 2: found '2024-01-01,abc'"),
        (b"DATE,X\n2024-13-01,1\n", "here, line 2"),
        (b"DATE,X\n2024-01-01,1\n2024-01-01,2\n", "the date 2024-01-01 twice"),
    ],
)
def test_damage_is_told_with_its_line(content: bytes, text: str) -> None:
    with pytest.raises(DataError, match=text):
        fred.parse(content, "here")


def test_another_series_than_asked_for_is_refused() -> None:
    with pytest.raises(DataError, match="found the series DGS10; expected the series DGS2"):
        fred.wanted("DGS2").read(FRED_NEW, "here")
