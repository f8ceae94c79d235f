"""The dated events that a run could know of: entries of calendars, rare arrivals of series, and shocks it acted on.

A report marks them on the weights and stances that they moved; `overweight query` reads them as a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.config import Config, Impulse
from engine.config.own_sources import EventsSource
from engine.market.panel import Panel
from engine.market.sources import SOURCES
from engine.portfolio.asking import Heard
from engine.signals import Score
from engine.tables import Columns

if TYPE_CHECKING:
    from engine.result import Result

#: Values of a watched series that come more often than every so many sessions are data, not events.
RARE_SESSIONS = 42


@dataclass(frozen=True, slots=True)
class Event:
    """known: the session whose decision could first see it. happened: the day it is about.

    source: the `data` entry, or the strategy that scored it. score: what the strategy made of it under `impulse`, NaN
    where it made nothing.
    """

    known: np.datetime64
    happened: np.datetime64
    source: str
    label: str
    value: float
    score: float


def known_events_columns(result: Result) -> Columns:
    """A row per event, by the day on which it was known; of a blend also those of its parts."""
    setting = result.setting
    asked = [(setting.config, setting.panel), *((one.asked.config, one.asked.panel) for one in result.decided.heard)]
    unique = {id(config): (config, panel) for config, panel in asked}
    found = [event for config, panel in unique.values() for event in _dated(config, panel)]
    found = _with_scores(found, [one for heard in result.decided.heard for one in _scored(heard)])
    rows = sorted(dict.fromkeys(found), key=lambda one: (one.known, one.happened, one.source, one.label))
    return {
        "date": np.array([one.known for one in rows], dtype="datetime64[ms]"),
        "happened": np.array([one.happened for one in rows], dtype="datetime64[ms]"),
        "source": np.array([one.source for one in rows], dtype=object),
        "label": np.array([one.label for one in rows], dtype=object),
        "value": np.array([one.value for one in rows], dtype=np.float64),
        "score": np.array([one.score for one in rows], dtype=np.float64),
    }


def _dated(config: Config, panel: Panel) -> Iterator[Event]:
    """Entries of calendars, and values of watched series that come rarely. What was old on the first day is no news."""
    for source, key in _sources(config, panel).items():
        series = panel.series[key]
        there = (series.visible < len(panel.sessions)) & (series.visible > 0)
        calendar = isinstance(config.data[source], EventsSource)
        if not calendar and there.sum() * RARE_SESSIONS > len(panel.sessions):
            continue
        labels = _labels(config, source) if calendar else {}
        for day, value, visible in zip(series.dates[there], series.values[there], series.visible[there], strict=True):
            label = labels.get(day, f"{key} {value:g}")
            yield Event(panel.sessions[visible], day, source, label, float(value), np.nan)


def _sources(config: Config, panel: Panel) -> dict[str, str]:
    """By `data` entry the key of the series that stands for it: one that is watched, else any of a calendar."""
    watched = [panel.series_key(one.series) for one in config.watch.values() if one.series]
    calendars = [name for name, entry in config.data.items() if isinstance(entry, EventsSource)]
    others = [key for key in panel.series if key.partition(".")[0] in calendars]
    found: dict[str, str] = {}
    for key in (*filter(None, watched), *others):
        found.setdefault(key.partition(".")[0], key)
    return {source: key for source, key in found.items() if source in config.data}


def _labels(config: Config, source: str) -> dict[Any, str]:
    """By day what happened; the calendar was read already, so it is there and sound."""
    _, events = import_module(SOURCES["events"]).chosen_events(config, source)
    return {day: "; ".join(one.label for one in same if one.label) for day, same in groupby(events, lambda e: e.date)}


def _scored(heard: Heard) -> Iterator[tuple[Event, np.datetime64]]:
    """What a strategy under `impulse` scored, on the session on which it became known; of several, its first word.

    Beside each the day after which it must have become known: a score that does not say how old it is may answer to
    anything since the decision before.
    """
    asked = heard.asked
    if asked.strategy.brake is not None or not isinstance(asked.config.rule, Impulse):
        return
    done: set[tuple[str, int]] = set()
    sessions = asked.panel.sessions
    for session, before, answer in zip(asked.decisions.tolist(), heard.before.tolist(), heard.answers, strict=True):
        for name, one in (answer if isinstance(answer, Mapping) else {"": answer}).items():
            score = one if isinstance(one, Score) else None if one is None else Score(float(one))
            if score is None or not score.value or score.value != score.value:
                continue
            known = max(session - score.sessions_ago, 0)
            if (name, known) not in done:
                done.add((name, known))
                label = f"scored by {asked.strategy.name}" + (f" on {name}" if name else "")
                since = known - 1 if score.sessions_ago else min(before, known - 1)
                day = sessions[known]
                event = Event(day, day, asked.strategy.name, label, np.nan, float(score.value))
                yield event, sessions[since] if since >= 0 else sessions[0] - 1


def _with_scores(dated: list[Event], scored: list[tuple[Event, np.datetime64]]) -> list[Event]:
    """A score goes to the last dated events that it can be about; where there is none it is an event of its own."""
    joined, alone = [*dated], []
    for event, since in scored:
        last = max((one.known for one in dated if since < one.known <= event.known), default=None)
        if last is None:
            alone.append(event)
        joined = [
            replace(one, score=event.score) if one.known == last and one.score != one.score else one for one in joined
        ]
    return joined + alone
