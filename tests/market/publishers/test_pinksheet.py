"""The World Bank's monthly prices: the genuine file against the reference, and its traps by hand."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest

from engine.errors import DataError
from engine.market.publishers import pinksheet
from tests.market.publishers.made import PINK_ROWS, as_xlsx, pink_sheet

pytest.importorskip("python_calamine", reason="needs the extra: sources")


@pytest.mark.needs_reference
def test_the_genuine_file_has_the_values_of_the_reference(
    pinksheet_xlsx: bytes, pinksheet_reference: pd.DataFrame
) -> None:
    table = pinksheet.parse(pinksheet_xlsx, "here")
    assert table.columns == tuple(pinksheet_reference.columns)
    dates = pinksheet_reference.index.to_numpy().astype("datetime64[D]")
    rows = len(table.dates)
    assert table.dates.tolist() == dates[:rows].tolist()
    # The reference, of a later edition and printed to seven digits, restates some of the last four months.
    expected = pinksheet_reference.to_numpy()[:rows]
    settled = slice(0, rows - 4)
    np.testing.assert_allclose(table.values[settled], expected[settled], rtol=5.1e-7)
    tail_agrees = np.isclose(table.values[-4:], expected[-4:], rtol=5.1e-7, equal_nan=True)
    assert (~tail_agrees).sum() == 16
    assert table.dates[-1] == np.datetime64("2025-11-30")


@pytest.mark.needs_reference
def test_the_genuine_file_says_when_it_was_updated(pinksheet_xlsx: bytes) -> None:
    assert pinksheet.facts(pinksheet_xlsx) == {"updated": "December 02, 2025"}


def test_labels_lose_their_marks_and_gain_their_units() -> None:
    table = pinksheet.parse(pink_sheet(), "here")
    assert table.columns == ("Copper [$/mt]", "Beef [$/kg]", "Rice, Thai 5% [$/mt]")
    assert table.dates.astype(str).tolist() == ["1960-01-31", "1960-02-29", "1960-12-31"]
    nan = np.nan
    np.testing.assert_array_equal(table.values, [[715.4, 0.7055, nan], [728.19, nan, 104.5], [700.0, nan, 105.25]])
    assert table.kind == "prices"
    assert pinksheet.facts(pink_sheet()) == {"updated": "March 03, 2026"}


def test_the_row_of_codes_may_be_missing() -> None:
    rows = [row for row in PINK_ROWS if row[1] != "COPPER"]
    assert pinksheet.parse(pink_sheet(rows), "here").columns[0] == "Copper [$/mt]"


def test_a_column_without_a_name_is_left_out() -> None:
    rows = [[*row, "" if number < 6 else "x"] for number, row in enumerate(PINK_ROWS)]
    assert len(pinksheet.parse(pink_sheet(rows), "here").columns) == 3


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (pink_sheet(sheet="Sheet1"), r"found the sheets AFOSHEET, Sheet1; expected a sheet 'Monthly Prices'"),
        (pink_sheet()[:-200], "cannot be read as a spreadsheet"),
        (b"<html>", "cannot be read as a spreadsheet"),
        (pink_sheet(PINK_ROWS[:6]), "without a row that begins as 1960M01"),
        (pink_sheet([row for row in PINK_ROWS if row[1] != "($/mt)"]), "no row of units above the months"),
        (pink_sheet([*PINK_ROWS, ["1961M01", "bad", 1.0, 2.0]]), r"Monthly Prices, row 10: found 'bad'"),
        (pink_sheet([*PINK_ROWS, ["1960M12", 1.0, 1.0, 2.0]]), "the date 1960-12-31 twice"),
        (as_xlsx({"Monthly Prices": [["x"]]}), "without a row that begins as 1960M01"),
    ],
)
def test_damage_is_told(content: bytes, text: str) -> None:
    with pytest.raises(DataError, match=text):
        pinksheet.parse(content, "here")


def test_the_address_is_found_on_the_publishers_page() -> None:
    page = b'<a href="/x/Annual.xlsx">a</a> <a href="https://thedocs.worldbank.org/en/doc/7-0050012026/related/CMO-Historical-Data-Monthly.xlsx">m</a>'
    found = pinksheet.find_address(page, pinksheet.PAGE)
    assert found == "https://thedocs.worldbank.org/en/doc/7-0050012026/related/CMO-Historical-Data-Monthly.xlsx"
    with pytest.raises(DataError, match="a page without a link to the file"):
        pinksheet.find_address(b"<html></html>", pinksheet.PAGE)


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(DataError, match=r'here: found no python-calamine .*pip install "overweight\[sources\]"'):
        pinksheet.parse(pink_sheet(), "here")
