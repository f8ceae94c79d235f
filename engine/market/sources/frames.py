"""A file of the user's own as a frame: found, read, and indexed by its dates."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pandas as pd

from engine.config import Config
from engine.errors import ConfigError, DataError, Fault
from engine.market.sources.fields import refuse_short_row
from engine.market.table import Dates

#: Where a relative path is looked for after the config's own folder and the working directory.
FOLDERS_VARIABLE = "OVERWEIGHT_DATA"
USUAL_FOLDERS = ("data", "../shared/data/reference")
PARQUET = (".parquet", ".pq")
PARQUET_MARK = b"PAR1"
SHEETS = (".xlsx", ".xls", ".xlsm", ".ods")
READABLE = (".csv", ".txt", *PARQUET, *SHEETS)


def find(config: Config, name: str, path: str, what: str = "CSV or parquet file") -> Path:
    """The file or folder `path` means: beside the config, in the working directory, then in the data folders."""
    folders = [*config.folders_of(f"data.{name}.path"), Path.cwd()]
    folders += [Path(folder) for folder in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep) if folder]
    folders += [Path(folder) for folder in USUAL_FOLDERS]
    for folder in folders:
        if (folder / path).exists():
            return folder / path
    raise ConfigError(
        config.fault(
            f"data.{name}.path",
            found=f"`{path}`, which is no file",
            expected=f"a {what} beside the config, in the working directory, in its `data/`, "
            f"or in a folder of ${FOLDERS_VARIABLE}",
            cure=f"correct the path, or set {FOLDERS_VARIABLE} to the folder that holds the file",
        )
    )


def read_frame(path: Path, date: str) -> pd.DataFrame:
    """The file as a frame indexed by its date column (datetime64[s]); everything else as it came.

    Raises DataError where the file cannot be read, is empty, or holds something else than dates in that column.
    """
    frame = _read(path)
    if date not in frame.columns:
        if frame.index.name != date:
            raise no_column(path, frame, date, "a column of dates", "name it in the config: `date: <column>`")
        frame = frame.reset_index()
    if frame.empty:
        raise refuse(path, "a header without rows", "at least one row", "export the file again")
    column = frame[date]
    if pd.api.types.is_string_dtype(column):  # a day is the day that is written, whatever the offset behind it
        column = column.str.slice(0, 10)
    days = instants(path, column, "date")
    frame[date] = days.dt.tz_localize(None) if days.dt.tz is not None else days
    return frame.set_index(date)


def _read(path: Path) -> pd.DataFrame:
    try:
        if path.suffix in PARQUET:
            return _read_parquet(path)
        if path.suffix.lower() in SHEETS:
            return pd.read_excel(path, engine="calamine")
        _refuse_header(path)
        return _read_csv(path)
    except DataError:
        raise
    except pd.errors.EmptyDataError:
        raise refuse(path, "an empty file", "a header and rows", "export the file again") from None
    except ImportError:
        cure = 'pip install "overweight[sources]"'
        raise refuse(path, "no python-calamine in this Python", "the library that reads Excel files", cure) from None
    except UnicodeDecodeError as error:
        byte = f"the byte 0x{error.object[error.start]:02x}, which is no UTF-8"
        raise refuse(path, byte, "text in UTF-8", "save it as CSV in UTF-8") from None
    except IsADirectoryError:
        raise refuse(path, "a folder", "a file", "name one file in it") from None
    # calamine's errors share no nearer ancestor than Exception; pandas' are ValueErrors.
    except (ValueError, OSError) as error:
        raise _unreadable(path, error) from None
    except Exception as error:
        if path.suffix.lower() in SHEETS:
            raise _unreadable(path, error) from None
        raise


def _read_csv(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(path)
    # A row that is too short has nothing in its last column, so most files need not be looked through.
    if frame.shape[1] and frame.iloc[:, -1].isna().any():
        refuse_short_row(path)
    return frame


def _read_parquet(path: Path) -> pd.DataFrame:
    with path.open("rb") as file:
        begins = file.read(len(PARQUET_MARK))
        file.seek(-min(len(PARQUET_MARK), file.seek(0, os.SEEK_END)), os.SEEK_END)
        ends = file.read()
    if not begins == ends == PARQUET_MARK:
        found = "a parquet file without its end" if begins == PARQUET_MARK else "no parquet file but for its name"
        raise refuse(path, found, f"`PAR1` at both ends, as {PARQUET[0]} files have", "export the file again")
    return pd.read_parquet(path)


def _refuse_header(path: Path) -> None:
    """Raise DataError for a header that names a column twice, or that commas do not part."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        names = next(csv.reader(file), [])
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise refuse(path, f"the column `{twice[0]}` twice", "each column once", "remove or rename the second one")
    parted = next((mark for mark in (";", "\t", "|") if len(names) == 1 and mark in names[0]), None)
    if parted:
        words = {"\t": "tabs"}.get(parted, f"`{parted}`")
        raise refuse(path, f"columns parted by {words}", "columns parted by commas", "save it as CSV with commas")


def _unreadable(path: Path, error: Exception) -> DataError:
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    kind = "Excel" if path.suffix.lower() in SHEETS else "CSV or parquet"
    return refuse(path, first, f"a readable {kind} file", "export the file again")


def instants(path: Path, column: pd.Series, what: str) -> pd.Series:
    """A column of dates or times as datetimes. Raises DataError that names the first cell that is none."""
    given = bool(pd.api.types.is_datetime64_any_dtype(column))
    # Whole numbers are dates as 20240131 here, never nanoseconds since 1970.
    texts = column.astype("Int64").astype(str) if pd.api.types.is_integer_dtype(column) else column
    try:
        days = pd.to_datetime(texts, errors="coerce", format=None if given else "ISO8601")
    except ValueError:  # offsets that change with summer time: what counts is the same instants
        days = pd.to_datetime(texts, errors="coerce", format="ISO8601", utc=True)
    if days.isna().any():
        row = int(np.flatnonzero(days.isna().to_numpy())[0])
        raise refuse(
            path, f"`{column.iloc[row]}` as the {what} of row {row + 2}", "a date like 2024-03-28",
            "write dates as year-month-day",
        )  # fmt: skip
    return days


def known_times(path: Path, column: pd.Series) -> Dates:
    """(R,) when each row became known: datetime64[D] for dates, datetime64[s] in UTC for times with a zone.

    Raises DataError for a cell that is neither, and for times without a zone: they fit two sessions.
    """
    times = instants(path, column, f"known date (`{column.name}`)")
    if times.dt.tz is not None:
        return np.asarray(times.dt.tz_convert("UTC").dt.tz_localize(None), dtype="datetime64[s]")
    timed = (times != times.dt.normalize()).to_numpy()
    if timed.any():
        row = int(np.flatnonzero(timed)[0])
        raise refuse(
            path, f"`{column.iloc[row]}` as the known time of row {row + 2}", "a date, or a time with its zone",
            "write for example 2024-03-28, or 2024-03-28T16:00-04:00",
        )  # fmt: skip
    return np.asarray(times, dtype="datetime64[D]")


def take_known(path: Path, frame: pd.DataFrame, column: str | None) -> tuple[pd.DataFrame, Dates | None]:
    """The frame without its column of known dates, and those; DataError where the column is not there."""
    if column is None:
        return frame, None
    if column not in frame.columns:
        expected, cure = "the column of known dates that `known` names", "correct `known: {column: ...}`"
        raise no_column(path, frame, column, expected, cure)
    return frame.drop(columns=column), known_times(path, frame[column])


def no_column(path: Path, frame: pd.DataFrame, column: str, expected: str, cure: str) -> DataError:
    """A DataError about a column that a file does not have; it names those that it has."""
    columns = ", ".join(map(str, frame.columns[:8]))
    return refuse(path, f"no column `{column}` (columns: {columns})", expected, cure)


def refuse(path: Path, found: str, expected: str, cure: str) -> DataError:
    """A DataError about a file of the user's."""
    return DataError(Fault(str(path), "", found, expected, cure))
