"""Kenneth French's data library from its snapshots: industry portfolios as levels, factors as daily fractions.

A factor source gives `cash: {rate: NAME.RF}` its rate. Months are dated at their last weekday.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from engine.config import Config
from engine.config.publishers import FrenchSource
from engine.market.levels import from_returns
from engine.market.publishers.french import ATTRIBUTION, data_set
from engine.market.sources.stored import stored
from engine.market.table import Table


def read(config: Config, name: str, wanted: Collection[str]) -> Table:
    """Portfolios: total-return levels of the wanted labels. Factors: every factor as a value, in fractions."""
    entry = config.data[name]
    assert isinstance(entry, FrenchSource)
    key = series_key(entry)
    ((_, table),) = stored(config, name, "french", [key])
    dates = table.dates if entry.frequency == "daily" else np.busday_offset(table.dates, 0, roll="backward")
    place = f"french {key}"
    if entry.factors is not None:
        return Table(
            dates, table.columns, table.values, "values", place, attribution=ATTRIBUTION, offered=table.columns
        )
    theirs = {entry.columns.get(label, label): label for label in wanted}
    chosen = [i for i, label in enumerate(table.columns) if label in theirs]
    columns = tuple(theirs[table.columns[i]] for i in chosen)
    levels = np.ascontiguousarray(from_returns(table.values[:, chosen]))
    return Table(dates, columns, levels, "prices", place, attribution=ATTRIBUTION, offered=table.columns)


def series_key(entry: FrenchSource) -> str:
    """The key under which a pull keeps the data set of an entry."""
    name = data_set(entry.data_set, entry.frequency)
    return name if entry.factors is not None else f"{name}.{entry.weights}"
