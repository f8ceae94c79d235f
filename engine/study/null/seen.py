"""What is seen and not held, told of another time: prices of another era, events on other days or with other signs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.random import Generator

from engine.config import Config
from engine.market.panel import Panel, Series
from engine.market.sleeves import SleeveSeries
from engine.market.table import Dates, Matrix

#: Waits between values that differ by more than this (deviation over mean) are those of events, not of a calendar.
IRREGULAR = 0.5
#: At least this part of what there is lies between a series and itself shifted, both ways round.
APART = 0.1


def watched_sleeves(config: Config, sleeves: Mapping[str, SleeveSeries]) -> list[str]:
    """The sleeves of assets that are seen and not held."""
    return [name for name in config.watch if name in sleeves]


def watched_series(config: Config, panel: Panel) -> list[str]:
    """The series that a strategy may see, by key, without what cash earns and the dividends that are paid."""
    paid = {config.cash.rate, config.dividends}
    return [key for key in panel.series if key not in paid and key.partition(".")[0] not in paid]


def from_another_era(
    config: Config, panel: Panel, sleeves: Mapping[str, SleeveSeries], part: float
) -> tuple[Panel, dict[str, SleeveSeries]]:
    """Daily moves of all that is watched, moved along by one number of sessions; what moves past the end begins anew.

    The number is at least a year, where there are three of them, both ways round. part: from 0 to below 1, where it
    lies between least and most. From the first session on which all of it has begun.
    """
    names = watched_sleeves(config, sleeves)
    lone = np.flatnonzero(~panel.held)
    levels = np.column_stack([panel.prices[:, lone], *(sleeves[name].levels for name in names)])
    begun = int(np.argmax(~np.isnan(levels), axis=0).max())
    count = len(levels) - 1 - begun
    least = min(config.sessions_per_year, count // 3)
    shift = least + int(part * (count - 2 * least + 1))
    moved = _rolled(levels, begun, shift)
    prices = panel.prices.copy()
    prices[:, lone] = moved[:, : len(lone)]
    shifted = {name: replace(sleeves[name], levels=moved[:, len(lone) + i]) for i, name in enumerate(names)}
    return replace(panel, prices=prices), {**sleeves, **shifted}


def _rolled(levels: Matrix, begun: int, shift: int) -> Matrix:
    """(T, K) levels whose moves after the session `begun` are rolled forward."""
    moved = levels.copy()
    before, after = levels[begun:-1], levels[begun + 1 :]
    moves = np.divide(after, before, out=np.ones_like(after), where=before > 0.0)
    moved[begun + 1 :] = levels[begun] * np.cumprod(np.roll(moves, shift, axis=0), axis=0)
    return moved


def on_other_days(config: Config, panel: Panel, rng: Generator) -> Panel:
    """Every table of values told of other days, all of its columns alike.

    Events keep their values and the waits between them: the waits are put in another order and all of them moved along,
    round the time from the first event to the end. Values that come by the calendar stay on their days, and are moved
    along among them by a tenth of them or more: by whole weeks where there is one each day.
    """

    def change(own: list[Series]) -> list[Series]:
        return _events(own, panel.sessions, rng) if _are_events(own[0]) else _by_calendar(own, rng)

    return _changed(config, panel, change)


def with_other_signs(config: Config, panel: Panel, rng: Generator) -> Panel:
    """The signs of values above and below 0 turned round on half of the days; days and sizes stay."""

    def change(own: list[Series]) -> list[Series]:
        signs = rng.choice([-1.0, 1.0], len(own[0].values))
        return [replace(one, values=one.values * signs) if has_signs(one) else one for one in own]

    return _changed(config, panel, change)


def has_signs(one: Series) -> bool:
    """Whether a series has values above 0 and below."""
    return bool((one.values > 0.0).any() and (one.values < 0.0).any())


def _changed(config: Config, panel: Panel, change: Callable[[list[Series]], list[Series]]) -> Panel:
    changed = dict(panel.series)
    for keys in _by_table(watched_series(config, panel)):
        changed |= dict(zip(keys, change([panel.series[key] for key in keys]), strict=True))
    return replace(panel, series=changed)


def _by_table(keys: list[str]) -> Iterator[list[str]]:
    for table in dict.fromkeys(key.partition(".")[0] for key in keys):
        yield [key for key in keys if key.partition(".")[0] == table]


def _are_events(one: Series) -> bool:
    waits = np.diff(one.dates).astype(np.float64)
    return len(waits) < 2 or bool(waits.std() > IRREGULAR * waits.mean())


def _events(own: list[Series], sessions: Dates, rng: Generator) -> list[Series]:
    visible = own[0].visible
    if not len(visible):
        return own
    first, whole = int(visible[0]), len(sessions) - int(visible[0])
    waits = rng.permutation(np.diff(np.append(visible - first, whole)))
    places = (np.concatenate([[0], np.cumsum(waits[:-1])]) + rng.integers(whole)) % whole + first
    order = np.argsort(places, kind="stable")
    late = sessions[visible] - own[0].dates
    return [Series(one.values[order], (sessions[places] - late)[order], places[order]) for one in own]


def _by_calendar(own: list[Series], rng: Generator) -> list[Series]:
    count = len(own[0].values)
    least = max(int(count * APART), 1)
    shift = int(rng.integers(least, max(count - least, least + 1)))
    if np.median(np.diff(own[0].dates).astype(np.int64)) == 1 and count > 14:
        shift = max(round(shift / 7), 1) * 7
    return [replace(one, values=np.roll(one.values, shift)) for one in own]
