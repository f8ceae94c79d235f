"""Geopolitical risk from its snapshot: GPRD, GPRD_ACT, GPRD_THREAT, ... as values.

Without `known` in the config a day is seen from the session after the first Monday that follows it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from engine.config import Config
from engine.config.publishers import GprSource
from engine.errors import ConfigError
from engine.market.sources.stored import not_pulled, stored, stored_keys
from engine.market.table import Table

CAVEAT = "the geopolitical risk index is one vintage, restated since: not what was printed on the day"


def read(config: Config, name: str, wanted: Collection[str]) -> Table:
    """Every column of the index. Raises ConfigError where several editions were pulled and none is named."""
    entry = config.data[name]
    assert isinstance(entry, GprSource)
    ((_, table),) = stored(config, name, "gpr", [_key(config, name, entry)])
    return replace(table, place=f"gpr {entry.frequency}", offered=table.columns, caveats=(CAVEAT,))


def _key(config: Config, name: str, entry: GprSource) -> str:
    if entry.edition is not None:
        return f"{entry.frequency}.{entry.edition}"
    keys = [key for key in stored_keys("gpr") if key.startswith(f"{entry.frequency}.")]
    if not keys:
        raise not_pulled(config, name, "gpr", [entry.frequency])
    if len(keys) > 1:
        editions = [key.partition(".")[2] for key in keys]
        raise ConfigError(
            config.fault(
                f"data.{name}.edition",
                f"nothing, and the editions {' and '.join(editions)}",
                "the edition to read: their bases differ",
                f"write `edition: {editions[-1]}`",
            )
        )
    return keys[0]
