"""Snapshots for a config: the latest or the pinned one of every series that an entry of `data` needs."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from urllib.parse import unquote

import numpy as np

from engine.config import Config
from engine.config.publishers import PublishedSource
from engine.errors import ConfigError, NotPulled
from engine.market.snapshots import Snapshot, latest, list_snapshots, read_snapshot, series_folder, store_folder
from engine.market.table import Dates, Matrix, Table


def stored(config: Config, name: str, source: str, keys: Sequence[str]) -> list[tuple[Snapshot, Table]]:
    """The snapshot and table of each series, their hashes checked; never the network. Raises as `chosen` does."""
    return [(one, read_snapshot(one)) for one in chosen(config, name, source, keys)]


def chosen(config: Config, name: str, source: str, keys: Sequence[str]) -> list[Snapshot]:
    """The latest or pinned snapshot of each series, not read yet.

    Raises DataError that names everything that was never pulled, and the command that pulls it; ConfigError where a
    pin fits nothing.
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
    return [one_snapshot(config, name, source, key, entry.snapshot_of(key)) for key in keys]


def has_snapshot(source: str, key: str) -> bool:
    """Whether a series was ever pulled into the store."""
    return any(series_folder(store_folder(), source, key).glob("*.json"))


def stored_keys(source: str) -> tuple[str, ...]:
    """Every series of a source in the store, alphabetical."""
    folder = store_folder() / source
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return tuple(sorted(key for key in map(unquote, names) if has_snapshot(source, key)))


def not_pulled(config: Config, name: str, source: str, keys: Sequence[str]) -> NotPulled:
    """The error about series without a snapshot, with the command that pulls them."""
    found = f"no snapshot of {source} {', '.join(keys[:8])}" + (" ..." if len(keys) > 8 else "")
    command = shlex.join(["overweight", "data", "pull", source, *keys])
    return NotPulled(
        config.fault(f"data.{name}", found, f"series that were pulled into {store_folder()}", f"pull: {command}")
    )


def one_snapshot(config: Config, name: str, source: str, key: str, pinned: str | None) -> Snapshot:
    """The latest snapshot of a series, or the one whose id begins with `pinned`; ConfigError where none or several."""
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


class Union:
    """The union of the dates of several tables, and where the rows of each lie in it.

    dates: (R,) ascending. Days are looked up in a table of all days between the first and the last: a hundred
    searches in sorted dates would take longer than reading the files.
    """

    def __init__(self, every: Sequence[Dates]) -> None:
        given = [days.astype("datetime64[D]").astype(np.int64) for days in every if len(days)]
        first = min((int(days[0]) for days in given), default=0)
        last = max((int(days[-1]) for days in given), default=-1)
        there = np.zeros(last - first + 1, np.bool_)
        for days in given:
            there[days - first] = True
        row = np.cumsum(there) - 1
        self._rows = [row[days.astype("datetime64[D]").astype(np.int64) - first] for days in every]
        self.dates: Dates = (np.flatnonzero(there) + first).astype("datetime64[D]")

    def side_by_side(self, matrices: Sequence[Matrix]) -> Matrix:
        """The columns of one matrix per table (R, C); NaN where a table has no row."""
        # Filled label by label in the order of memory, then seen as (rows, labels).
        wide = np.full((sum(matrix.shape[1] for matrix in matrices), len(self.dates)), np.nan)
        at = 0
        for rows, matrix in zip(self._rows, matrices, strict=True):
            for column in range(matrix.shape[1]):
                wide[at, rows] = matrix[:, column]
                at += 1
        return wide.T
