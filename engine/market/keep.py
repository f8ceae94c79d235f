"""Keeping: the user's own files as snapshots. Runs then read what was kept, quickly, whatever becomes of the file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from engine.config import Config, FilesSource
from engine.errors import OverweightError
from engine.market.pull import Pulled, refuse_shorter
from engine.market.snapshots import Origin, save
from engine.market.sources import files
from engine.market.sources.kept import SOURCE


def kept_by(config: Config) -> list[str]:
    """The entries of a config whose files are kept as snapshots, in the order of its `data`."""
    return [
        name for name, entry in config.data.items() if isinstance(entry, FilesSource) and entry.snapshot is not None
    ]


def keep(config: Config, name: str, store: Path, *, accept_shorter: bool = False) -> Pulled:
    """Read the whole file or folder of an entry and save it under its name. A failure is an outcome, no exception.

    What is there is checked as in a run, and refused where it lost rows since the last time, unless accepted.
    """
    entry = config.data[name]
    assert isinstance(entry, FilesSource)
    key, _ = entry.kept_as
    try:
        table = files.read_whole(config, name)
        if not accept_shorter:
            refuse_shorter(table, table.place, SOURCE, key, store)
        origin = Origin(table.place, datetime.now(UTC), files.__name__, facts=entry.reading)
        kept = save(table, SOURCE, key, origin, store)
    except OverweightError as error:
        return Pulled(SOURCE, key, error=str(error))
    return Pulled(SOURCE, key, snapshots=(kept,), changed=kept.is_new)
