"""Where data comes from: one small module per source, behind one literal table."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from engine.config import Config
from engine.market.sources import files, sample
from engine.market.table import Table

#: A reader takes the config (for places and folders), the name of the `data` entry and the labels wanted of it.
Reader = Callable[[Config, str, Collection[str]], Table]

SOURCES: dict[str, Reader] = {
    "sample": sample.read,
    "files": files.read,
}


def read_source(config: Config, name: str, wanted: Collection[str]) -> Table:
    """The Table of the `data` entry `name`, with those of the `wanted` columns that it has.

    Raises DataError where the data cannot be read, ConfigError where the entry asks for what is not there.
    """
    entry: Any = config.data[name]
    return SOURCES[entry.source](config, name, wanted)
