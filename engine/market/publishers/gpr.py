"""Geopolitical risk by Caldara and Iacoviello (AER 112(4), 2022): counts of newspaper articles as an index.

Layout: one sheet (.xls) or Stata file (.dta), a row per day or month. Daily: DAY (20030321), N10D (articles
counted), GPRD, GPRD_ACT, GPRD_THREAT, in later vintages also date, GPRD_MA7, GPRD_MA30 and event; the .xls
carries each column's label in two columns of its own (var_name, var_label), the .dta in its header. Monthly:
month (first day), GPR, GPRT, GPRA, N10, the historical GPRH..., and countries GPRC_USA... Early vintages
differ in columns and in case.

Traps:
- The last rows of a file may be PARTIAL days or months: few articles or none, and zeros for an index. They
  are dropped, never read as peace. A day in the middle with too few articles becomes NaN.
- GPRD_ACT, GPRD_THREAT and even GPRD are 0 on some whole days: that is a value; take log(1 + x), not log.
- The index of a day counts papers PRINTED that day: news of the day before. The file is published on Mondays
  for the days before (known: {weekday: monday, after_days: 1}), on the next business day after a holiday;
  monthly around the first. MA7 and MA30 end on their day.
- Editions differ in newspapers and base (1985:2019=100 today; 2000:2009=100 in 2019): they must not be mixed,
  so the series key carries the base. Days are restated between vintages (603.3 or 595.0 on 2003-03-21).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.market.fetch import Request, begins_with
from engine.market.publishers.faults import bad_file
from engine.market.publishers.gpr_columns import STATA_MARKS, Columns, read_columns
from engine.market.publishers.months import month_end
from engine.market.publishers.sheets import XLS_MARK, ZIP_MARK
from engine.market.table import Dates, Table
from engine.market.wanted import Wanted

ATTRIBUTION = "Dario Caldara and Matteo Iacoviello, Geopolitical Risk Index, matteoiacoviello.com/gpr.htm"
FOLDER = "https://www.matteoiacoviello.com/gpr_files/"
FILES = {"daily": "data_gpr_daily_recent", "monthly": "data_gpr_export"}
# Fewest articles of a whole day: Christmas 2021 had 151, a partial day has a handful.
WHOLE_DAY = 50
# A month with less than this share of the articles of the twelve before it is still being counted.
WHOLE_MONTH = 0.5
# A weekly file ends with a few partial days at most; more is a broken file.
LONGEST_TAIL = {"daily": 14, "monthly": 2}
ARTICLES = {"daily": "N10D", "monthly": "N10"}
INDEX = {"daily": ("GPRD", "GPRD_ACT", "GPRD_THREAT"), "monthly": ("GPR",)}
BASE = re.compile(r"(\d{4})\s*[:-]\s*(\d{4})\s*=\s*100")

Frequency = Literal["daily", "monthly"]
Form = Literal["dta", "xls"]


def address(frequency: Frequency = "daily", form: Form = "dta") -> str:
    """Where the current file lies; both forms hold the same, .dta needs no further library."""
    return f"{FOLDER}{FILES[frequency]}.{form}"


def wanted(frequency: Frequency = "daily", form: Form = "dta") -> Wanted:
    """What a pull asks for. The series key is `daily.base_1985_2019`: the edition is part of it."""
    marks = STATA_MARKS if form == "dta" else (XLS_MARK, ZIP_MARK)
    request = Request(address(frequency, form), f"the {frequency} index as .{form}", begins_with(*marks))

    def read(content: bytes, place: str) -> Mapping[str, Table]:
        columns = read_columns(content, place)
        return {f"{frequency}.{edition(columns, frequency)}": _table(columns, place, frequency)}

    return Wanted("gpr", frequency, request, read)


def parse(content: bytes, place: str, frequency: Frequency = "daily") -> Table:
    """The index and its parts as values: GPRD, GPRD_ACT, GPRD_THREAT, ... and the number of articles.

    Daily rows are dated at their day, monthly ones at month end. NaN where the publisher has none. Raises
    DataError where the content is no such file, lacks a column, ends in more than a few partial rows, or
    holds text.
    """
    return _table(read_columns(content, place), place, frequency)


def edition(columns: Columns, frequency: Frequency) -> str:
    """`base_1985_2019`, as the file's own label of the index says, or `base_unstated`."""
    found = BASE.search(columns.labels.get(INDEX[frequency][0], ""))
    return f"base_{found.group(1)}_{found.group(2)}" if found else "base_unstated"


def _table(columns: Columns, place: str, frequency: Frequency) -> Table:
    missing = [name for name in INDEX[frequency] if name not in columns.numbers]
    if missing or columns.dates is None:
        lacking = missing or ["a column of dates (DAY, date or month)"]
        raise bad_file(
            place,
            f"the columns {', '.join(list(columns.numbers)[:8])}",
            f"a {frequency} file with {', '.join(lacking)}",
            "ask for the other frequency where this is that file",
        )
    dates = columns.dates if frequency == "daily" else month_end(columns.dates)
    names = tuple(columns.numbers)
    values = np.column_stack([columns.numbers[name] for name in names])
    whole = _whole_rows(columns, frequency)
    last = _last_whole_row(whole, dates, place, frequency)
    if frequency == "daily":
        values[~whole] = np.nan
    return Table(dates[: last + 1], names, values[: last + 1], "values", place, attribution=ATTRIBUTION)


def _whole_rows(columns: Columns, frequency: Frequency) -> NDArray[np.bool_]:
    """Which rows count a whole day or month of newspapers."""
    index = columns.numbers[INDEX[frequency][0]]
    articles = columns.numbers.get(ARTICLES[frequency])
    if articles is None:
        # Without the count, only an index of exactly zero betrays a day without newspapers.
        return index > 0.0
    enough = np.full(len(index), float(WHOLE_DAY))
    if frequency == "monthly":
        for row in range(12, len(index)):
            before = articles[row - 12 : row]
            enough[row] = WHOLE_MONTH * np.median(before) if not np.isnan(before).any() else 0.0
    return ~np.isnan(index) & (articles >= enough)


def _last_whole_row(whole: NDArray[np.bool_], dates: Dates, place: str, frequency: Frequency) -> int:
    rows = np.flatnonzero(whole)
    tail = len(whole) - 1 - int(rows[-1]) if len(rows) else len(whole)
    if not len(rows) or tail > LONGEST_TAIL[frequency]:
        since = f" from {dates[rows[-1]] + 1} on" if len(rows) else ""
        raise bad_file(
            place,
            f"{tail} rows in a row with too few articles{since}",
            f"at most {LONGEST_TAIL[frequency]} partial rows at the end",
            "look at the file: the count of articles failed at the publisher's",
        )
    return int(rows[-1])
