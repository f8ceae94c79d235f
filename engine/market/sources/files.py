"""Files of the user's own: CSV or parquet, wide (a column per label) or long (a row per date and label)."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from engine.config import Config, FilesSource
from engine.errors import ConfigError, DataError, Fault
from engine.market.levels import from_returns
from engine.market.table import Matrix, Table, refuse_bad_dates

#: Where a relative path is looked for after the config's own folder and the working directory.
FOLDERS_VARIABLE = "OVERWEIGHT_DATA"
USUAL_FOLDERS = ("data", "../shared/data/reference")


def read(config: Config, name: str, wanted: Collection[str]) -> Table:
    """The wanted labels of one file, checked; prices must be positive numbers or empty.

    Raises ConfigError where the file is nowhere, DataError where its content cannot be used.
    """
    entry = config.data[name]
    assert isinstance(entry, FilesSource)
    path = find(config, name, entry.path)
    frame = _read_frame(path, entry.date)
    if entry.column is not None:
        values = _one_column(config, name, frame, entry.column, path)
        return _table(path, values, entry.kind if entry.kind != "prices" else "values")
    theirs = {entry.columns.get(label, label): label for label in wanted}
    if _is_long(frame, entry):
        offered = tuple(sorted(map(str, frame[entry.label].unique())))
        closes = _pivot(path, frame, entry, entry.price, theirs)
        opens = _pivot(path, frame, entry, entry.open, theirs) if entry.open else None
        return _table(path, closes, entry.kind, opens, offered)
    offered = tuple(map(str, frame.columns))
    if entry.kind == "values":
        ours = frame.rename(columns={theirs: ours for ours, theirs in entry.columns.items()})
    else:
        ours = frame[[column for column in frame.columns if column in theirs]].rename(columns=theirs)
    return _table(path, ours, entry.kind, None, offered)


def find(config: Config, name: str, path: str) -> Path:
    """The file `path` means: beside the config, in the working directory, then in the data folders."""
    folders = [config.folder_of(f"data.{name}.path"), Path.cwd()]
    folders += [Path(folder) for folder in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep) if folder]
    folders += [Path(folder) for folder in USUAL_FOLDERS]
    for folder in folders:
        if (folder / path).is_file():
            return folder / path
    raise ConfigError(
        config.fault(
            f"data.{name}.path",
            found=f"`{path}`, which is no file",
            expected="a CSV or parquet file beside the config, in the working directory, in its `data/`, "
            f"or in a folder of ${FOLDERS_VARIABLE}",
            cure=f"correct the path, or set {FOLDERS_VARIABLE} to the folder that holds the file",
        )
    )


def _read_frame(path: Path, date: str) -> pd.DataFrame:
    """The file as a frame indexed by its date column (datetime64[s]); everything else as it came."""
    try:
        if path.suffix in (".parquet", ".pq"):
            frame = pd.read_parquet(path)
        else:
            frame = pd.read_csv(path)
    except pd.errors.EmptyDataError:
        raise _refuse(path, "an empty file", "a header and rows", "export the file again") from None
    except (ValueError, OSError) as error:
        first = str(error).strip().splitlines()[0]
        raise _refuse(path, first, "a readable CSV or parquet file", "export the file again") from None
    if date not in frame.columns:
        if frame.index.name != date:
            columns = ", ".join(map(str, frame.columns[:8]))
            raise _refuse(
                path, f"no column `{date}` (columns: {columns})", "a column of dates",
                "name it in the config: `date: <column>`",
            )  # fmt: skip
        frame = frame.reset_index()
    if frame.empty:
        raise _refuse(path, "a header without rows", "at least one row", "export the file again")
    days = pd.to_datetime(frame[date], errors="coerce", format=None if _is_date(frame[date]) else "ISO8601")
    if days.isna().any():
        row = int(np.flatnonzero(days.isna().to_numpy())[0])
        raise _refuse(
            path, f"`{frame[date].iloc[row]}` as the date of row {row + 2}", "a date like 2024-03-28",
            "write dates as year-month-day",
        )  # fmt: skip
    frame[date] = days.dt.tz_localize(None) if days.dt.tz is not None else days
    return frame.set_index(date)


def _is_date(column: pd.Series) -> bool:
    return bool(pd.api.types.is_datetime64_any_dtype(column))


def _is_long(frame: pd.DataFrame, entry: FilesSource) -> bool:
    if entry.format != "auto":
        return entry.format == "long"
    return entry.label in frame.columns and entry.price in frame.columns


def _pivot(
    path: Path, frame: pd.DataFrame, entry: FilesSource, column: str, theirs: dict[str, str]
) -> pd.DataFrame:
    """A long table turned wide: dates down, the wanted labels across."""
    for needed in (entry.label, column):
        if needed not in frame.columns:
            raise _refuse(
                path, f"no column `{needed}`", f"a long table with `{entry.label}` and `{column}`",
                "name the columns in the config: `label:` and `price:`",
            )  # fmt: skip
    rows = frame[frame[entry.label].isin(theirs)]
    keys = rows[entry.label].map(theirs)
    doubled = pd.MultiIndex.from_arrays([rows.index, keys]).duplicated()
    if doubled.any():
        row = int(np.flatnonzero(doubled)[0])
        raise _refuse(
            path, f"{rows.index[row].date()} twice for {keys.iloc[row]}", "one row per date and label",
            "keep one row per date and label",
        )  # fmt: skip
    wide = rows.set_index(keys.to_numpy(), append=True)[column].unstack()
    return wide.sort_index()


def _one_column(config: Config, name: str, frame: pd.DataFrame, column: str, path: Path) -> pd.DataFrame:
    if column not in frame.columns:
        raise ConfigError(
            config.fault(
                f"data.{name}.column",
                found=f"`{column}`, which {path.name} has not",
                expected="one of " + ", ".join(map(str, frame.columns[:12])),
                cure="name a column of the file",
            )
        )
    return frame[[column]]


def _table(
    path: Path,
    frame: pd.DataFrame,
    kind: str,
    opens: pd.DataFrame | None = None,
    offered: tuple[str, ...] = (),
) -> Table:
    """A Table of a wide frame, its numbers checked."""
    dates = frame.index.to_numpy().astype("datetime64[D]")
    refuse_bad_dates(dates, str(path))
    values = _numbers(path, frame, positive=kind == "prices")
    if kind == "returns":
        values, kind = from_returns(values), "prices"
    opened = None
    if opens is not None:
        opened = _numbers(path, opens.reindex(index=frame.index, columns=frame.columns), positive=True)
    columns = tuple(map(str, frame.columns))
    return Table(dates, columns, values, kind, str(path), opens=opened, offered=offered)  # type: ignore[arg-type]


def _numbers(path: Path, frame: pd.DataFrame, *, positive: bool) -> Matrix:
    """The frame's values as float64; text, infinities and prices at or below zero are refused by name and day."""
    columns = []
    for label in frame.columns:
        column = frame[label]
        numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        given = column.notna().to_numpy()
        bad = given & ~np.isfinite(numbers)
        if bad.any():
            raise _bad_value(path, label, column, bad, "a number or nothing", "remove the text")
        if positive and (bad := given & (numbers <= 0)).any():
            cure = "leave missing prices empty; for a column of returns say `kind: returns`"
            raise _bad_value(path, label, column, bad, "a price above zero", cure)
        columns.append(numbers)
    return np.ascontiguousarray(np.column_stack(columns)) if columns else np.empty((len(frame), 0))


def _bad_value(
    path: Path, label: str, column: pd.Series, bad: np.ndarray, expected: str, cure: str
) -> DataError:
    row = int(np.flatnonzero(bad)[0])
    count = int(bad.sum())
    more = f" and {count - 1} more like it" if count > 1 else ""
    return _refuse(
        path, f"`{column.iloc[row]}` for {label} on {column.index[row].date()}{more}", expected, cure
    )


def _refuse(path: Path, found: str, expected: str, cure: str) -> DataError:
    return DataError(Fault(str(path), "", found, expected, cure))
