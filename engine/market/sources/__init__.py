"""Where data comes from: one small module per source, behind one literal table.

Each module has `read(config, name, wanted) -> Table`. A module is imported when a config names its source, so that a
run on the sample loads neither pandas nor a publisher's library.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from importlib import import_module
from typing import Any

from engine.config import Config
from engine.market.table import Table

#: A reader takes the config (for places and folders), the name of the `data` entry and the labels wanted of it.
Reader = Callable[[Config, str, Collection[str]], Table]

SOURCES = {
    "sample": "engine.market.sources.sample",
    "files": "engine.market.sources.files",
    "files kept": "engine.market.sources.kept",
    "table": "engine.market.sources.table",
    "events": "engine.market.sources.events",
    "made": "engine.market.sources.made",
    "yahoo": "engine.market.sources.yahoo",
    "french": "engine.market.sources.french",
    "gpr": "engine.market.sources.gpr",
    "pinksheet": "engine.market.sources.pinksheet",
    "fred": "engine.market.sources.fred",
}


def read_source(config: Config, name: str, wanted: Collection[str]) -> Table:
    """The Table of the `data` entry `name`, with those of the `wanted` columns that it has.

    Raises DataError where the data cannot be read, ConfigError where the entry asks for what is not there.
    """
    entry: Any = config.data[name]
    kept = entry.source == "files" and entry.snapshot is not None
    read: Reader = import_module(SOURCES["files kept" if kept else entry.source]).read
    return read(config, name, wanted)
