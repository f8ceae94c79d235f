"""The calendar of a panel: its sessions are the days on which any held asset has a price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.config import Config
from engine.errors import ConfigError, DataError, Fault
from engine.market.known import session_closes
from engine.market.labels import FoundLabels, WantedLabels
from engine.market.levels import given_in, last_given, taken
from engine.market.table import Dates

#: A watched label may be this many calendar days older than the last session before it counts as ended.
STALE_DAYS = 10


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


def calendar_of(config: Config, found: FoundLabels, wanted: WantedLabels) -> Calendar:
    """The sessions up to `to`. Without `to`, up to where every watched label still lives."""
    compared = tuple(label for label in wanted.against if label not in (*wanted.held, *wanted.watched))
    _refuse_empty(found, (*wanted.held, *wanted.watched, *compared))
    every = _days_with_any(found, wanted.held)
    ends = _last_days(found, wanted.watched)
    last = min(every[-1], min(ends.values(), default=every[-1]))
    if config.to is not None:
        last = np.datetime64(config.to, "D")
        _refuse_beyond(config, last, every[-1], "the held assets")
        for label, end in ends.items():
            _refuse_beyond(config, last, end, f"`{label}`")
    count = int(np.searchsorted(every, last, side="right"))
    if count == 0:
        raise ConfigError(
            config.fault("to", f"{last}", f"a day on or after the first session, {every[0]}", "give a later `to`")
        )
    for label, end in _last_days(found, compared).items():
        _refuse_ended(config, label, end, every[count - 1])
    following = every[count] if count < len(every) else np.busday_offset(every[-1], 1, roll="backward")
    sources = {found.home[label] for label in wanted.held}
    return Calendar(every, count, following, session_closes(config, sources, every[:count]))


def _refuse_empty(found: FoundLabels, labels: tuple[str, ...]) -> None:
    """Raise DataError for the first of the labels that has not a single value."""
    places: dict[str, str] = {}
    for table, columns, own in found.by_table(labels):
        given = np.any(taken(given_in(table.values), columns=columns), axis=0).tolist()
        places |= {label: table.place for label, some in zip(own, given, strict=True) if not some}
    first = next((label for label in labels if label in places), None)
    if first is not None:
        raise DataError(
            Fault(
                places[first],
                first,
                "a column without a single value",
                "prices or returns",
                f"export {first} again, or take it out of the config",
            )
        )


def _days_with_any(found: FoundLabels, labels: tuple[str, ...]) -> Dates:
    """The days on which any of the labels has a value, ascending."""
    days = [
        table.dates[taken(given_in(table.values), columns=columns).any(axis=1)]
        for table, columns, _ in found.by_table(labels)
    ]
    return days[0] if len(days) == 1 else np.unique(np.concatenate(days))


def _last_days(found: FoundLabels, labels: tuple[str, ...]) -> dict[str, np.datetime64]:
    """The last day with a value of each label."""
    last: dict[str, np.datetime64] = {}
    for table, columns, own in found.by_table(labels):
        last |= zip(own, table.dates[last_given(table.values)[columns]], strict=True)
    return {label: last[label] for label in labels}


def _refuse_beyond(config: Config, last: np.datetime64, end: np.datetime64, whose: str) -> None:
    if (last - end).astype(int) > STALE_DAYS:
        raise ConfigError(
            config.fault("to", f"{last}", f"at most {end}, where the data of {whose} end", f"say `to: {end}`")
        )


def _refuse_ended(config: Config, label: str, end: np.datetime64, last: np.datetime64) -> None:
    """What is measured against has to live on: it cuts no days off, for it must not change the run."""
    if (last - end).astype(int) > STALE_DAYS:
        inside = config.from_ is None or end > np.datetime64(config.from_)
        cure = f"name another, or say `to: {end}`" if inside else "name another"
        found = f"`{label}`, whose data end on {end}"
        raise ConfigError(config.fault("against", found, f"something that goes on to {last}", cure))
