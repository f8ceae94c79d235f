"""FRED, the data base of the Federal Reserve Bank of St. Louis, one series as CSV.

Layout: a header `observation_date,DGS10` (until 2024: `DATE,DGS10`), then one ISO date and one number per
line. Traps: "." (old) and an empty cell (new) mean missing and stand on holidays; a series that does not
exist answers with a page of HTML; monthly and quarterly values are dated at the FIRST day of the period they
describe, though they are published after its end: such a series needs a `known` rule. History is revised in
place (ALFRED has the vintages). LBMA gold and silver are no longer there.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import numpy as np

from engine.market.fetch import Request
from engine.market.publishers.faults import bad_file
from engine.market.table import Table
from engine.market.wanted import Wanted

ADDRESS = "https://fred.stlouisfed.org/graph/fredgraph.csv"
HEADERS = ("observation_date", "DATE")
MISSING = ("", ".")
ATTRIBUTION = "FRED, Federal Reserve Bank of St. Louis"


def address(series: str) -> str:
    """Where the CSV of a series lies, over its whole history."""
    return f"{ADDRESS}?id={quote(series, safe='')}"


def wanted(series: str) -> Wanted:
    """What a pull asks for; the series key is the series' name."""

    def read(content: bytes, place: str) -> Mapping[str, Table]:
        table = parse(content, place)
        if table.columns != (series,):
            raise bad_file(place, f"the series {', '.join(table.columns)}", f"the series {series}")
        return {series: table}

    return Wanted("fred", series, Request(address(series), f"a CSV of {series}", _check), read)


def _check(content: bytes) -> str:
    first = content.lstrip(b"\xef\xbb\xbf")[:60]
    good = first.startswith(tuple(name.encode() for name in HEADERS))
    return "" if good else f"content that begins {first!r}"


def parse(content: bytes, place: str) -> Table:
    """The series of a CSV as plain values, NaN where missing; the dates are the publisher's own.

    Raises DataError where the header is another, a line has too few cells, or a cell is no number or date.
    """
    lines = content.decode("utf-8-sig", "replace").splitlines()
    header = [name.strip() for name in lines[0].split(",")] if lines else []
    if len(header) < 2 or header[0] not in HEADERS:
        raise bad_file(place, f"a first line {lines[0][:60] if lines else ''!r}", f"{HEADERS[0]},SERIES")
    rows = [(number, line.split(",")) for number, line in enumerate(lines[1:], 2) if line.strip()]
    if not rows:
        raise bad_file(place, "a header and no rows", "one row per date")
    dates = np.empty(len(rows), dtype="datetime64[D]")
    values = np.empty((len(rows), len(header) - 1))
    for row, (number, cells) in enumerate(rows):
        try:
            dates[row] = _date(cells[0])
            for column, cell in zip(range(len(header) - 1), cells[1:], strict=True):
                values[row, column] = np.nan if cell.strip() in MISSING else float(cell)
        except ValueError as error:
            found = f"{','.join(cells)[:60]!r}"
            wanted_words = f"an ISO date and {len(header) - 1} numbers"
            raise bad_file(f"{place}, line {number}", found, wanted_words) from error
    return Table(dates, tuple(header[1:]), values, "values", place, attribution=ATTRIBUTION)


def _date(text: str) -> np.datetime64:
    # "2024-01" is a date to numpy; here it is the half of one.
    if len(text.strip()) != 10:
        raise ValueError(text)
    return np.datetime64(text.strip(), "D")
