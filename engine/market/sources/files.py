"""Price files of the user's own: wide (a column per label), long (a row per date and label), or a folder of files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from engine.config import Config, FilesSource, KnownInColumn
from engine.errors import ConfigError
from engine.market.sources.checked import checked_table
from engine.market.sources.folder import read_folder
from engine.market.sources.frames import find, read_frame, take_known
from engine.market.sources.long import pivot
from engine.market.table import Dates, Kind, Table


def read(config: Config, name: str, wanted: Collection[str]) -> Table:
    """The wanted labels of one file or folder, checked; prices must be positive numbers or empty.

    Raises ConfigError where the file is nowhere, DataError where its content cannot be used.
    """
    entry = config.data[name]
    assert isinstance(entry, FilesSource)
    return _read(config, name, {entry.columns.get(label, label): label for label in wanted})


def read_whole(config: Config, name: str) -> Table:
    """Everything in the file or folder, called as it is there, checked as by `read`; raises as `read` does."""
    return _read(config, name, None)


def _read(config: Config, name: str, theirs: Mapping[str, str] | None) -> Table:
    """The labels of the file that are keys of `theirs`, called by its values; all as they are where it is None."""
    entry = config.data[name]
    assert isinstance(entry, FilesSource)
    path = find(config, name, entry.path)
    if path.is_dir():
        return read_folder(config, name, path, theirs)
    frame, known = take_known(path, read_frame(path, entry.date), known_column(config, name))
    if entry.column is not None:
        kind: Kind = entry.kind if entry.kind != "prices" else "values"
        return checked_table(path, one_column(config, name, frame, entry.column, path), kind, known=known)
    if _is_long(frame, entry):
        return _long(path, frame, entry, theirs, known)
    offered = tuple(map(str, frame.columns))
    if theirs is not None and entry.kind == "values":
        frame = frame.rename(columns={theirs: ours for ours, theirs in entry.columns.items()})
    elif theirs is not None:
        frame = frame[[column for column in frame.columns if column in theirs]].rename(columns=theirs)
    return checked_table(path, frame, entry.kind, known=known, offered=offered)


def known_column(config: Config, name: str) -> str | None:
    """The column that holds when rows became known, where the entry's `known` names one."""
    rule = config.data[name].known
    return rule.column if isinstance(rule, KnownInColumn) else None


def one_column(config: Config, name: str, frame: pd.DataFrame, column: str, path: Path) -> pd.DataFrame:
    """That column alone; ConfigError where the file has none of that name."""
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


def latest_known(frame: pd.DataFrame, known: Dates | None) -> Dates | None:
    """(R,) per distinct date of a long frame, ascending, when the last of its rows became known."""
    if known is None:
        return None
    latest = pd.Series(known, index=frame.index).groupby(level=0).max().to_numpy()
    return np.asarray(latest, dtype=known.dtype)


def _is_long(frame: pd.DataFrame, entry: FilesSource) -> bool:
    if entry.format != "auto":
        return entry.format == "long"
    return entry.label in frame.columns and entry.price in frame.columns


def _long(
    path: Path, frame: pd.DataFrame, entry: FilesSource, theirs: Mapping[str, str] | None, known: Dates | None
) -> Table:
    def wide(column: str | None) -> pd.DataFrame | None:
        return pivot(path, frame, entry.label, column, theirs) if column else None

    closes = pivot(path, frame, entry.label, entry.price, theirs)
    if known is not None:
        wanted = frame[entry.label].isin(list(theirs)).to_numpy() if theirs is not None else np.ones(len(frame), bool)
        known = latest_known(frame[wanted], known[wanted])
    offered = tuple(sorted(map(str, frame[entry.label].unique())))
    return checked_table(
        path, closes, entry.kind, opens=wide(entry.open), volumes=wide(entry.volume), known=known, offered=offered
    )
