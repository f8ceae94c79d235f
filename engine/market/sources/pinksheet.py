"""The World Bank's monthly commodity prices from their snapshot: watched as prices, or read as values.

Without `known` in the config a month is seen from three business days after its end.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from engine.config import Config
from engine.config.publishers import PinksheetSource
from engine.errors import ConfigError
from engine.market.publishers.pinksheet import ATTRIBUTION
from engine.market.sources.stored import stored
from engine.market.table import Table

CAVEAT = "the commodity prices are monthly means as last restated by the World Bank"


def read(config: Config, name: str, wanted: Collection[str]) -> Table:
    """`kind: prices` gives the wanted labels, `kind: values` every commodity as a series.

    Raises ConfigError where `columns` names a commodity that the sheet has not.
    """
    entry = config.data[name]
    assert isinstance(entry, PinksheetSource)
    ((_, table),) = stored(config, name, "pinksheet", ["monthly"])
    unknown = [label for label in entry.columns.values() if label not in table.columns]
    if unknown:
        near = [label for label in table.columns if label.lower().startswith(unknown[0].lower()[:4])]
        raise ConfigError(
            config.fault(
                f"data.{name}.columns",
                f"`{unknown[0]}`, which the sheet has not",
                "a label as `Copper [$/mt]`",
                f"did you mean `{near[0]}`?" if near else "look at `overweight data show pinksheet monthly`",
            )
        )
    ours = {theirs: ours for ours, theirs in entry.columns.items()}
    labels = tuple(ours.get(label, label) for label in table.columns)
    chosen = [i for i, label in enumerate(labels) if entry.kind == "values" or label in wanted]
    return Table(
        table.dates, tuple(labels[i] for i in chosen), np.ascontiguousarray(table.values[:, chosen]), entry.kind,
        "pinksheet monthly", attribution=ATTRIBUTION, offered=labels, caveats=(CAVEAT,),
    )  # fmt: skip
