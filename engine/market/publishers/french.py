"""Kenneth R. French's Data Library: industry portfolios and factors.

Layout: a zip of one .csv (or .txt, columns by spaces). In it some lines of prose, then tables one after the
other, each with a title line ("  Average Value Weighted Returns -- Daily"), a header that begins with a
comma, rows that begin with a date, and an empty line. Dates are 20240131 (daily), 202401 (monthly) or 2024
(annual); the last line is a copyright. Traps:

- The same dates come in several tables: value weighted, equal weighted, number of firms, average size.
- Factor files have no title over their first table and call the second " Annual Factors: January-December".
- Returns are in percent; -99.99 and -999 mean missing, in either. Labels carry trailing spaces ("Hlth ").
- Saturdays were sessions until 1952. History is restated with each new CRSP vintage, usually in the last
  digit.
- A month is published weeks after its end: these series tell what was earned, not what was known that day.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.market.fetch import Request, begins_with
from engine.market.publishers.faults import bad_file
from engine.market.publishers.months import month_end
from engine.market.publishers.sheets import ZIP_MARK
from engine.market.table import Dates, Table
from engine.market.wanted import Wanted

ATTRIBUTION = "Kenneth R. French, Data Library (CRSP)"
FOLDER = "https://mba.tuck.dartmouth.edu/pages/faculty/ken.french/ftp/"
INDUSTRIES = (5, 10, 12, 17, 30, 38, 48, 49)
FACTORS = {
    "factors_3": "F-F_Research_Data_Factors",
    "factors_5": "F-F_Research_Data_5_Factors_2x3",
    "momentum": "F-F_Momentum_Factor",
}
FACTOR_LABELS = {"Mkt-RF", "Mom"}
# -99.99 and -999 percent.
MISSING = (-0.9999, -9.99)

Frequency = Literal["daily", "monthly"]
Weighting = Literal["value", "equal"]
DATE_DIGITS: Mapping[Frequency, int] = {"daily": 8, "monthly": 6}


def data_set(portfolios: int | str, frequency: Frequency = "daily") -> str:
    """The publisher's name of a data set: 49, daily is 49_Industry_Portfolios_daily; or a key of FACTORS."""
    stem = FACTORS.get(str(portfolios), f"{portfolios}_Industry_Portfolios")
    if portfolios not in INDUSTRIES and portfolios not in FACTORS:
        known = ", ".join(map(str, (*INDUSTRIES, *FACTORS)))
        raise bad_file("french", f"the data set {portfolios!r}", f"one of {known}", "choose one of them")
    return stem if frequency == "monthly" else f"{stem}_daily"


def address(portfolios: int | str, frequency: Frequency = "daily") -> str:
    """Where the zip of a data set lies."""
    return f"{FOLDER}{data_set(portfolios, frequency)}_CSV.zip"


def wanted(portfolios: int | str, frequency: Frequency = "daily", weighting: Weighting = "value") -> Wanted:
    """What a pull asks for. The series key is the data set's name, with the weighting where there are two."""
    name = data_set(portfolios, frequency)
    key = name if portfolios in FACTORS else f"{name}.{weighting}"
    request = Request(address(portfolios, frequency), "a zip with the data set as text", begins_with(ZIP_MARK))

    def read(content: bytes, place: str) -> Mapping[str, Table]:
        return {key: parse(content, place, frequency, weighting)}

    return Wanted("french", key, request, read)


def parse(content: bytes, place: str, frequency: Frequency = "daily", weighting: Weighting = "value") -> Table:
    """The returns of one data set as fractions, NaN where missing; a month is dated at its end.

    weighting: which of the two tables of returns; a file of factors has but one. Raises DataError where the
    content is no whole zip, or has no such table, or a row of it is damaged.
    """
    sections = [one for one in _sections(_text(content, place)) if one.digits == DATE_DIGITS[frequency]]
    chosen = _choose(sections, weighting)
    if chosen is None:
        titles = "; ".join(repr(one.title) for one in sections) or "none"
        raise bad_file(
            place,
            f"these tables with {frequency} rows: {titles}",
            f"a table of {weighting} weighted returns, or of factors",
            "ask for the frequency and weighting that the data set has",
        )
    return _table(chosen, place, frequency)


@dataclass(frozen=True, slots=True)
class _Section:
    """One table of the text: title, labels, rows of cells (date first), and the line of its first row."""

    title: str
    labels: tuple[str, ...]
    rows: list[list[str]]
    line: int

    @property
    def digits(self) -> int:
        return len(self.rows[0][0])


def _text(content: bytes, place: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if name.lower().endswith((".csv", ".txt"))]
            if len(names) != 1:
                raise bad_file(place, f"a zip of {archive.namelist()}", "a zip of one .csv or .txt")
            return archive.read(names[0]).decode("latin-1")
    # What zipfile raises on a damaged file depends on the byte that is damaged.
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, RuntimeError) as error:
        raise bad_file(place, f"a damaged zip ({error})", "a whole zip with the data set as text") from error


def _sections(text: str) -> list[_Section]:
    """Every table of the text, in order. A table is a run of lines that begin with a date of one length."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    by_commas = any(line.lstrip().startswith(",") for line in lines)
    sections: list[_Section] = []
    rows: list[list[str]] = []
    header = 0
    for number, line in enumerate([*lines, ""]):
        cells = _cells(line, by_commas)
        dated = bool(cells) and cells[0].isdigit() and len(cells[0]) in (4, 6, 8) and len(cells) > 1
        if rows and not (dated and len(cells[0]) == len(rows[0][0])):
            labels = _cells(lines[header], by_commas)[1 if by_commas else 0 :]
            sections.append(_Section(_title(lines, header), tuple(labels), rows, number - len(rows)))
            rows = []
        if dated:
            rows.append(cells)
        elif line.strip():
            header = number
    return sections


def _cells(line: str, by_commas: bool) -> list[str]:
    return [cell.strip() for cell in line.split(",")] if by_commas else line.split()


def _title(lines: list[str], header: int) -> str:
    for line in reversed(lines[max(0, header - 2) : header]):
        if line.strip():
            return line.strip()
    return ""


def _choose(sections: list[_Section], weighting: Weighting) -> _Section | None:
    returns = [one for one in sections if "weighted returns" in one.title.lower().replace("-", " ")]
    for one in returns:
        if f"{weighting} weighted" in one.title.lower().replace("-", " "):
            return one
    factors = [one for one in sections if FACTOR_LABELS & set(one.labels)]
    return factors[0] if factors and not returns else None


def _table(section: _Section, place: str, frequency: Frequency) -> Table:
    width = len(section.labels)
    values = np.empty((len(section.rows), width))
    for row, cells in enumerate(section.rows):
        try:
            # Percent as text to a fraction: "7.43e-2" is rounded once, 7.43 / 100 would be twice.
            for column in range(width):
                values[row, column] = float(f"{cells[column + 1]}e-2")
        except (ValueError, IndexError) as error:
            raise bad_file(
                f"{place}, line {section.line + row + 1}",
                f"{','.join(cells)[:80]!r}",
                f"a date and {width} numbers",
            ) from error
    values[np.isin(values, MISSING)] = np.nan
    dates = _dates([cells[0] for cells in section.rows], place, frequency)
    return Table(dates, section.labels, values, "returns", place, attribution=ATTRIBUTION)


def _dates(texts: list[str], place: str, frequency: Frequency) -> Dates:
    try:
        if frequency == "monthly":
            return month_end([f"{text[:4]}-{text[4:]}" for text in texts])
        return np.array([f"{text[:4]}-{text[4:6]}-{text[6:]}" for text in texts], dtype="datetime64[D]")
    except ValueError as error:
        raise bad_file(place, f"a date that is none ({error})", "dates as 20240131 or 202401") from error
