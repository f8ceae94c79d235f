"""Old data: whether a decision of today may stand on them, and what would make them newer, by where they come from."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Iterator

import numpy as np

from engine.config import Config, FilesSource
from engine.config.load import as_typed
from engine.config.publishers import PublishedSource
from engine.config.source import MadeSource, SampleSource
from engine.errors import DataError
from engine.market.labels import FoundLabels, locate, wanted_by
from engine.market.levels import last_given
from engine.market.sources import read_source
from engine.result import Result

#: Business days that data may be old before nobody should trade on them.
FRESH_DAYS = 5


def refuse_stale(result: Result, today: dt.date) -> None:
    """Raise DataError where a run's last session is more than FRESH_DAYS before today; the cure is one that helps."""
    last = result.panel.sessions[-1]
    if is_fresh(last, today):
        return
    config = result.config
    old = _stale_sources(config, today)
    cures = [*dict.fromkeys(cure for name in old for cure in _cures(config, name))]
    cures += [] if config.to is None else [f"leave `to: {config.to}` out"]
    raise DataError(
        config.fault(
            "data" if old else "to",
            f"data that end on {last}, {_business_days(last, today)} business days before {today}",
            f"at most {FRESH_DAYS}, for what is to be traded on",
            f"{' and '.join(cures)}, or say --stale-ok",
        )
    )


def is_fresh(last: np.datetime64, today: dt.date) -> bool:
    """Whether data that end on that day may be traded on."""
    return _business_days(last, today) <= FRESH_DAYS


def _business_days(last: np.datetime64, today: dt.date) -> int:
    return int(np.busday_count(last, np.datetime64(today)))


def _stale_sources(config: Config, today: dt.date) -> list[str]:
    """The entries of `data` that end the sessions before today, whatever `to` says, as in `engine.market.calendar`.

    Sessions go on as long as any held asset has prices and every watched one still lives.
    """
    wanted = wanted_by(config)
    tables = {name: read_source(config, name, wanted.all) for name in config.data}
    labels = (*dict.fromkeys((*wanted.held, *wanted.watched)),)
    found = FoundLabels(tables, locate(config, tables, labels))
    ends: dict[str, np.datetime64] = {}
    for table, columns, own in found.by_table(labels):
        ends |= zip(own, table.dates[last_given(table.values)[columns]], strict=True)
    stale = {label for label in wanted.watched if not is_fresh(ends[label], today)}
    if not is_fresh(max(ends[label] for label in wanted.held), today):
        stale |= {*wanted.held}
    homes = {found.home[label] for label in stale}
    return [name for name in config.data if name in homes]


def _cures(config: Config, name: str) -> Iterator[str]:
    """What makes the prices of one entry of `data` newer."""
    entry = config.data[name]
    if isinstance(entry, SampleSource):
        yield "name prices of your own or a publisher's in `data` (the sample does not go on)"
    elif isinstance(entry, MadeSource):
        yield "name real prices in `data` (a made market is no place to trade)"
    elif isinstance(entry, FilesSource):
        yield f"add later rows to `{entry.path}`"
        if entry.snapshot is not None:
            key, pinned = entry.kept_as
            yield f"keep them (`{_pull(config)}`)"
            yield from [f"say `snapshot: {key}` in place of `{entry.snapshot}`"] if pinned else []
    else:
        assert isinstance(entry, PublishedSource)  # tables and calendars hold no prices
        yield f"pull newer data (`{_pull(config)}`)"
        yield from [] if entry.snapshot is None else ["take the pinned `snapshot` out"]


def _pull(config: Config) -> str:
    options = [word for override in config.overrides for word in ("--set", override)]
    return shlex.join(["overweight", "data", "pull", as_typed(config.path), *options])
