"""Yahoo Finance: the pulled history of every ticker that a config names, side by side.

`returns: total` reads closes adjusted for splits and distributions, `returns: price` for splits alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from engine.config import Config
from engine.config.publishers import YahooSource
from engine.errors import ConfigError
from engine.market.publishers.yahoo import ATTRIBUTION
from engine.market.snapshots import Snapshot, read_snapshot, store_folder
from engine.market.sources.grid import Grid
from engine.market.sources.stored import chosen, has_snapshot, not_pulled, stored_keys
from engine.market.table import Matrix, Table, Vector

#: Sources that may hold prices too: where one of them stands beside, a label may well be its.
PRICED = ("files", "sample", "made", "french", "pinksheet", "yahoo")


def read(config: Config, name: str, wanted: Collection[str]) -> Table:
    """Prices, opens and volumes of the wanted labels from their latest (or pinned) snapshots.

    Raises DataError where a ticker was never pulled, ConfigError where a ticker is quoted in another currency
    than the entry says.
    """
    entry = config.data[name]
    assert isinstance(entry, YahooSource)
    tickers = tickers_of(config, name, wanted)
    missing = [ticker for ticker in tickers.values() if not has_snapshot("yahoo", ticker)]
    others = [one for key, one in config.data.items() if key != name and one.source in PRICED]
    if missing and (entry.tickers is not None or not others):
        raise not_pulled(config, name, "yahoo", missing)
    labels = [label for label, ticker in tickers.items() if ticker not in missing]
    found = chosen(config, name, "yahoo", [tickers[label] for label in labels])
    _refuse_other_currency(config, name, labels, found)
    plain = [f"{tickers[label]}.actions" for label in labels] if entry.returns == "price" else []
    actions = chosen(config, name, "yahoo", plain)
    place = f"yahoo snapshots in {store_folder()}"
    if not found:
        return Table(np.empty(0, "datetime64[D]"), (), np.empty((0, 0)), "prices", place, offered=_pulled_tickers())
    ends = [np.datetime64(min(one.first_date for one in found)), np.datetime64(max(one.last_date for one in found))]
    grid = Grid(ends[0], ends[1], len(found))
    for position, one in enumerate(found):
        table = read_snapshot(one)
        closes, opens = table.values[:, 0], _first_column(table.opens)
        if actions:
            total, closes = closes, _plain_closes(table, read_snapshot(actions[position]))
            opens = None if opens is None else opens * (closes / total)
        grid.put(position, table.dates, closes=closes, opens=opens, volumes=_first_column(table.volumes))
    closes_of_all = grid.part("closes")
    assert closes_of_all is not None
    return Table(
        grid.dates, tuple(labels), closes_of_all, "prices", place, opens=grid.part("opens"),
        volumes=grid.part("volumes"), attribution=ATTRIBUTION, offered=_pulled_tickers(),
    )  # fmt: skip


def tickers_of(config: Config, name: str, wanted: Collection[str]) -> dict[str, str]:
    """Our label -> Yahoo's ticker, of every wanted label; with `tickers`, of those alone."""
    entry = config.data[name]
    assert isinstance(entry, YahooSource)
    tickers = {label: entry.columns.get(label, label) for label in sorted(wanted)}
    if entry.tickers is None:
        return tickers
    return {label: ticker for label, ticker in tickers.items() if ticker in entry.tickers}


def _pulled_tickers() -> tuple[str, ...]:
    return tuple(key for key in stored_keys("yahoo") if not key.endswith(".actions"))


def _first_column(matrix: Matrix | None) -> Vector | None:
    return None if matrix is None else matrix[:, 0]


def _plain_closes(table: Table, actions: Table) -> Vector:
    """(R,) closes adjusted for splits alone, on the rows of the adjusted ones; NaN where there is none."""
    closes = actions.values[:, actions.columns.index("close")]
    rows = np.minimum(np.searchsorted(actions.dates, table.dates), len(actions.dates) - 1)
    return np.where(actions.dates[rows] == table.dates, closes[rows], np.nan)


def _refuse_other_currency(config: Config, name: str, labels: Sequence[str], snapshots: Sequence[Snapshot]) -> None:
    """A London share in pence read as dollars is the most expensive of misunderstandings."""
    entry = config.data[name]
    said = {label: one.facts.get("currency", "") for label, one in zip(labels, snapshots, strict=True)}
    wrong = [label for label, code in said.items() if code and code != entry.currency_of(label)]
    if wrong:
        codes = ", ".join(f"{label}: {said[label]}" for label in wrong)
        raise ConfigError(
            config.fault(
                f"data.{name}.currency",
                f"{entry.currency_of(wrong[0])} for {wrong[0]}",
                f"{said[wrong[0]]}, as Yahoo says",
                f"write `currency: {{{codes}, default: USD}}`",
            )
        )
