"""The events of an event study: when each happened, when it came out, and when a decision could know of it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np

from engine.config import Config
from engine.config.event_study import EventCalendar, EventDates, EventShocks, EventStudy
from engine.config.own_sources import EventsSource
from engine.config.record import number
from engine.errors import ConfigError
from engine.market.known import after_close, published_on
from engine.market.panel import Panel, Series
from engine.market.sources import read_source
from engine.market.sources.events import chosen_events
from engine.market.table import Dates, Indices, Table, Vector
from engine.signals import innovations
from engine.study.events.windows import IntArray, find_day_zero


@dataclass(frozen=True, slots=True)
class EventDays:
    """G events, by the day on which they happened. Sessions are indices, len(sessions) for none.

    happened: (G,) days. published: (G,) the session on which it came out. seen: (G,) the first whose close knew of it.
    values: (G,) sign times strength of a dated event; for a shock its surprise in standard deviations, or the value.
    labels: (G,) what happened, or empty. chosen: (G,) `in_hindsight`, `rule` or `real_time`. called: all of them in
    words. caveats: what a reader has to know of them.
    """

    happened: Dates
    published: Indices
    seen: Indices
    values: Vector
    labels: tuple[str, ...]
    chosen: tuple[str, ...]
    called: str
    caveats: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.happened)

    def day_zero(self, study: EventStudy, sessions: Dates, after: int) -> IntArray:
        """(G,) the session that is day zero by the study's rule; -1 for none.

        `tradable`: `after` sessions past the first whose close knew of the event, as a run trades.
        """
        at = self.seen if study.day_zero == "tradable" else self.published
        # What came out before the first session has no session here, though the first would be the next one.
        at = np.where((at == 0) & (self.happened < sessions[0]), len(sessions), at)
        days = np.append(sessions, np.datetime64("NaT"))[np.minimum(at, len(sessions))]
        return find_day_zero(sessions, self.happened, days, study.day_zero, after)


def find_events(config: Config, panel: Panel) -> EventDays:
    """The events that the config's `event_study` asks for. Raises ConfigError where there is none at all."""
    assert config.event_study is not None
    events = config.event_study.events
    if isinstance(events, EventDates):
        return _written(events, panel)
    if isinstance(events, EventCalendar):
        return _calendar(config, panel, source_of(config, events.calendar))
    return _shocks(config, panel, events)


def source_of(config: Config, name: str) -> str:
    """The `data` entry behind a name: its own, or that of the series which a watched name stands for."""
    watched = config.watch.get(name)
    series = watched.series if watched is not None and watched.series else name
    return series.partition(".")[0]


def _written(events: EventDates, panel: Panel) -> EventDays:
    days = np.array(events.dates, dtype="datetime64[D]")
    count = len(days)
    return EventDays(
        happened=days,
        published=np.searchsorted(panel.sessions, days),
        seen=after_close(days, panel.sessions),
        values=np.ones(count),
        labels=("",) * count,
        chosen=(events.chosen,) * count,
        called="the dates of the config",
    )


def _calendar(config: Config, panel: Panel, name: str) -> EventDays:
    """Events of one day are one event, known when the last of them is."""
    _, events = chosen_events(config, name)
    table, published, visible = _known(config, panel, name, panel.series[f"{name}.strength"])
    days = [list(same) for _, same in groupby(events, key=lambda one: one.date)]
    worst = {"in_hindsight": 0, "rule": 1, "real_time": 2}
    source = config.data[name]
    called = source.calendar if isinstance(source, EventsSource) and source.calendar else name
    return EventDays(
        happened=table.dates,
        published=published,
        seen=visible,
        values=table.values[:, table.columns.index("shock")],
        labels=tuple("; ".join(one.label for one in same if one.label) for same in days),
        chosen=tuple(min((one.chosen for one in same), key=worst.__getitem__) for same in days),
        called=called,
    )


def _shocks(config: Config, panel: Panel, events: EventShocks) -> EventDays:
    watched = config.watch.get(events.shocks)
    key = panel.series_key(watched.series if watched is not None and watched.series else events.shocks)
    if key is None:
        known = ", ".join(panel.series) or "none in `data`"
        found, cure = f"`{events.shocks}`, which is no series", "name one of these, or watch one"
        raise ConfigError(config.fault("event_study.events.shocks", found, f"one of: {known}", cure))
    series = panel.series[key]
    rows, sizes = find_shocks(series, events)
    surprise, bound = events.above_sd, events.at_least
    rule = f"{number(surprise)} deviations above what its past foresaw" if surprise else f"{number(bound or 0)} or more"
    if not len(rows):
        reach = f"its {len(series.values)} known values hold none"
        cure = "lower the bound, shorten `window_days`, or give the series more history"
        raise ConfigError(config.fault("event_study.events", f"no shock of {events.shocks} ({rule}): {reach}",
                                       "at least one", cure))  # fmt: skip
    table, published, _ = _known(config, panel, key.partition(".")[0], series)
    by_date = np.argsort(series.dates[rows], kind="stable")
    order = rows[by_date]
    return EventDays(
        happened=series.dates[order],
        published=published[np.searchsorted(table.dates, series.dates[order])],
        seen=series.visible[order],
        values=sizes[by_date],
        labels=("",) * len(order),
        chosen=("rule",) * len(order),
        called=f"shocks of {events.shocks} ({rule})",
    )


def _known(config: Config, panel: Panel, name: str, series: Series) -> tuple[Table, Indices, Indices]:
    """The table of an entry, and for each of its rows the session on which it came out, and the first that saw it."""
    table = read_source(config, name, ())
    visible = np.full(len(table.dates), len(panel.sessions), dtype=np.int64)
    visible[np.searchsorted(table.dates, series.dates)] = series.visible
    return table, published_on(config, name, table, panel.sessions, visible), visible


def find_shocks(series: Series, events: EventShocks) -> tuple[Indices, Vector]:
    """Rows of a series that are shocks, and how large each is; of what became known together, the largest counts.

    The rule of strategies/geopolitical_shock.py: each surprise is measured with what was known by then and nothing
    later. What was known before the first session is no news.
    """
    rows, sizes = [], []
    sessions, counts = np.unique(series.visible, return_counts=True)
    for until, new in zip(np.cumsum(counts)[sessions > 0], counts[sessions > 0], strict=True):
        values = series.values[:until]
        if events.above_sd is None:
            found, bound = values[-new:], events.at_least
        else:
            found = innovations(values, int(new), lags=events.lags, window=events.window_days)
            bound = events.above_sd
        assert bound is not None
        if np.isfinite(found).all() and found.max() >= bound:
            rows.append(until - new + int(np.argmax(found)))
            sizes.append(float(found.max()))
    return np.array(rows, dtype=np.int64), np.array(sizes)
