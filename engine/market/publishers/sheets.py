"""Rows of a spreadsheet (.xls or .xlsx) as python-calamine reads them."""

from __future__ import annotations

import io
from typing import Any

from engine.errors import DataError
from engine.market.publishers.faults import bad_file, missing_extra

XLS_MARK, ZIP_MARK = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"


def rows_of_sheet(content: bytes, place: str, sheet: str | int) -> list[list[Any]]:
    """The cells of one sheet, by name or position; empty cells are "".

    Raises DataError where the file is no spreadsheet or half of one, where it has no such sheet, and where
    python-calamine is not installed.
    """
    try:
        import python_calamine as calamine
    except ImportError as error:
        raise missing_extra(place, "python-calamine") from error
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            names: list[str] = book.sheet_names
            if isinstance(sheet, str) and sheet not in names:
                raise bad_file(place, f"the sheets {', '.join(names)}", f"a sheet {sheet!r}")
            chosen = sheet if isinstance(sheet, str) else names[sheet]
            rows: list[list[Any]] = book.get_sheet_by_name(chosen).to_python()
            return rows
    except DataError:
        raise
    # calamine's errors and those of the formats below it share no nearer ancestor.
    except Exception as error:
        found = f"a file that cannot be read as a spreadsheet ({type(error).__name__}: {error})"
        raise bad_file(place, found, "a whole .xls or .xlsx file") from error
