"""A folder with one file per asset: the file's name without its ending is the label."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from engine.config import Config, FilesSource, KnownInColumn
from engine.errors import ConfigError
from engine.market.sources.checked import checked_table
from engine.market.sources.frames import READABLE, no_column, read_frame
from engine.market.table import Table, refuse_bad_dates


def read_folder(config: Config, name: str, folder: Path, theirs: Mapping[str, str] | None) -> Table:
    """The wanted files of a folder as one table. theirs: name of the file -> our label; None for all as they are.

    Each file has the columns of `date:` and `price:` (or one column of numbers alone); `open:` and `volume:`
    where they are named. Raises ConfigError or DataError with the file at fault.
    """
    entry = config.data[name]
    assert isinstance(entry, FilesSource)
    _refuse_what_one_file_says(config, name, entry)
    files = _files(config, name, folder)
    parts: dict[str, dict[str, pd.Series]] = {"price": {}, "open": {}, "volume": {}}
    for stem, label in (dict(zip(files, files, strict=True)) if theirs is None else theirs).items():
        if stem not in files:
            continue
        frame = read_frame(files[stem], entry.date)
        refuse_bad_dates(frame.index.to_numpy().astype("datetime64[D]"), str(files[stem]))
        parts["price"][label] = _price(files[stem], frame, entry.price)
        for part, column in (("open", entry.open), ("volume", entry.volume)):
            if column is not None:
                parts[part][label] = _column(files[stem], frame, column)
    wide = {part: pd.concat(columns, axis=1, sort=True) for part, columns in parts.items() if columns}
    closes = wide.get("price", pd.DataFrame(index=pd.DatetimeIndex([])))
    return checked_table(
        folder, closes, entry.kind, opens=wide.get("open"), volumes=wide.get("volume"), offered=tuple(sorted(files))
    )


def _refuse_what_one_file_says(config: Config, name: str, entry: FilesSource) -> None:
    if entry.column is not None:
        found, cure = "`column` with a folder", "name the file itself in `path`"
    elif isinstance(entry.known, KnownInColumn):
        found, cure = "a column of known dates with a folder", "put the series into one file"
    else:
        return
    key = "column" if entry.column is not None else "known"
    raise ConfigError(config.fault(f"data.{name}.{key}", found, "one file", cure))


def _files(config: Config, name: str, folder: Path) -> dict[str, Path]:
    """Name without ending -> file; ConfigError where there is none, or two endings share a name."""
    files: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in READABLE or path.name.startswith("."):
            continue
        if path.stem in files:
            cure = f"remove {files[path.stem].name} or {path.name}"
            raise ConfigError(
                config.fault(f"data.{name}.path", f"two files of {path.stem}", "one file per label", cure)
            )
        files[path.stem] = path
    if not files:
        endings = ", ".join(READABLE)
        raise ConfigError(
            config.fault(
                f"data.{name}.path",
                f"`{folder}`, a folder without data files",
                f"files ending in {endings}",
                "correct the path",
            )
        )
    return files


def _price(path: Path, frame: pd.DataFrame, price: str) -> pd.Series:
    if price not in frame.columns and len(frame.columns) == 1:
        return frame.iloc[:, 0]
    return _column(path, frame, price)


def _column(path: Path, frame: pd.DataFrame, column: str) -> pd.Series:
    if column in frame.columns:
        return frame[column]
    cure = "name the columns in the config: `price:`, `open:`, `volume:`"
    raise no_column(path, frame, column, "a file with it", cure)
