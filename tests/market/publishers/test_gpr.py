"""Geopolitical risk: the genuine file against the reference, both forms, two vintages, partial days."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.errors import DataError
from engine.market.publishers import gpr
from engine.market.publishers.gpr_columns import read_columns
from tests.market.publishers.made import GPR_LABELS, as_csv, as_stata, as_xlsx, gpr_daily, gpr_monthly

pytest.importorskip("python_calamine", reason="needs the extra: sources")


@pytest.mark.needs_reference
def test_the_genuine_file_has_the_values_of_the_reference(gpr_xls: bytes, gpr_reference: pd.DataFrame) -> None:
    table = gpr.parse(gpr_xls, "here")
    dates = gpr_reference.index.to_numpy().astype("datetime64[D]")
    assert np.array_equal(table.dates, dates)
    assert set(table.columns) == set(gpr_reference.columns) - {"event"}
    for column, name in enumerate(table.columns):
        # The reference prints four decimals.
        np.testing.assert_array_equal(np.round(table.values[:, column], 4), gpr_reference[name].to_numpy())
    day = np.flatnonzero(table.dates == np.datetime64("2003-03-21"))[0]
    assert round(table.values[day, table.columns.index("GPRD")], 4) == 595.0258
    assert gpr.edition(read_columns(gpr_xls, "here"), "daily") == "base_1985_2019"


@pytest.mark.needs_reference
def test_the_stata_form_of_the_genuine_table_reads_the_same(gpr_xls: bytes) -> None:
    table = gpr.parse(gpr_xls, "here")
    frame = pd.DataFrame(table.values.astype(np.float32), columns=list(table.columns))
    frame.insert(0, "DAY", [str(day).replace("-", "") for day in table.dates])
    stata = gpr.parse(as_stata(frame, GPR_LABELS), "here")
    assert np.array_equal(stata.dates, table.dates)
    assert np.array_equal(stata.values, table.values.astype(np.float32))


def test_the_forms_agree() -> None:
    frame = gpr_daily()
    stata = gpr.parse(as_stata(frame, GPR_LABELS), "here")
    texts = frame.drop(columns="date")
    sheet = as_xlsx({"Sheet1": [list(texts.columns), *texts.to_numpy().tolist()]})
    for content in (sheet, as_csv(texts)):
        other = gpr.parse(content, "here")
        assert other.columns == stata.columns == ("N10D", "GPRD", "GPRD_ACT", "GPRD_THREAT")
        np.testing.assert_array_equal(other.dates, stata.dates)
        np.testing.assert_array_equal(other.values, stata.values)


def test_an_early_vintage_has_other_names_and_fewer_columns() -> None:
    frame = gpr_daily()
    early = frame[["DAY", "N10D", "GPRD", "GPRD_ACT", "GPRD_THREAT"]].rename(
        columns={"DAY": "day", "GPRD": "gprd", "GPRD_ACT": "gprd_acts", "GPRD_THREAT": "gprd_threats"}
    )
    table = gpr.parse(as_csv(early), "here")
    assert table.columns == ("N10D", "GPRD", "GPRD_ACT", "GPRD_THREAT")
    np.testing.assert_array_equal(table.values, gpr.parse(as_stata(frame, {}), "here").values)


def test_partial_days_at_the_end_are_dropped_never_read_as_peace() -> None:
    table = gpr.parse(as_csv(gpr_daily(60, {-1: 1.0, -2: 0.0, -3: 49.0})), "here")
    assert len(table.dates) == 57
    assert table.values[-1, table.columns.index("N10D")] == 400.0


def test_a_quiet_whole_day_stays_and_an_act_index_of_zero_is_a_value() -> None:
    table = gpr.parse(as_csv(gpr_daily(60, {-1: 151.0})), "here")
    assert len(table.dates) == 60
    assert table.values[3, table.columns.index("GPRD_ACT")] == 0.0


def test_a_day_without_newspapers_in_the_middle_is_missing_not_quiet() -> None:
    table = gpr.parse(as_csv(gpr_daily(60, {30: 3.0})), "here")
    assert len(table.dates) == 60
    assert np.isnan(table.values[30]).all()
    assert not np.isnan(table.values[[29, 31]]).any()


def test_a_long_tail_without_articles_is_a_fault_of_the_publisher() -> None:
    content = as_csv(gpr_daily(60, {-day: 0.0 for day in range(1, 16)}))
    with pytest.raises(DataError, match="found 15 rows in a row with too few articles from 2003-04-15 on"):
        gpr.parse(content, "here")


def test_without_a_count_only_a_zero_betrays_a_partial_day() -> None:
    frame = gpr_daily(60, {-1: 0.0}).drop(columns="N10D")
    assert len(gpr.parse(as_csv(frame), "here").dates) == 59


@pytest.mark.parametrize("last_count", [20_000.0, 10_001.0])
def test_months_are_dated_at_their_end(last_count: float) -> None:
    table = gpr.parse(as_stata(gpr_monthly(30, last_count), {}), "here", "monthly")
    assert table.dates[[0, 1, -1]].astype(str).tolist() == ["2023-01-31", "2023-02-28", "2025-06-30"]
    assert table.columns == ("GPR", "GPRT", "GPRA", "GPRH", "N10", "GPRC_USA")
    assert np.isnan(table.values[:6, 0]).all()
    assert table.values[0, 3] == 90.0


def test_a_month_that_is_still_being_counted_is_dropped() -> None:
    table = gpr.parse(as_stata(gpr_monthly(30, 7_000.0), {}), "here", "monthly")
    assert str(table.dates[-1]) == "2025-05-31"


def test_the_series_key_carries_the_edition() -> None:
    content = as_stata(gpr_daily(), GPR_LABELS)
    assert list(gpr.wanted().read(content, "here")) == ["daily.base_1985_2019"]
    old = as_stata(gpr_daily(), {"GPRD": "Daily GPR (2000-2009=100)"})
    assert list(gpr.wanted().read(old, "here")) == ["daily.base_2000_2009"]
    assert list(gpr.wanted().read(as_csv(gpr_daily()), "here")) == ["daily.base_unstated"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (as_stata(gpr_daily(), {})[:3000], "a Stata file that cannot be read"),
        (b"<html>", r"found content that begins b'<html>'; expected a .dta, .xls or .csv"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "cannot be read as a spreadsheet"),
        (as_stata(gpr_monthly(), {}), "a daily file with GPRD, GPRD_ACT, GPRD_THREAT"),
        (b"DAY,N10D,GPRD,GPRD_ACT,GPRD_THREAT\n", "found 1 rows"),
        (
            b"DAY,N10D,GPRD,GPRD_ACT,GPRD_THREAT\n20030301,400,100\n",
            r"here, row 2: found 3 cells; expected 5 cells",
        ),
        (b"DAY,N10D,GPRD,GPRD_ACT,GPRD_THREAT\n20030301,400,x,1,1\n", "here, column GPRD: found text"),
        (
            b"DAY,N10D,GPRD,GPRD_ACT,GPRD_THREAT\n2003,400,1,1,1\n",
            r"column DAY, row 2: found '2003'; expected a day",
        ),
        (b"DAY,N10D,GPRD,GPRD_ACT,GPRD_THREAT\n20030301,4,1,1,1\n", "1 rows in a row with too few articles"),
    ],
)
def test_damage_is_told(content: bytes, text: str) -> None:
    with pytest.raises(DataError, match=text):
        gpr.parse(content, "here")


def test_addresses_are_the_publishers() -> None:
    folder = "https://www.matteoiacoviello.com/gpr_files"
    assert gpr.address() == f"{folder}/data_gpr_daily_recent.dta"
    assert gpr.address("monthly", "xls") == f"{folder}/data_gpr_export.xls"
