"""Any dated series of your own (ratings, inventories, positioning), with when each row became known if it says so.

    data:
      stocks: {source: table, path: lme_stocks.csv, known: {column: published}}

Rows may come in any order. A wide table has a column per series; a long one a row per series and date.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from engine.config import Config
from engine.config.own_sources import TableSource
from engine.errors import ConfigError
from engine.market.sources.checked import checked_table
from engine.market.sources.files import known_column, latest_known, one_column
from engine.market.sources.frames import find, read_frame, take_known
from engine.market.sources.long import pivot
from engine.market.table import Dates, Table


def read(config: Config, name: str, wanted: Collection[str]) -> Table:
    """Every series of the table as values, in order of date; NaN where a cell is empty.

    Raises ConfigError where the file or a column is not there, DataError where its content cannot be used.
    """
    entry = config.data[name]
    assert isinstance(entry, TableSource)
    path = find(config, name, entry.path, "CSV, parquet or Excel file")
    frame, known = take_known(path, read_frame(path, entry.date), known_column(config, name))
    order = np.argsort(frame.index.to_numpy(), kind="stable")
    frame = frame.iloc[order]
    known = None if known is None else known[order]
    if _is_long(frame, entry):
        frame, known = _wide(path, frame, entry, known)
    offered = tuple(map(str, frame.columns))
    if entry.column is not None:
        frame = one_column(config, name, frame, entry.column, path)
    elif entry.columns:
        frame = _chosen(config, name, frame, entry, path)
    return checked_table(path, frame, "values", known=known, offered=offered)


def _is_long(frame: pd.DataFrame, entry: TableSource) -> bool:
    if entry.format != "auto":
        return entry.format == "long"
    return entry.label in frame.columns and entry.value in frame.columns


def _wide(
    path: Path, frame: pd.DataFrame, entry: TableSource, known: Dates | None
) -> tuple[pd.DataFrame, Dates | None]:
    return pivot(path, frame, entry.label, entry.value), latest_known(frame, known)


def _chosen(config: Config, name: str, frame: pd.DataFrame, entry: TableSource, path: Path) -> pd.DataFrame:
    missing = [theirs for theirs in entry.columns.values() if theirs not in frame.columns]
    if missing:
        raise ConfigError(
            config.fault(
                f"data.{name}.columns",
                found=f"`{missing[0]}`, which {path.name} has not",
                expected="one of " + ", ".join(map(str, frame.columns[:12])),
                cure="name columns of the file",
            )
        )
    return frame[list(entry.columns.values())].set_axis(list(entry.columns), axis=1)
