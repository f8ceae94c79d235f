"""Series of FRED from their snapshots, side by side, as values.

Without `known` in the config a day is seen on the next session. Series slower than weekly must say it: FRED dates
a month at its first day, long before anyone knew it.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from engine.config import Config
from engine.config.publishers import FredSource
from engine.errors import ConfigError
from engine.market.publishers.fred import ATTRIBUTION
from engine.market.sources.stored import Union, stored
from engine.market.table import Table

#: Days between two values, in the middle, from which a series is called slow.
SLOW_DAYS = 8


def read(config: Config, name: str, wanted: Collection[str]) -> Table:
    """Every series of the entry. Raises ConfigError for a slow series without a `known` of the config's own."""
    entry = config.data[name]
    assert isinstance(entry, FredSource)
    tables = [table for _, table in stored(config, name, "fred", entry.keys)]
    for key, table in zip(entry.keys, tables, strict=True):
        if "known" not in entry.model_fields_set:
            _refuse_slow(config, name, key, table)
    union = Union([table.dates for table in tables])
    values = union.side_by_side([table.values for table in tables])
    place = "fred " + ", ".join(entry.keys)
    return Table(union.dates, entry.keys, values, "values", place, attribution=ATTRIBUTION, offered=entry.keys)


def _refuse_slow(config: Config, name: str, key: str, table: Table) -> None:
    steps = np.diff(table.dates).astype(np.int64)
    if len(steps) and np.median(steps) >= SLOW_DAYS:
        raise ConfigError(
            config.fault(
                f"data.{name}.known",
                f"nothing, and {key} has a value every {np.median(steps):.0f} days",
                "when such a value became known: FRED dates it at the first day that it describes",
                "add for example `known: {month_end_plus_business_days: 15}`",
            )
        )
