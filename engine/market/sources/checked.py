"""A wide frame as a Table, its dates and numbers checked by name and day."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from engine.errors import DataError
from engine.market.levels import from_returns
from engine.market.sources.frames import refuse
from engine.market.table import Dates, Kind, Matrix, Table, refuse_bad_dates
from engine.market.worthless import passing_zeros, until_worthless

#: The smallest price there is, in any currency: below it sums and squares of prices are no longer exact.
LEAST = 1e-12


def checked_table(
    path: Path,
    frame: pd.DataFrame,
    kind: Kind,
    *,
    opens: pd.DataFrame | None = None,
    volumes: pd.DataFrame | None = None,
    known: Dates | None = None,
    offered: tuple[str, ...] = (),
) -> Table:
    """A Table of a wide frame indexed by date; opens and volumes are aligned to it. Returns become levels.

    Raises DataError for dates that repeat or run backwards, text, infinities, prices below LEAST that are not zero, and
    zeros that are followed by a price. A price of zero for good is the last one of its column.
    """
    dates = frame.index.to_numpy().astype("datetime64[D]")
    refuse_bad_dates(dates, str(path))
    values = numbers(path, frame, positive=kind == "prices")
    if kind == "returns":
        _refuse_levels(path, frame, values)
        values, kind = from_returns(values), "prices"

    def beside(other: pd.DataFrame | None, positive: bool) -> Matrix | None:
        if other is None:
            return None
        return numbers(path, other.reindex(index=frame.index, columns=frame.columns), positive=positive)

    columns = tuple(map(str, frame.columns))
    return Table(
        dates, columns, values, kind, str(path),
        known=known, opens=beside(opens, True), volumes=beside(volumes, False), offered=offered,
    )  # fmt: skip


def _refuse_levels(path: Path, frame: pd.DataFrame, values: Matrix) -> None:
    """Raise DataError for returns that no asset has: at or below -100%, or mostly beyond 100%."""
    for i, label in enumerate(frame.columns):
        given = values[~np.isnan(values[:, i]), i]
        if len(given) and (given.min() <= -1.0 or np.median(np.abs(given)) > 1.0):
            worst = given.min() if given.min() <= -1.0 else given[np.argmax(np.abs(given))]
            raise refuse(
                path, f"a return of {worst:g} for {label}", "simple returns (0.01 is one percent) above -1",
                "divide percentages by 100; for a file of prices say `kind: prices`",
            )  # fmt: skip


def numbers(path: Path, frame: pd.DataFrame, *, positive: bool) -> Matrix:
    """The frame's values as float64; what no number or no price can be is refused by name and day.

    positive: they are prices, LEAST at least, or zero where an asset is worth nothing any more: nothing follows then.
    """
    if len(frame.columns) and all(kind == np.float64 for kind in frame.dtypes):
        # Nothing but numbers: looked at all at once, and again one by one only where something is wrong.
        whole = np.ascontiguousarray(frame.to_numpy())
        low = LEAST if positive else -np.inf
        if not (np.isinf(whole) | (whole < low)).any():
            return whole
    columns = []
    for label in frame.columns:
        column = frame[label]
        found = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        given = column.notna().to_numpy()
        bad = given & ~np.isfinite(found)
        if bad.any():
            raise _bad_value(path, label, column, bad, "a number or nothing", "remove the text")
        if positive and (bad := given & (found < 0)).any():
            cure = "leave missing prices empty; for a column of returns say `kind: returns`"
            raise _bad_value(path, label, column, bad, "a price above zero", cure)
        if positive and (bad := given & (found > 0) & (found < LEAST)).any():
            expected = f"a price of {LEAST:g} at least, or 0 where an asset is worth nothing"
            raise _bad_value(path, label, column, bad, expected, "write what it was, or 0 to the end")
        if positive and (bad := passing_zeros(found)).any():
            expected = "a price above zero, or 0 to the end where an asset is worth nothing"
            raise _bad_value(path, label, column, bad, expected, "leave missing prices empty")
        columns.append(found)
    whole = np.ascontiguousarray(np.column_stack(columns)) if columns else np.empty((len(frame), 0))
    return until_worthless(whole) if positive else whole


def _bad_value(path: Path, label: str, column: pd.Series, bad: np.ndarray, expected: str, cure: str) -> DataError:
    row = int(np.flatnonzero(bad)[0])
    count = int(bad.sum())
    more = f" and {count - 1} more like it" if count > 1 else ""
    found = f"`{column.iloc[row]}` for {label} on {column.index[row].date()}{more}"
    return refuse(path, found, expected, cure)
