"""Calendars of events as series: `sign`, `strength`, and `shock`, the sign times the strength.

Events of one day are one row: their shocks add up, and the row is known when the last of them is. A row is seen
after the close of its `known_from` day. Dates that were chosen in hindsight say so in the table's caveats.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

from engine.config import Config
from engine.config.load import SHIPPED
from engine.config.own_sources import EventsSource
from engine.errors import ConfigError, Fault
from engine.market.sources.calendar_file import CalendarEvent, read_calendar
from engine.market.sources.frames import find
from engine.market.table import Table

COLUMNS = ("sign", "strength", "shock")
#: Where the calendars lie that come with the engine: in the working directory, the repository, an installed package.
FOLDERS = (Path("configs/events"), SHIPPED.parent.parent / "configs/events", SHIPPED / "configs/events")


def read(config: Config, name: str, wanted: Collection[str]) -> Table:
    """The chosen events of a calendar, a row per day.

    Raises ConfigError where there is no such calendar or nothing is left of it, DataError where it is damaged.
    """
    path, left = chosen_events(config, name)
    entry = config.data[name]
    assert isinstance(entry, EventsSource)
    days = [_day_row(list(same)) for _, same in groupby(left, key=lambda one: one.date)]
    called = entry.calendar or path.name
    return Table(
        dates=np.array([day for day, _, _ in days], dtype="datetime64[D]"),
        columns=COLUMNS,
        values=np.array([row for _, _, row in days]),
        kind="values",
        place=str(path),
        known=np.array([known for _, known, _ in days], dtype="datetime64[D]"),
        attribution=f"calendar {called}, each entry with its source",
        offered=COLUMNS,
        caveats=caveats(called, left),
    )


def chosen_events(config: Config, name: str) -> tuple[Path, list[CalendarEvent]]:
    """The file of a calendar, and those of its events that the entry `name` chooses, by date.

    Raises as `read` does.
    """
    entry = config.data[name]
    assert isinstance(entry, EventsSource)
    path = _shipped(config, name, entry.calendar) if entry.path is None else find(config, name, entry.path, "calendar")
    events = read_calendar(path)
    left = [event for event in events if _is_wanted(event, entry)]
    if not left:
        raise ConfigError(_nothing_left(config, name, entry, events))
    return path, left


def caveats(called: str, events: Sequence[CalendarEvent]) -> tuple[str, ...]:
    """What a result that uses these events has to say: how many were chosen in hindsight or come from memory."""
    hindsight = sum(event.chosen == "in_hindsight" for event in events)
    memory = sum(event.confidence == "memory" for event in events)
    said = []
    if hindsight:
        said.append(f"dates chosen with hindsight: {hindsight} of the {len(events)} events of {called}")
    if memory:
        said.append(f"{memory} of the {len(events)} events of {called} are from memory, unchecked")
    return tuple(said)


def _is_wanted(event: CalendarEvent, entry: EventsSource) -> bool:
    words = entry.on is None or any(word.lower() in event.on.lower() for word in entry.on)
    return words and all(
        allowed is None or given in allowed
        for given, allowed in (
            (event.sign, entry.sign),
            (event.confidence, entry.confidence),
            (event.chosen, entry.chosen),
        )
    )


def _day_row(events: list[CalendarEvent]) -> tuple[np.datetime64, np.datetime64, tuple[float, float, float]]:
    """A day's events as its date, when all of them were known, and sign, strength, shock."""
    shock = sum(event.sign * event.strength for event in events)
    strength = abs(shock) if shock else max(event.strength for event in events)
    return events[0].date, max(event.known_from for event in events), (float(np.sign(shock)), strength, float(shock))


def _nothing_left(config: Config, name: str, entry: EventsSource, events: Sequence[CalendarEvent]) -> Fault:
    reads: dict[str, Callable[[CalendarEvent], object]] = {
        "on": lambda one: one.on,
        "sign": lambda one: one.sign,
        "confidence": lambda one: one.confidence,
        "chosen": lambda one: one.chosen,
    }
    given = [key for key in reads if getattr(entry, key) is not None]
    has = "; ".join(f"{key}: {', '.join(sorted({str(reads[key](one)) for one in events})[:20])}" for key in given)
    return config.fault(
        f"data.{name}.{given[0]}", f"none of {len(events)} events that fits {', '.join(given)}", f"some of {has}",
        "widen the filter",
    )  # fmt: skip


def calendars() -> dict[str, Path]:
    """Name -> file of every calendar that comes with the engine or lies in the working directory."""
    found: dict[str, Path] = {}
    for folder in reversed(FOLDERS):
        found |= {path.stem: path for path in folder.glob("*") if path.suffix in (".csv", ".yaml", ".yml")}
    return dict(sorted(found.items()))


def _shipped(config: Config, name: str, calendar: str | None) -> Path:
    known = calendars()
    if calendar in known:
        return known[calendar]
    raise ConfigError(
        config.fault(
            f"data.{name}.calendar",
            f"`{calendar}`, which is no calendar",
            "one of: " + ", ".join(known),
            "choose one of them, or give your own with `path:`",
        )
    )
