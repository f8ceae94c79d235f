"""The World Bank's "Pink Sheet": monthly prices of some seventy commodities since 1960.

Layout: an .xlsx whose sheet `Monthly Prices` has a few lines of prose (one says when it was updated), a row
of names, a row of units in brackets, sometimes a row of codes, then rows that begin with 1960M01. Traps:

- Values are means over the month, dated here at its end; they are published in the first days of the next
  month.
- Missing is "…", "..." or "..". Names carry marks ("Beef **") and trailing spaces; both change between
  editions.
- The last months are provisional: each edition restates some of them (four months back is usual).
- The address changes every year, so it is read from the publisher's page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

import numpy as np

from engine.market.fetch import Request, begins_with
from engine.market.publishers.faults import bad_file
from engine.market.publishers.months import month_end
from engine.market.publishers.sheets import ZIP_MARK, rows_of_sheet
from engine.market.table import Table
from engine.market.wanted import LinkPage, Wanted

PAGE = "https://www.worldbank.org/en/research/commodity-markets"
FILE = "CMO-Historical-Data-Monthly.xlsx"
SHEET = "Monthly Prices"
ATTRIBUTION = "World Bank Commodity Price Data (The Pink Sheet), CC BY 4.0"
MISSING = ("", "…", "...", "..", "n.a.", "NA")
MONTH = re.compile(r"(\d{4})M(0[1-9]|1[0-2])")
MARKS = re.compile(r"[\s*]+$")
UPDATED = re.compile(r"[Uu]pdated (?:as of:? |on )(.+)")


def wanted() -> Wanted:
    """What a pull asks for; the series key is `monthly`."""
    page = LinkPage(Request(PAGE, "the page that links the monthly file"), find_address)
    request = Request(PAGE, "the .xlsx of monthly prices", begins_with(ZIP_MARK))

    def read(content: bytes, place: str) -> Mapping[str, Table]:
        return {"monthly": parse(content, place)}

    return Wanted("pinksheet", "monthly", request, read, facts, page)


def find_address(page: bytes, place: str) -> str:
    """The address of the monthly file that the page links. Raises DataError where it links none."""
    links: list[str] = re.findall(rf"""["']([^"']*{re.escape(FILE)})["']""", page.decode("utf-8", "replace"))
    if not links:
        raise bad_file(place, "a page without a link to the file", f"a link to {FILE}")
    return urljoin(place, links[0])


def facts(content: bytes) -> dict[str, str]:
    """When the publisher updated the file, in its own words."""
    for row in rows_of_sheet(content, FILE, SHEET)[:6]:
        found = UPDATED.match(str(row[0]).strip())
        if found:
            return {"updated": found.group(1).strip()}
    return {}


def parse(content: bytes, place: str) -> Table:
    """Monthly means as prices, dated at month end, labelled `Copper [$/mt]`; NaN where missing.

    Raises DataError where the sheet or its months are not there, or a cell is neither number nor a sign for
    missing.
    """
    rows = rows_of_sheet(content, place, SHEET)
    months = [number for number, row in enumerate(rows) if row and MONTH.fullmatch(str(row[0]).strip())]
    if not months:
        raise bad_file(place, f"a sheet {SHEET!r} without a row that begins as 1960M01", "one row per month")
    labels = _labels(rows[: months[0]], place)
    used = [column for column, label in enumerate(labels, 1) if label]
    values = np.array([[_number(rows[row][column], row, place) for column in used] for row in months])
    dates = month_end([MONTH.sub(r"\1-\2", str(rows[row][0]).strip()) for row in months])
    names = tuple(label for label in labels if label)
    return Table(dates, names, values, "prices", place, attribution=ATTRIBUTION)


def _labels(above: list[list[Any]], place: str) -> list[str]:
    """One label per column from the rows above the months, "" for a column without a name."""
    for number in range(len(above) - 1, 0, -1):
        units = [str(cell).strip() for cell in above[number][1:]]
        if sum(unit.startswith("(") for unit in units) > len(units) // 2:
            names = [MARKS.sub("", str(cell)).strip() for cell in above[number - 1][1:]]
            return [_label(name, unit) for name, unit in zip(names, units, strict=True)]
    raise bad_file(place, f"no row of units above the months of {SHEET!r}", "names over units, as ($/mt)")


def _label(name: str, unit: str) -> str:
    return f"{name} [{unit.removeprefix('(').removesuffix(')')}]" if name else ""


def _number(cell: Any, row: int, place: str) -> float:
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return float(cell)
    if str(cell).strip() in MISSING:
        return float("nan")
    raise bad_file(f"{place}, sheet {SHEET}, row {row + 1}", f"{cell!r}", "a number or a sign for missing")
