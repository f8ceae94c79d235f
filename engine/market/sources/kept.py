"""Files of the user's own as they were kept in the store: `overweight data pull` read them, runs read the snapshot.

Only the wanted columns are read, in the order in which a Panel wants them. Neither pandas nor the file is needed.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection
from dataclasses import replace

from engine.config import Config, FilesSource
from engine.errors import ConfigError, NotPulled
from engine.market.snapshots import Snapshot, read_snapshot, store_folder
from engine.market.sources.stored import has_snapshot, one_snapshot
from engine.market.table import Table

#: The folder of the store in which kept files lie.
SOURCE = "files"


def read(config: Config, name: str, wanted: Collection[str]) -> Table:
    """The wanted labels of the snapshot that an entry of `files` names; of values every column.

    Raises NotPulled where nothing was pulled under the name, ConfigError where the pin fits nothing, or the entry
    reads its file otherwise than the pull did.
    """
    entry = config.data[name]
    assert isinstance(entry, FilesSource)
    key, pinned = entry.kept_as
    if not has_snapshot(SOURCE, key):
        found, expected = f"no snapshot of {SOURCE} {key}", f"one that was pulled into {store_folder()}"
        raise NotPulled(config.fault(f"data.{name}.snapshot", found, expected, f"pull: {_command(config)}"))
    snapshot = one_snapshot(config, name, SOURCE, key, pinned)
    _refuse_other_reading(config, name, entry, snapshot)
    place = f"{SOURCE} {key}"
    if entry.column is not None:
        return replace(read_snapshot(snapshot), place=place)
    if entry.kind == "values":
        table = read_snapshot(snapshot)
        ours = {theirs: ours for ours, theirs in entry.columns.items()}
        return replace(table, columns=tuple(ours.get(column, column) for column in table.columns), place=place)
    theirs = {entry.columns.get(label, label): label for label in sorted(wanted)}
    table = read_snapshot(snapshot, list(theirs))
    return replace(table, columns=tuple(theirs[column] for column in table.columns), place=place)


def _refuse_other_reading(config: Config, name: str, entry: FilesSource, snapshot: Snapshot) -> None:
    """A key that was changed after the pull would otherwise change nothing, and say nothing."""
    for key in sorted({*entry.reading, *snapshot.facts}):
        now, then = entry.reading.get(key, "the default"), snapshot.facts.get(key, "the default")
        if now != then:
            found, expected = f"`{now}`", f"`{then}`, with which {snapshot.id[:12]} was pulled"
            cure = f"pull again: {_command(config)}"
            raise ConfigError(config.fault(f"data.{name}.{key}", found, expected, cure))


def _command(config: Config) -> str:
    options = [word for override in config.overrides for word in ("--set", override)]
    return shlex.join(["overweight", "data", "pull", str(config.path), *options])
