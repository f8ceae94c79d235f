"""Yahoo Finance: the pulled history of every ticker that a config names, side by side.

`returns: total` reads closes adjusted for splits and distributions, `returns: price` for splits alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from engine.config import Config
from engine.config.publishers import YahooSource
from engine.errors import ConfigError
from engine.market.publishers.yahoo import ATTRIBUTION
from engine.market.snapshots import Snapshot, store_folder
from engine.market.sources.stored import Union, has_snapshot, not_pulled, stored, stored_keys
from engine.market.table import Matrix, Table

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
    found = stored(config, name, "yahoo", [tickers[label] for label in labels])
    _refuse_other_currency(config, name, labels, [one for one, _ in found])
    tables = [table for _, table in found]
    closes = [table.values for table in tables]
    opens, volumes = (
        [_given(table.opens, table) for table in tables],
        [_given(table.volumes, table) for table in tables],
    )
    if entry.returns == "price":
        plain = _plain_closes(config, name, [tickers[label] for label in labels], tables)
        opens = [one * (close / adjusted) for one, close, adjusted in zip(opens, plain, closes, strict=True)]
        closes = plain
    union = Union([table.dates for table in tables])
    return Table(
        union.dates, tuple(labels), union.side_by_side(closes), "prices", f"yahoo snapshots in {store_folder()}",
        opens=union.side_by_side(opens), volumes=union.side_by_side(volumes),
        attribution=ATTRIBUTION, offered=_pulled_tickers(),
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


def _given(matrix: Matrix | None, table: Table) -> Matrix:
    return table.values * float("nan") if matrix is None else matrix


def _plain_closes(config: Config, name: str, tickers: Sequence[str], tables: Sequence[Table]) -> list[Matrix]:
    """Closes adjusted for splits alone, on the rows of the adjusted ones."""
    actions = stored(config, name, "yahoo", [f"{ticker}.actions" for ticker in tickers])
    plain = []
    for (_, action), table in zip(actions, tables, strict=True):
        closes = dict(zip(action.dates.tolist(), action.values[:, action.columns.index("close")], strict=True))
        plain.append(table.values * 0.0 + [[closes.get(day, float("nan"))] for day in table.dates.tolist()])
    return plain


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
