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
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.config import Config
from engine.errors import ConfigError, DataError, Fault
from engine.market import currency
from engine.market.cash import cash_rate
from engine.market.known import session_closes, visible_from
from engine.market.labels import is_label, locate
from engine.market.levels import as_of
from engine.market.panel import Panel, Series, column_digest, find_series, read_only
from engine.market.sources import read_source
from engine.market.table import Dates, Indices, Matrix, Table, Vector

#: A watched label may be this many calendar days older than the last session before it counts as ended.
STALE_DAYS = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """The labels a config names, by what it does with them; `rates` are prices of currencies."""

    held: tuple[str, ...]
    watched: tuple[str, ...]
    against: tuple[str, ...]
    rates: tuple[str, ...]

    @property
    def assets(self) -> tuple[str, ...]:
        """Everything that becomes a column of the panel, alphabetical."""
        return tuple(sorted({*self.held, *self.watched, *self.against}))


@dataclass(frozen=True, slots=True)
class Calendar:
    """every: all sessions of the data. count: those up to `to`. following: the one after. closes: (T,) UTC or None."""

    every: Dates
    count: int
    following: np.datetime64
    closes: Dates | None

    @property
    def sessions(self) -> Dates:
        """(T,) the sessions of the panel."""
        return self.every[: self.count]


@dataclass(frozen=True, slots=True)
class Found:
    """The tables that were read, and for each label the one it comes from."""

    tables: Mapping[str, Table]
    home: Mapping[str, str]

    def column(self, label: str) -> tuple[Table, Vector]:
        """A label's table and its values (R,)."""
        table = self.tables[self.home[label]]
        return table, table.values[:, table.columns.index(label)]


def build_panel(config: Config) -> Panel:
    """The Panel that a config asks for. Raises ConfigError and DataError with the place of the fault."""
    wanted = _wanted(config)
    every_label = {*wanted.assets, *wanted.rates}
    tables = {name: read_source(config, name, every_label) for name in config.data}
    found = Found(tables, locate(config, tables, tuple(sorted(every_label))))
    caveats = [caveat for table in tables.values() for caveat in table.caveats]
    caveats += _refuse_price_returns(config, found, wanted)

    calendar = _calendar(config, found, wanted)
    prices, opens, ends = _prices(config, found, wanted, calendar)
    fx = _fx(config, found, wanted, calendar)
    if fx is not None:
        prices = prices * fx
        opens = None if opens is None else opens * fx
    series = _series(config, tables, calendar)
    cash, cash_caveats = cash_rate(config, tables, calendar.sessions)
    for array in (calendar.sessions, prices, cash):
        read_only(array)
    digests = {label: column_digest(calendar.sessions, prices[:, i]) for i, label in enumerate(wanted.assets)}
    digests |= {name: column_digest(one.dates, one.values) for name, one in series.items()}
    digests["cash"] = column_digest(calendar.sessions, cash)
    return Panel(
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
    )


def _wanted(config: Config) -> Wanted:
    def members(sleeves: Mapping[str, object]) -> tuple[str, ...]:
        return tuple(sorted({label for one in sleeves.values() for label in one.members}))  # type: ignore[attr-defined]

    against = tuple(sorted({name for name in config.against if is_label(name)}))
    return Wanted(members(config.hold), members(config.watch), against, tuple(sorted(set(config.fx.values()))))


def _refuse_price_returns(config: Config, found: Found, wanted: Wanted) -> list[str]:
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


def _days_of(table: Table, label: str) -> Dates:
    """The days on which a label has a price; DataError where it has none at all."""
    days = table.dates[~np.isnan(table.values[:, table.columns.index(label)])]
    if len(days) == 0:
        raise DataError(
            Fault(
                table.place,
                label,
                "a column without a single value",
                "prices or returns",
                f"export {label} again, or take it out of the config",
            )
        )
    return days


def _calendar(config: Config, found: Found, wanted: Wanted) -> Calendar:
    """The sessions up to `to`. Without `to`, up to where every watched label still lives."""
    days = {label: _days_of(found.column(label)[0], label) for label in (*wanted.held, *wanted.watched)}
    every = np.unique(np.concatenate([days[label] for label in wanted.held]))
    ends = {label: days[label][-1] for label in wanted.watched}
    last = min(every[-1], min(ends.values(), default=every[-1]))
    if config.to is not None:
        last = np.datetime64(config.to, "D")
        _refuse_beyond(config, last, every[-1], "the held assets")
        for label, end in ends.items():
            _refuse_beyond(config, last, end, f"`{label}`")
    count = int(np.searchsorted(every, last, side="right"))
    if count == 0:
        raise ConfigError(
            config.fault(
                "to", f"{last}", f"a day on or after the first session, {every[0]}", "give a later `to`"
            )
        )
    following = every[count] if count < len(every) else np.busday_offset(every[-1], 1, roll="backward")
    sources = {found.home[label] for label in wanted.held}
    return Calendar(every, count, following, session_closes(config, sources, every[:count]))


def _refuse_beyond(config: Config, last: np.datetime64, end: np.datetime64, whose: str) -> None:
    if (last - end).astype(int) > STALE_DAYS:
        raise ConfigError(
            config.fault(
                "to", f"{last}", f"at most {end}, where the data of {whose} end", f"say `to: {end}`"
            )
        )


def _prices(
    config: Config, found: Found, wanted: Wanted, calendar: Calendar
) -> tuple[Matrix, Matrix | None, Indices]:
    """Prices (T, N), opens likewise, and the session on which each held asset ends (N,), T where it goes on."""
    count, assets = calendar.count, wanted.assets
    prices, opens = np.full((count, len(assets)), np.nan), np.full((count, len(assets)), np.nan)
    ends = np.full(len(assets), count, dtype=np.int64)
    for i, label in enumerate(assets):
        table, values = found.column(label)
        if label not in wanted.held:
            prices[:, i] = _as_known(config, found, label, calendar)
            continue
        rows, into = _on_sessions(table.dates, calendar.every)
        whole = np.full(len(calendar.every), np.nan)
        whole[into] = values[rows]
        prices[:, i] = whole[:count]
        if table.opens is not None:
            inside = into < count
            opens[into[inside], i] = table.opens[rows[inside], table.columns.index(label)]
        last = int(np.flatnonzero(~np.isnan(whole))[-1])
        if last < count - 1:
            ends[i] = last
    return prices, opens if not np.isnan(opens).all() else None, ends


def _as_known(config: Config, found: Found, label: str, calendar: Calendar) -> Vector:
    """(T,) the last value of a label that each session's close could know."""
    table, values = found.column(label)
    visible = visible_from(config, found.home[label], table, calendar.sessions, calendar.closes)
    return as_of(values, table.dates, visible, calendar.count)


def _on_sessions(dates: Dates, sessions: Dates) -> tuple[Indices, Indices]:
    """Rows of a table that are sessions, and which sessions they are."""
    into = np.searchsorted(sessions, dates)
    into[into == len(sessions)] = 0
    rows = np.flatnonzero(sessions[into] == dates)
    return rows, into[rows]


def _fx(config: Config, found: Found, wanted: Wanted, calendar: Calendar) -> Matrix | None:
    """(T, N) the rate of each asset's currency, or None where every price is in the base currency already."""
    names = {label: currency.currency_of(config, found.home[label], label) for label in wanted.assets}
    if set(names.values()) <= {config.base_currency}:
        return None
    known = {label: _as_known(config, found, label, calendar) for label in wanted.rates}
    columns = []
    for label in wanted.assets:
        rate = currency.rate_label(config, names[label], f"data.{found.home[label]}.currency")
        priced = np.ones(calendar.count) if rate is None else known[rate]
        columns.append(currency.scale(names[label]) * priced)
    return np.column_stack(columns)


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
