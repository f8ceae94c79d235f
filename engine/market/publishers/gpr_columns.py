"""The columns of a GPR file, whatever its form (.dta, .xls, .xlsx, .csv) and vintage."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.market.publishers.faults import bad_file
from engine.market.publishers.sheets import XLS_MARK, ZIP_MARK, rows_of_sheet
from engine.market.table import Dates

# Stata 13 and later write a tag, earlier versions a number.
STATA_MARKS = (b"<stata_dta>", b"\x71", b"\x72", b"\x73")
DATES = ("DAY", "DATE", "MONTH")
WORDS = ("EVENT", "VAR_NAME", "VAR_LABEL")
# What early vintages called the columns of today.
RENAMED = {
    "GPRD_ACTS": "GPRD_ACT",
    "GPRD_A": "GPRD_ACT",
    "GPRD_THREATS": "GPRD_THREAT",
    "GPRD_T": "GPRD_THREAT",
    "GPR_ACT": "GPRA",
    "GPR_THREAT": "GPRT",
    "N10_D": "N10D",
}


@dataclass(frozen=True, slots=True)
class Columns:
    """dates: (R,) days, None where there are none. numbers: name to (R,) float64. labels: name to label."""

    dates: Dates | None
    numbers: Mapping[str, NDArray[np.float64]]
    labels: Mapping[str, str]


def read_columns(content: bytes, place: str) -> Columns:
    """The columns under today's names, in order. Raises DataError where a cell is no number or no day."""
    cells, labels = _cells(content, place)
    named = {_name(name): column for name, column in cells.items()}
    dates = next((_days(named[name], name, place) for name in DATES if name in named), None)
    numbers = {
        name: _numbers(column, name, place) for name, column in named.items() if name and name not in (*DATES, *WORDS)
    }
    return Columns(dates, numbers, {_name(name): label for name, label in labels.items()})


def _name(name: str) -> str:
    upper = name.strip().upper()
    return RENAMED.get(upper, upper)


def _cells(content: bytes, place: str) -> tuple[Mapping[str, Sequence[Any]], Mapping[str, str]]:
    if content.startswith((XLS_MARK, ZIP_MARK)):
        cells = _by_column(rows_of_sheet(content, place, 0), place)
        names, texts = cells.get("var_name", ()), cells.get("var_label", ())
        return cells, {str(name): str(text) for name, text in zip(names, texts, strict=True) if name}
    if content.startswith(STATA_MARKS):
        return _stata(content, place)
    if content[:200].upper().startswith((b"DAY,", b"DATE,", b"MONTH,")):
        return _by_column(_csv_rows(content, place), place), {}
    raise bad_file(place, f"content that begins {content[:40]!r}", "a .dta, .xls or .csv of the index")


def _csv_rows(content: bytes, place: str) -> list[list[Any]]:
    try:
        return list(csv.reader(content.decode("utf-8", "replace").splitlines()))
    except csv.Error as error:
        raise bad_file(place, f"a CSV that cannot be read ({error})", "one row per day or month") from error


def _by_column(rows: list[list[Any]], place: str) -> dict[str, list[Any]]:
    if len(rows) < 2:
        raise bad_file(place, f"{len(rows)} rows", "a header and one row per day or month")
    header = [str(name) for name in rows[0]]
    uneven = next((number for number, row in enumerate(rows, 1) if len(row) != len(header)), None)
    if uneven is not None:
        found = f"{len(rows[uneven - 1])} cells"
        raise bad_file(f"{place}, row {uneven}", found, f"{len(header)} cells, as in the header")
    return {name: [row[column] for row in rows[1:]] for column, name in enumerate(header)}


def _stata(content: bytes, place: str) -> tuple[Mapping[str, Sequence[Any]], Mapping[str, str]]:
    import pandas as pd

    try:
        with pd.read_stata(io.BytesIO(content), iterator=True, convert_categoricals=False) as reader:
            labels: dict[str, str] = reader.variable_labels()
        frame = pd.read_stata(io.BytesIO(content), convert_categoricals=False)
    # A truncated file fails in struct, numpy or pandas, as it comes.
    except Exception as error:
        found = f"a Stata file that cannot be read ({type(error).__name__}: {error})"
        raise bad_file(place, found, "a whole .dta file") from error
    return {str(name): list(frame[name]) for name in frame.columns}, labels


def _numbers(column: Sequence[Any], name: str, place: str) -> NDArray[np.float64]:
    try:
        return np.array([np.nan if cell in ("", ".", None) else float(cell) for cell in column])
    except (TypeError, ValueError) as error:
        raise bad_file(f"{place}, column {name}", f"text ({error})", "numbers") from error


def _days(column: Sequence[Any], name: str, place: str) -> Dates:
    row = 0
    try:
        days = np.empty(len(column), dtype="datetime64[D]")
        for row, cell in enumerate(column):
            days[row] = _day(cell)
    except (TypeError, ValueError) as error:
        raise bad_file(f"{place}, column {name}, row {row + 2}", f"{column[row]!r}", "a day, as 20030321") from error
    return days


def _day(cell: Any) -> np.datetime64:
    if isinstance(cell, (date, datetime)):
        return np.datetime64(f"{cell:%Y-%m-%d}", "D")
    text = str(int(cell)) if isinstance(cell, (int, float)) else str(cell).strip()
    if len(text) == 8 and text.isdigit():
        return np.datetime64(f"{text[:4]}-{text[4:6]}-{text[6:]}", "D")
    if len(text) == 10:
        return np.datetime64(text, "D")
    raise ValueError(text)
