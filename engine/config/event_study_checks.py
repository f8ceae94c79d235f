"""What `event_study:` cannot know alone: whether its names stand in the file, and its windows can teach its factors."""

from __future__ import annotations

from collections.abc import Iterator

from engine.config.event_study import EventCalendar, EventShocks, MarketModel
from engine.config.marked import Found, Path
from engine.config.models import Config
from engine.config.own_sources import EventsSource
from engine.config.record import choice, did_you_mean

#: Degrees of freedom that a normal return must leave (engine/study/events/abnormal.py).
SPARE = 3


def event_study_findings(config: Config) -> Iterator[Found]:
    """Every fault between `event_study` and the blocks beside it."""
    study = config.event_study
    if study is None:
        return
    priced, series = _priced(config), _series(config)
    for i, name in enumerate(study.of):
        here = ("event_study", "of", str(i)) if len(study.of) > 1 else ("event_study", "of")
        if name not in priced:
            known = f"what has a price ({choice(priced)})"
            found = f"`{name}`, a series without a price" if name in series else f"the name `{name}`"
            yield here, found, known, did_you_mean(name, priced, "name a sleeve or an asset of this file")
        elif study.of.index(name) < i:
            yield here, f"`{name}` more than once", "each once", "remove the second one"
        elif name == "pooled":
            yield here, "a unit called `pooled`", "another name: `pooled` is all of them together", "rename the sleeve"
    yield from _factors(config, priced, series)
    if isinstance(study.events, EventCalendar):
        yield from _calendar(config, study.events.calendar)
    elif isinstance(study.events, EventShocks):
        yield from _shocks(config, study.events.shocks)


def _factors(config: Config, priced: list[str], series: list[str]) -> Iterator[Found]:
    study = config.event_study
    assert study is not None
    for i, name in enumerate(study.factors):
        key = ("market",) if isinstance(study.normal, MarketModel) else ("factors", str(i))
        here = ("event_study", "normal", *key)
        if name not in (*priced, *series):
            known = [*priced, *series]
            yield here, f"the name `{name}`", f"one of {choice(known)}", did_you_mean(name, known, "watch it first")
        elif name in study.of:
            found = f"`{name}`, which is measured itself"
            yield here, found, "something else to explain it", "name another, or take it out of `of`"
        elif study.factors.index(name) < i:
            yield here, f"`{name}` more than once", "each once", "remove the second one"
        else:
            yield from _within(config, name, here)
    least = 1 + len(study.factors) + SPARE
    if study.estimation_sessions < least:
        found = f"{study.estimation_sessions} sessions for {1 + len(study.factors)} coefficients"
        cure = f"write {least} at least; 120 or more are usual"
        yield ("event_study", "estimation_sessions"), found, f"at least {least}", cure


def _within(config: Config, factor: str, here: Path) -> Iterator[Found]:
    """A factor that is wholly a part of what it explains: it would call its own share of the effect normal."""
    assert config.event_study is not None
    theirs = assets_of(config, factor)
    unit = next((unit for unit in config.event_study.of if theirs and theirs <= assets_of(config, unit)), None)
    if unit is not None:
        cure = f"name an index that is broader than `{unit}`"
        yield here, f"`{factor}`, a part of `{unit}`, which it is to explain", "what is no part of it", cure


def assets_of(config: Config, name: str) -> frozenset[str]:
    """The members of a sleeve; an asset alone; of a series nothing."""
    sleeve = {**config.watch, **config.hold}.get(name)
    if sleeve is None:
        return frozenset((name,))
    return frozenset(() if sleeve.series is not None else sleeve.members)


def _calendar(config: Config, name: str) -> Iterator[Found]:
    calendars = [key for key, source in config.data.items() if isinstance(source, EventsSource)]
    watched = {key: (one.series or "").partition(".")[0] for key, one in config.watch.items()}
    if name in calendars or watched.get(name) in calendars:
        return
    known = [*calendars, *(key for key, source in watched.items() if source in calendars)]
    example = f"add `{name}: {{source: events, calendar: {name}}}` under `data:`"
    cure = did_you_mean(name, known, example) if known else example
    found = f"`{name}`, which is no calendar" if name in (*config.data, *config.watch) else f"the name `{name}`"
    expected = f"a `data` entry of `source: events`{f' ({choice(known)})' if known else ''}"
    yield ("event_study", "events", "calendar"), found, expected, cure


def _shocks(config: Config, name: str) -> Iterator[Found]:
    series = _series(config)
    if name in series or (name not in config.watch and name.partition(".")[0] in config.data):
        return
    known = [*series, *(f"{source}.*" for source in config.data)]
    found = f"`{name}`, a sleeve of assets" if name in config.watch or name in config.hold else f"the name `{name}`"
    cure = did_you_mean(name, series, "watch one: `name: {series: source.column}`")
    yield ("event_study", "events", "shocks"), found, f"a watched series or one of `data` ({choice(known)})", cure


def _priced(config: Config) -> list[str]:
    """Sleeves, then assets."""
    sleeves = {**config.hold, **{name: one for name, one in config.watch.items() if one.series is None}}
    return [*sleeves, *sorted({label for one in sleeves.values() for label in one.members} - sleeves.keys())]


def _series(config: Config) -> list[str]:
    return [name for name, one in config.watch.items() if one.series is not None]
