"""Rows of a CSV that have fewer fields than its header: cut off while it was written, or exported without ends.

A reader would take the fields that are not there for empty ones, and a row cut in half for one without prices.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from engine.errors import DataError, Fault


def refuse_short_row(path: Path) -> None:
    """Raise DataError for the first row of a CSV with fewer fields than its header. Empty lines are no rows."""
    rows = _counted(path)
    _, expected = next(rows, (0, 0))
    for line, fields in rows:
        if fields < expected:
            found = f"{fields} field{'s' * (fields > 1)}"
            cure = "export the file again; a field that is empty has its comma all the same"
            raise DataError(Fault(f"{path}:{line}", "", found, f"{expected}, as in the header", cure))


def _counted(path: Path) -> Iterator[tuple[int, int]]:
    """The line on which each row ends, and its number of fields."""
    if _has_quotes(path):
        with path.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text)
            yield from ((reader.line_num, len(row)) for row in reader if "".join(row).strip() or len(row) > 1)
        return
    # Commas are counted many times faster than fields are read.
    with path.open("rb") as file:
        yield from ((number, line.count(b",") + 1) for number, line in enumerate(file, 1) if line.strip())


def _has_quotes(path: Path) -> bool:
    """Whether a field may have commas and ends of lines in it."""
    with path.open("rb") as file:
        return any(b'"' in line for line in file)
