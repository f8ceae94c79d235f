"""From a config to its Panel: read the sources, find every label, align all of it on the sessions of what is held.

1. Read from each source the labels that the config names.
2. Sessions are the days on which any held asset has a price; `to` ends them.
3. Everything is joined by when it was known; held assets keep their gaps, watched ones show the last value known.
4. Prices are turned into the base currency.
5. Everything is hashed, so that a result knows what it stood on.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np

from engine.config import Config
from engine.errors import ConfigError, Fault
from engine.market import currency
from engine.market.align import traded
from engine.market.calendar import Calendar, calendar_of
from engine.market.cash import cash_rate
from engine.market.digest import column_digest, column_digests
from engine.market.known import visible_from
from engine.market.labels import FoundLabels, WantedLabels, locate, wanted_by
from engine.market.levels import as_of, taken
from engine.market.panel import Panel, Series, find_series
from engine.market.sources import Reader, read_source
from engine.market.table import Indices, Matrix, Table, Vector


@dataclass(frozen=True, slots=True)
class OtherMarket:
    """Another market in the place of the real one: what reads the sources, and what becomes of the panel."""

    read: Reader
    panel: Callable[[Panel], Panel]


#: The world in which panels are made; None is the real one.
WORLD: ContextVar[OtherMarket | None] = ContextVar("WORLD", default=None)


def build_panel(config: Config) -> Panel:
    """The Panel that a config asks for. Raises ConfigError and DataError with the place of the fault."""
    wanted, world = wanted_by(config), WORLD.get()
    read = read_source if world is None else world.read
    tables = {name: read(config, name, wanted.all) for name in config.data}
    found = FoundLabels(tables, locate(config, tables, tuple(sorted(wanted.all))))
    caveats = [caveat for table in tables.values() for caveat in table.caveats]
    caveats += _refuse_price_returns(config, found, wanted)
    _refuse_late_prices(config, found, wanted)

    calendar = calendar_of(config, found, wanted)
    own = traded(found, wanted, calendar)
    prices, opens, volumes, ends = own.prices, own.opens, own.volumes, own.ends
    for label in {*wanted.watched, *wanted.against} - {*wanted.held}:
        prices[:, wanted.assets.index(label)] = _as_known(config, found, label, calendar)
    fx = _fx(config, found, wanted, calendar)
    if fx is not None:
        prices = prices * fx
        opens = None if opens is None else opens * fx
    dividends = _dividends(config, tables, wanted, calendar, fx)
    series = _series(config, tables, calendar)
    cash, cash_caveats = cash_rate(config, tables, calendar.sessions)
    matrices = {"": prices, " open": opens, " volume": volumes, " dividend": dividends}
    digests = _digests(calendar, wanted, matrices, ends, series, cash, own.digests if fx is None else {})
    panel = Panel(
        sessions=calendar.sessions,
        assets=wanted.assets,
        prices=prices,
        opens=opens,
        fx=fx,
        held=np.isin(wanted.assets, wanted.held),
        ends=ends,
        series=series,
        cash_rate=cash,
        following=calendar.following,
        digests=digests,
        fingerprint=hashlib.sha256(repr(sorted(digests.items())).encode()).hexdigest()[:16],
        caveats=(*caveats, *cash_caveats),
        volumes=volumes,
        dividends=dividends,
        recovery=np.array([config.delisting.recovery_of(label) for label in wanted.assets]),
        closes=calendar.closes,
    )
    return panel if world is None else world.panel(panel)


def _digests(
    calendar: Calendar,
    wanted: WantedLabels,
    matrices: Mapping[str, Matrix | None],
    ends: Indices,
    series: Mapping[str, Series],
    cash: Vector,
    known: Mapping[str, str],
) -> dict[str, str]:
    """A hash per series, of everything that can move a result. known: those of prices that need not be made again."""
    digests: dict[str, str] = {}
    assets = wanted.assets
    for suffix, matrix in matrices.items():
        if matrix is not None:
            there = known if not suffix else {}
            new = np.flatnonzero([label not in there for label in assets])
            made = iter(column_digests(calendar.sessions, taken(matrix, columns=new)))
            digests |= {f"{label}{suffix}": there.get(label) or next(made) for label in assets}
    for i in np.flatnonzero(ends < calendar.count):
        digests[f"{assets[i]} end"] = str(calendar.sessions[ends[i]])
    digests |= {name: column_digest(one.dates, one.values) for name, one in series.items()}
    digests["cash"] = column_digest(calendar.sessions, cash)
    return digests


def _refuse_price_returns(config: Config, found: FoundLabels, wanted: WantedLabels) -> list[str]:
    """A price-return series beside a total-return one is a fault, unless accepted: then it is a caveat."""
    kinds = {label: config.data[found.home[label]].returns for label in (*wanted.held, *wanted.against)}
    price = sorted(label for label, kind in kinds.items() if kind == "price")
    if not price or len(set(kinds.values())) == 1:
        return []
    words = ", ".join(price)
    if "price_against_total" in config.accept:
        return [f"{words} leave out dividends and are measured against series that include them"]
    raise ConfigError(
        config.fault(
            f"data.{found.home[price[0]]}.returns",
            f"price returns ({words}) beside total returns",
            "one kind of return for everything held or measured against",
            "use total-return data, or say `accept: price_against_total`",
        )
    )


def _as_known(config: Config, found: FoundLabels, label: str, calendar: Calendar) -> Vector:
    """(T,) the last value of a label that each session's close could know."""
    table, values = found.column(label)
    visible = visible_from(config, found.home[label], table, calendar.sessions, calendar.closes)
    return as_of(values, table.dates, visible, calendar.count)


def _fx(config: Config, found: FoundLabels, wanted: WantedLabels, calendar: Calendar) -> Matrix | None:
    """(T, N) the rate of each asset's currency, or None where every price is in the base currency already."""
    names = {label: config.data[found.home[label]].currency_of(label) for label in wanted.assets}
    if set(names.values()) <= {config.base_currency}:
        return None
    known = {label: _as_known(config, found, label, calendar) for label in wanted.rates}
    columns = []
    for label in wanted.assets:
        rate = currency.rate_label(config, names[label], f"data.{found.home[label]}.currency")
        priced = np.ones(calendar.count) if rate is None else known[rate]
        columns.append(currency.scale(names[label]) * priced)
    return np.column_stack(columns)


def _refuse_late_prices(config: Config, found: FoundLabels, wanted: WantedLabels) -> None:
    """What is held trades at its prices, so they are known at their close; a lag of trading is `trade.after`."""
    for name in sorted({found.home[label] for label in wanted.held}):
        if config.data[name].known is not None:
            labels = ", ".join(label for label in wanted.held if found.home[label] == name)
            raise ConfigError(
                config.fault(
                    f"data.{name}.known",
                    f"a known rule for prices of what is held ({labels})",
                    "prices that are known at their close",
                    "remove it; to trade later than decided write `trade: {after: n}`",
                )
            )


def _dividends(
    config: Config, tables: Mapping[str, Table], wanted: WantedLabels, calendar: Calendar, fx: Matrix | None
) -> Matrix | None:
    """(T, N) cash dividends per unit on ex-dates; one between sessions falls on the next. None where none are given."""
    if config.dividends is None:
        return None
    table = tables.get(config.dividends)
    if table is None or table.kind != "values":
        found = f"`{config.dividends}`, which is no `data` entry of `kind: values`"
        expected = "an entry with a column of cash dividends per asset"
        raise ConfigError(config.fault("dividends", found, expected, "add it under `data:`"))
    paid = np.zeros((calendar.count, len(wanted.assets)))
    into = np.searchsorted(calendar.sessions, table.dates)
    inside = into < calendar.count
    for column, label in enumerate(table.columns):
        if label in wanted.assets:
            np.add.at(paid[:, wanted.assets.index(label)], into[inside], np.nan_to_num(table.values[inside, column]))
    return paid if fx is None else paid * fx


def _series(config: Config, tables: Mapping[str, Table], calendar: Calendar) -> dict[str, Series]:
    """Every column of every table of values, named `source.column`; rows without any value are left out."""
    series = {}
    for name, table in tables.items():
        if table.kind != "values":
            continue
        visible = visible_from(config, name, table, calendar.sessions, calendar.closes)
        rows = np.flatnonzero(~np.isnan(table.values).all(axis=1) & (visible < calendar.count))
        rows = rows[np.lexsort((table.dates[rows], visible[rows]))]
        for i, column in enumerate(table.columns):
            series[f"{name}.{column}"] = Series(table.values[rows, i], table.dates[rows], visible[rows])
    for sleeve, one in config.watch.items():
        if one.series is not None and find_series(series, one.series) is None:
            raise ConfigError(_series_fault(config, sleeve, one.series, series))
    return series


def _series_fault(config: Config, sleeve: str, name: str, series: Mapping[str, Series]) -> Fault:
    close = difflib.get_close_matches(name, series, n=1, cutoff=0.5)
    return config.fault(
        f"watch.{sleeve}.series",
        f"`{name}`, which is no series",
        "one of: " + (", ".join(series) or "none in `data`"),
        f"did you mean `{close[0]}`?" if close else "add its source under `data:` with `kind: values`",
    )
