"""Long frames, a row per date and label, turned into wide ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from engine.market.sources.frames import no_column, refuse


def pivot(
    path: Path, frame: pd.DataFrame, label: str, column: str, labels: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """A wide frame of one column of a long one. labels: the label in the file -> ours; all of them without it.

    Raises DataError where a column is not there, or a date has two rows for one label.
    """
    for needed in (label, column):
        if needed not in frame.columns:
            raise no_column(path, frame, needed, "a long table with it", "name the columns in the config")
    rows = frame if labels is None else frame[frame[label].isin(list(labels))]
    keys = rows[label].map(str if labels is None else dict(labels))
    doubled = pd.MultiIndex.from_arrays([rows.index, keys]).duplicated()
    if doubled.any():
        row = int(np.flatnonzero(doubled)[0])
        raise refuse(
            path, f"{rows.index[row].date()} twice for {keys.iloc[row]}", "one row per date and label",
            "keep one row per date and label",
        )  # fmt: skip
    wide = rows.set_index(keys.to_numpy(), append=True)[column].unstack()
    return wide.sort_index()
