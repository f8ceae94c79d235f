"""Kenneth French's files, as published: prose, several tables in one, percent, -99.99."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import DataError
from engine.market.publishers import french
from tests.market.publishers.made import FACTORS_MONTHLY, FRENCH_DAILY, FRENCH_MONTHLY, MOMENTUM_TXT, zipped


def test_daily_returns_are_fractions_with_gaps_where_the_publisher_has_none() -> None:
    table = french.parse(zipped(FRENCH_DAILY), "here")
    assert table.columns == ("Agric", "Food", "Gold")
    assert table.dates.astype(str).tolist() == ["1926-07-01", "1926-07-02", "1926-07-03"]
    expected = [[0.0056, -0.0007, np.nan], [0.0029, 0.0006, 0.0743], [-0.0033, 0.0018, np.nan]]
    np.testing.assert_array_equal(table.values, expected)
    assert table.kind == "returns"
    assert "French" in table.attribution


def test_equal_weighted_is_another_table_of_the_same_file() -> None:
    table = french.parse(zipped(FRENCH_DAILY), "here", weighting="equal")
    assert np.nanmin(table.values) == np.nanmax(table.values) == 0.09


def test_monthly_returns_are_dated_at_month_end_and_no_other_table_is_taken_for_them() -> None:
    table = french.parse(zipped(FRENCH_MONTHLY), "here", "monthly")
    assert table.dates.astype(str).tolist() == ["2024-01-31", "2024-02-29"]
    np.testing.assert_array_equal(table.values, [[0.011, -0.022], [0.033, np.nan]])


def test_factors_have_no_title_and_an_annual_table_behind() -> None:
    table = french.parse(zipped(FACTORS_MONTHLY, "F-F_Research_Data_Factors.csv"), "here", "monthly")
    assert table.columns == ("Mkt-RF", "SMB", "HML", "RF")
    np.testing.assert_array_equal(table.values[1], [0.0506, -0.0024, -0.0348, 0.0042])


def test_text_files_have_columns_by_spaces() -> None:
    table = french.parse(zipped(MOMENTUM_TXT, "F-F_Momentum_Factor_daily.txt"), "here")
    assert table.columns == ("Mom",)
    np.testing.assert_array_equal(table.values, [[0.0056], [np.nan]])


def test_tables_without_an_empty_line_between_them_are_told_apart_by_their_dates() -> None:
    text = FACTORS_MONTHLY.replace("\n\n Annual Factors: January-December\n,Mkt-RF,SMB,HML,RF", "")
    table = french.parse(zipped(text), "here", "monthly")
    assert table.dates.astype(str).tolist() == ["2024-01-31", "2024-02-29"]


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_any_line_ending_will_do(ending: str) -> None:
    table = french.parse(zipped(FRENCH_DAILY.replace("\n", ending)), "here")
    assert table.values.shape == (3, 3)


@pytest.mark.parametrize(
    ("portfolios", "frequency", "name"),
    [
        (49, "daily", "49_Industry_Portfolios_daily"),
        (5, "monthly", "5_Industry_Portfolios"),
        ("factors_5", "daily", "F-F_Research_Data_5_Factors_2x3_daily"),
        ("momentum", "monthly", "F-F_Momentum_Factor"),
    ],
)
def test_addresses_are_the_publishers(portfolios: int | str, frequency: french.Frequency, name: str) -> None:
    folder = "https://mba.tuck.dartmouth.edu/pages/faculty/ken.french/ftp"
    assert french.address(portfolios, frequency) == f"{folder}/{name}_CSV.zip"


def test_an_unknown_data_set_is_named_with_the_known_ones() -> None:
    with pytest.raises(DataError, match=r"found the data set 50; expected one of 5, 10, .*49, factors_3"):
        french.address(50)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (zipped(FRENCH_DAILY)[:-30], "a damaged zip"),
        (zipped(FRENCH_DAILY)[:40] + b"\0" * 90 + zipped(FRENCH_DAILY)[130:], "a damaged zip"),
        (b"<html>", "a damaged zip"),
        (zipped("x", "a.pdf"), r"a zip of \['a.pdf'\]"),
        (zipped("only prose\n"), "these tables with daily rows: none"),
        (zipped(FRENCH_MONTHLY), "these tables with daily rows: none"),
        (zipped(FRENCH_DAILY.replace("0.06,", "n/a,")), r"here, line 12: found '19260702,0.29,n/a,7.43'"),
        (zipped(FRENCH_DAILY.replace(",  7.43", "")), "line 12: .*a date and 3 numbers"),
        (zipped(FRENCH_DAILY.replace("19260702", "19260732")), "a date that is none"),
        (zipped(FRENCH_DAILY.replace("19260702", "19260701")), "the date 1926-07-01 twice"),
    ],
)
def test_damage_is_told_with_its_place_and_the_cure(content: bytes, found: str) -> None:
    with pytest.raises(DataError, match=found) as caught:
        french.parse(content, "here")
    assert str(caught.value).startswith("here")
