"""Snapshots for a config: the latest or the pinned one of every series that an entry of `data` needs."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from urllib.parse import unquote

import numpy as np

from engine.config import Config
from engine.config.publishers import PublishedSource
from engine.errors import ConfigError, DataError
from engine.market.snapshots import Snapshot, latest, list_snapshots, read_snapshot, series_folder, store_folder
from engine.market.table import Dates, Matrix, Table


def stored(config: Config, name: str, source: str, keys: Sequence[str]) -> list[tuple[Snapshot, Table]]:
    """The snapshot and table of each series, their hashes checked; never the network.

    Raises DataError that names everything that was never pulled, and the command that pulls it.
    """
    entry = config.data[name]
    assert isinstance(entry, PublishedSource)
    if isinstance(entry.snapshot, str) and len(keys) > 1:
        raise ConfigError(
            config.fault(
                f"data.{name}.snapshot",
                f"one id for {len(keys)} series",
                "an id for each series that is pinned",
                f"write `snapshot: {{{keys[0]}: {entry.snapshot}}}`",
            )
        )
    missing = [key for key in keys if not has_snapshot(source, key)]
    if missing:
        raise not_pulled(config, name, source, missing)
    found = [_chosen(config, name, source, key, entry.snapshot_of(key)) for key in keys]
    return [(one, read_snapshot(one)) for one in found]


def has_snapshot(source: str, key: str) -> bool:
    """Whether a series was ever pulled into the store."""
    return any(series_folder(store_folder(), source, key).glob("*.json"))


def stored_keys(source: str) -> tuple[str, ...]:
    """Every series of a source in the store, alphabetical."""
    folder = store_folder() / source
    return tuple(sorted({unquote(path.parent.name) for path in folder.glob("*/*.json")}))


def not_pulled(config: Config, name: str, source: str, keys: Sequence[str]) -> DataError:
    """The DataError about series without a snapshot, with the command that pulls them."""
    found = f"no snapshot of {source} {', '.join(keys[:8])}" + (" ..." if len(keys) > 8 else "")
    command = shlex.join(["overweight", "data", "pull", source, *keys])
    return DataError(
        config.fault(f"data.{name}", found, f"series that were pulled into {store_folder()}", f"pull: {command}")
    )


def _chosen(config: Config, name: str, source: str, key: str, pinned: str | None) -> Snapshot:
    if pinned is None:
        return latest(store_folder(), source, key)
    kept = list_snapshots(store_folder(), source, key)
    found = [one for one in kept if one.id.startswith(pinned)]
    if len(found) == 1:
        return found[0]
    ids = ", ".join(one.id[:12] for one in kept)
    raise ConfigError(
        config.fault(
            f"data.{name}.snapshot",
            f"{pinned}, which begins {len(found)} snapshots of {source} {key}",
            f"one of: {ids}",
            "copy the id from `overweight data list`, or leave it out for the latest",
        )
    )


def side_by_side(columns: Sequence[tuple[Dates, Matrix]]) -> tuple[Dates, Matrix]:
    """The union of the dates (R,) and the columns of all matrices (R, C) on it; NaN where one has no row."""
    if not columns:
        return np.empty(0, "datetime64[D]"), np.empty((0, 0))
    dates = np.unique(np.concatenate([days for days, _ in columns]))
    # Filled label by label in the order of memory, then seen as (rows, labels).
    wide = np.full((sum(matrix.shape[1] for _, matrix in columns), len(dates)), np.nan)
    at = 0
    for days, matrix in columns:
        width = matrix.shape[1]
        rows = slice(None) if len(days) == len(dates) else np.searchsorted(dates, days)
        wide[at : at + width, rows] = matrix.T
        at += width
    return dates, wide.T
