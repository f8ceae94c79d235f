"""A Table is what every source delivers: dated rows of named columns, before anything is aligned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import DataError, Fault

Dates = NDArray[np.datetime64]
Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Indices = NDArray[np.int64]
Kind = Literal["prices", "returns", "values"]


@dataclass(frozen=True, slots=True)
class Table:
    """Dated rows of named columns from one source.

    dates: (R,) datetime64[D], strictly increasing: the day each row describes.
    columns: C labels. values: (R, C) float64; NaN where the source has no value.
    kind: prices (levels, > 0), returns (simple, per row) or values (anything dated: an index, a rate).
    known: (R,) when each row became known, datetime64[s] in UTC, or datetime64[D] for a date without a time
        (which means after that day's close); None where the source does not say.
    opens, volumes: (R, C) like values, or None. place: the file or address, for messages.
    attribution: whose data it is, in one line. offered: every label the source has, wanted or not.
    caveats: what a reader of a result has to know of this source.
    digests: the `column_digest` of each column of values, where the source knows it of these very numbers; else ().
    """

    dates: Dates
    columns: tuple[str, ...]
    values: Matrix
    kind: Kind
    place: str
    known: Dates | None = None
    opens: Matrix | None = None
    volumes: Matrix | None = None
    attribution: str = ""
    offered: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        refuse_bad_dates(self.dates, self.place)


def refuse_bad_dates(dates: Dates, place: str) -> None:
    """Raise DataError where dates repeat or run backwards; the message names the first such day."""
    if len(dates) < 2:
        return
    steps = np.diff(dates).astype("timedelta64[D]").astype(np.int64)
    if (steps > 0).all():
        return
    row = int(np.flatnonzero(steps <= 0)[0]) + 1
    word = "twice" if steps[row - 1] == 0 else f"after {dates[row - 1]}"
    raise DataError(
        Fault(
            place=place,
            key="",
            found=f"the date {dates[row]} {word} (data row {row + 1})",
            expected="one row per date, in ascending order",
            cure="sort the file by date and keep one row per date",
        )
    )
