"""From a config to its Panel: read the sources, find every label, align all of it on the sessions of what is held.

1. Read from each source the labels that the config names.
2. Sessions are the days on which any held asset has a price; `to` ends them.
3. Held assets keep their gaps; watched ones show the last value known by that session.
4. Every other series is joined by when it was known.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping

import numpy as np

from engine.config import Config
from engine.errors import ConfigError, DataError, Fault
from engine.market.panel import Indices, Panel, Series, Vector, column_digest, find_series, read_only
from engine.market.sources import read_source
from engine.market.table import Dates, Matrix, Table

#: A watched series may be this many calendar days older than the last session before it counts as ended.
STALE_DAYS = 10


def build_panel(config: Config) -> Panel:
    """The Panel that a config asks for. Raises ConfigError and DataError with the place of the fault."""
    held = sorted({label for sleeve in config.hold.values() for label in sleeve.members})
    watched = sorted({label for sleeve in config.watch.values() for label in sleeve.members})
    against = sorted({name for name in config.against if is_label(name)})
    assets = tuple(sorted({*held, *watched, *against}))
    tables = {name: read_source(config, name, assets) for name in config.data}
    home = _locate(config, tables, assets)

    every_session = np.unique(np.concatenate([_days_of(tables[home[label]], label) for label in held]))
    sessions, following = _until(config, tables, home, watched, every_session)
    prices, opens, ends = _prices(tables, home, assets, held, every_session, len(sessions))
    series = _series(tables, sessions)
    cash_rate, caveats = _cash_rate(config, series, sessions)
    for sleeve_name, sleeve in config.watch.items():
        if sleeve.series is not None and find_series(series, sleeve.series) is None:
            raise ConfigError(_series_fault(config, sleeve_name, sleeve.series, series))
    for array in (sessions, prices, cash_rate):
        read_only(array)
    digests = {label: column_digest(sessions, prices[:, i]) for i, label in enumerate(assets)}
    digests |= {name: column_digest(one.dates, one.values) for name, one in series.items()}
    digests["cash"] = column_digest(sessions, cash_rate)
    fingerprint = hashlib.sha256(repr(sorted(digests.items())).encode()).hexdigest()[:16]
    return Panel(
        sessions, assets, prices, opens, np.isin(assets, held), ends, series, cash_rate, following,
        digests, fingerprint, caveats + tuple(c for table in tables.values() for c in table.caveats),
    )  # fmt: skip


def is_label(name: str) -> bool:
    """Whether an entry of `against` names an asset, neither a mix of the config's own nor another config."""
    return name not in ("policy", "policy_matched") and not name.endswith((".yaml", ".yml"))


def _locate(config: Config, tables: Mapping[str, Table], labels: tuple[str, ...]) -> dict[str, str]:
    """Which source each label comes from. All labels that are nowhere, or in two places, are reported at once."""
    home: dict[str, str] = {}
    faults = []
    for label in labels:
        found = [name for name, table in tables.items() if table.kind == "prices" and label in table.columns]
        if len(found) == 1:
            home[label] = found[0]
        else:
            faults.append(_label_fault(config, label, found, tables))
    if faults:
        raise ConfigError(*faults)
    return home


def _label_fault(config: Config, label: str, found: list[str], tables: Mapping[str, Table]) -> Fault:
    key = _key_of(config, label)
    if found:
        return config.fault(
            key, f"`{label}`, which the sources {' and '.join(found)} both have", "one source per label",
            "rename it in one of them with `columns: {new: old}`",
        )  # fmt: skip
    offered = [other for table in tables.values() for other in table.offered]
    close = difflib.get_close_matches(label, offered, n=1, cutoff=0.6)
    same = [other for other in offered if other.lower() == label.lower()]
    hint = f"did you mean `{(same or close)[0]}`?" if same or close else "its labels: " + _few(offered)
    sources = ", ".join(f"{name} ({table.place})" for name, table in tables.items())
    return config.fault(key, f"`{label}`, which no source has", f"a label of {sources}", hint)


def _few(labels: list[str]) -> str:
    return ", ".join(labels[:12]) + (f" and {len(labels) - 12} more" if len(labels) > 12 else "")


def _key_of(config: Config, label: str) -> str:
    """The key under which a label stands."""
    for room, sleeves in (("hold", config.hold), ("watch", config.watch)):
        for name, sleeve in sleeves.items():
            if label in sleeve.members:
                return f"{room}.{name}"
    return "against"


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
            )  # fmt: skip
        )
    return days


def _until(
    config: Config, tables: Mapping[str, Table], home: Mapping[str, str], watched: list[str], every: Dates
) -> tuple[Dates, np.datetime64]:
    """The sessions up to `to`, and the one that follows. Without `to`, up to where every watched label still lives."""
    ends = {label: _days_of(tables[home[label]], label)[-1] for label in watched}
    first_end = min(ends.values(), default=every[-1])
    last = min(every[-1], first_end)
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
    return every[:count], following


def _refuse_beyond(config: Config, last: np.datetime64, end: np.datetime64, whose: str) -> None:
    if (last - end).astype(int) > STALE_DAYS:
        raise ConfigError(
            config.fault("to", f"{last}", f"at most {end}, where the data of {whose} end", f"say `to: {end}`")
        )


def _prices(
    tables: Mapping[str, Table],
    home: Mapping[str, str],
    assets: tuple[str, ...],
    held: list[str],
    every: Dates,
    count: int,
) -> tuple[Matrix, Matrix | None, Indices]:
    """Prices (T, N) on the first `count` sessions, opens likewise, and the session on which each asset ends (N,)."""
    prices = np.full((count, len(assets)), np.nan)
    opens = np.full((count, len(assets)), np.nan)
    ends = np.full(len(assets), count, dtype=np.int64)
    for i, label in enumerate(assets):
        table = tables[home[label]]
        column = table.columns.index(label)
        if label not in held:
            prices[:, i] = _last_known(table.dates, table.values[:, column], every[:count])
            continue
        rows, into = _on_sessions(table.dates, every)
        whole = np.full(len(every), np.nan)
        whole[into] = table.values[rows, column]
        prices[:, i] = whole[:count]
        if table.opens is not None:
            inside = into < count
            opens[into[inside], i] = table.opens[rows[inside], column]
        last = int(np.flatnonzero(~np.isnan(whole))[-1])
        if last < min(count, len(every)) - 1:
            ends[i] = last
    given = ~np.isnan(opens).all(axis=0)
    return prices, opens if given.any() else None, ends


def _on_sessions(dates: Dates, sessions: Dates) -> tuple[Indices, Indices]:
    """Rows of a table that are sessions, and which sessions they are."""
    into = np.searchsorted(sessions, dates)
    into[into == len(sessions)] = 0
    rows = np.flatnonzero(sessions[into] == dates)
    return rows, into[rows]


def _last_known(dates: Dates, values: Vector, sessions: Dates) -> Vector:
    """At each session the last value of a day at or before it; NaN before the first."""
    given = ~np.isnan(values)
    position = np.searchsorted(dates[given], sessions, side="right") - 1
    known = values[given][np.maximum(position, 0)]
    return np.where(position < 0, np.nan, known)


def _series(tables: Mapping[str, Table], sessions: Dates) -> dict[str, Series]:
    """Every column of every table of values, named `source.column`.

    A row is known at the close of the day it describes; rows without any value are left out.
    """
    found = {}
    for name, table in tables.items():
        if table.kind != "values":
            continue
        rows = ~np.isnan(table.values).all(axis=1) & (table.dates <= sessions[-1])
        dates = table.dates[rows]
        visible = np.searchsorted(sessions, dates)
        for i, column in enumerate(table.columns):
            found[f"{name}.{column}"] = Series(table.values[rows, i], dates, visible)
    return found


def _series_fault(config: Config, sleeve: str, name: str, series: Mapping[str, Series]) -> Fault:
    close = difflib.get_close_matches(name, series, n=1, cutoff=0.5)
    return config.fault(
        f"watch.{sleeve}.series", f"`{name}`, which is no series", "one of: " + (", ".join(series) or "none in `data`"),
        f"did you mean `{close[0]}`?" if close else "add its source under `data:` with `kind: values`",
    )  # fmt: skip


def _cash_rate(
    config: Config, series: Mapping[str, Series], sessions: Dates
) -> tuple[Vector, tuple[str, ...]]:
    """The simple return of cash over each session (T,): a yearly rate spread evenly, or a series of daily returns."""
    rate = config.cash.rate
    if not isinstance(rate, str):
        even = (1.0 + rate) ** (1.0 / config.sessions_per_year) - 1.0
        return np.full(len(sessions), even), ()
    key = find_series(series, rate)
    if key is None:
        raise ConfigError(
            config.fault(
                "cash.rate",
                f"`{rate}`, which is no series",
                "a yearly rate, or the name of a series in `data`"
                + (": " if series else "")
                + ", ".join(series),
                f"add it: `data: {{{rate}: {{source: files, path: ..., column: {rate}}}}}`",
            )  # fmt: skip
        )
    return _cash_series(config, rate, series[key], sessions)


def _cash_series(config: Config, name: str, one: Series, sessions: Dates) -> tuple[Vector, tuple[str, ...]]:
    if len(one.values) and np.abs(one.values).max() > 0.01:
        raise DataError(
            config.fault(
                "cash.rate",
                f"a value of {np.abs(one.values).max():g} in `{name}`",
                "simple returns of cash per session (0.0002 is two basis points)",
                "divide a yearly percentage by 100 times the sessions of a year",
            )  # fmt: skip
        )
    known = _last_known(one.dates, one.values, sessions)
    late = int((sessions > one.dates[-1]).sum()) if len(one.dates) else len(sessions)
    caveat = f"cash earns the last known rate of {name} for {late} sessions after its end on {one.dates[-1]}"
    return np.nan_to_num(known, nan=0.0), (caveat,) if late else ()
