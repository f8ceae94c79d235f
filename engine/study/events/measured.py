"""What each unit did in each window and era of an event study, every test of it, and era against era."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from engine.config.event_study import EventStudy, Window
from engine.market.table import Dates
from engine.measure.track import FloatArray
from engine.study.events.abnormal import (
    Abnormal,
    BoolArray,
    abnormal_returns,
    by_event,
    correlation_within_events,
    part_of,
)
from engine.study.events.effect import Effect, measure_effect
from engine.study.events.eras import Era, EraDifference, compare_eras, split_by_era
from engine.study.events.randomised import Randomised, event_values, ordinary_days, random_days, sign_flip
from engine.study.events.statistic import Statistic, student_quantile
from engine.study.events.windows import IntArray, Placement, Windows

#: The unit that is the mean of all units in each event.
POOLED = "pooled"
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class MeasuredEvents:
    """What one unit did around the events of one era, over one window. Returns as fractions, p-values two-sided.

    unit: a sleeve or asset, or `pooled`: the equally weighted mean of the units used in each event. window: first and
    last session from day zero. era: None for all events. events: those used. pairs: of an event and a unit.
    mean_car: mean over the events of the cumulative abnormal return. standard_error: from the spread between events;
    from the estimation windows (`from_forecast`) where there is one event alone. low, high: the 95% interval.
    share_up: of the events with a CAR above zero. smallest_visible: the effect that would have been found four times
    in five. correlation: mean over all pairs; within_events: over those that share an event. tests: by name, over the
    pairs; `by_event` over the events. sign_flip: None also where windows overlap. All figures but the counts are None
    where there is no event.
    """

    unit: str
    window: Window
    era: str | None
    events: int
    pairs: int
    mean_car: float | None
    standard_error: float | None
    from_forecast: bool
    low: float | None
    high: float | None
    share_up: float | None
    smallest_visible: float | None
    correlation: float | None
    within_events: float | None
    tests: Mapping[str, Statistic | None]
    by_event: Statistic | None
    sign_flip: Randomised | None
    random_days: Randomised | None


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """The mean CAR of a later era less that of the one before it; None where an era has fewer than two events."""

    unit: str
    window: Window
    earlier: str
    later: str
    of: EraDifference | None


@dataclass(frozen=True, slots=True)
class WindowCars:
    """The CARs of E events over one window. units: (E, U); pooled: (E,); NaN where there is none."""

    window: Window
    units: FloatArray
    pooled: FloatArray


@dataclass(frozen=True, slots=True)
class Figures:
    """Every effect, difference and CAR of a study: windows outermost, then eras, then units."""

    effects: tuple[MeasuredEvents, ...]
    differences: tuple[MeanDifference, ...]
    cars: tuple[WindowCars, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """What is measured: returns (T, U) of named units, factors, sessions, and the events placed on them.

    first: the first session that may be an event's or an ordinary day's day zero. hull: the windows, from the first
    session of all event windows to the last; every window uses the same events and the same estimation window.
    """

    names: tuple[str, ...]
    returns: FloatArray
    factors: FloatArray | None
    sessions: Dates
    first: int
    hull: Windows
    placed: Placement

    def windows_of(self, window: Window) -> Windows:
        """One event window, learnt from the estimation window that all share."""
        return Windows(self.hull.estimation, self.hull.gap + window[0] - self.hull.first, *window)


def eras_of(study: EventStudy) -> tuple[Era, ...]:
    """The study's eras."""
    return tuple(
        Era(
            one.title,
            None if one.from_ is None else np.datetime64(one.from_, "D"),
            None if one.to is None else np.datetime64(one.to, "D"),
        )
        for one in study.eras
    )


def measure_figures(study: EventStudy, around: Around) -> Figures:
    """Everything that is measured. Draws are the same for all windows and units of one era."""
    effects: list[MeasuredEvents] = []
    differences: list[MeanDifference] = []
    cars = []
    days = around.placed.days
    # Of all days, those of the events among them: only then is the events' mean one of the draws where nothing is.
    ordinary = ordinary_days(days[:0], len(around.sessions), around.hull)
    ordinary = ordinary[ordinary >= around.first]
    for window in study.window_sessions:
        windows = around.windows_of(window)
        abnormal = abnormal_returns(around.returns, days, windows, around.factors)
        usual = _usual_values(around, ordinary, windows)
        cars.append(WindowCars(window, abnormal.car, event_values(abnormal, standardised=False)))
        effects += _effects(study, around, window, abnormal, usual, ordinary)
        differences += _differences(study, around, cars[-1])
    return Figures(tuple(effects), tuple(differences), tuple(cars))


def _units(names: tuple[str, ...]) -> Iterator[tuple[str, list[int]]]:
    """Pooled first, where there are several."""
    if len(names) > 1:
        yield POOLED, [*range(len(names))]
    yield from ((name, [place]) for place, name in enumerate(names))


def _usual_values(around: Around, ordinary: IntArray, windows: Windows) -> FloatArray:
    """(D, U) or, where there are several units, (D, 1 + U): SCARs on ordinary days, pooled first."""
    pieces = []
    for begin in range(0, len(ordinary), PIECE):
        one = abnormal_returns(around.returns, ordinary[begin : begin + PIECE], windows, around.factors)
        own = np.where(one.used, one.scar, np.nan)
        pieces.append(np.column_stack([event_values(one), own]) if len(around.names) > 1 else own)
    return np.concatenate(pieces) if pieces else np.empty((0, 1 + len(around.names)))


#: Ordinary days that are computed at once.
PIECE = 256


def _effects(
    study: EventStudy, around: Around, window: Window, abnormal: Abnormal, usual: FloatArray, ordinary: IntArray
) -> Iterator[MeasuredEvents]:
    eras = eras_of(study)
    dates = around.sessions[around.placed.days]
    spans: list[tuple[str | None, BoolArray, BoolArray]] = [
        (None, np.ones(len(dates), np.bool_), np.ones(len(ordinary), np.bool_))
    ]
    own, others = split_by_era(dates, eras), split_by_era(around.sessions[ordinary], eras)
    spans += [(era.name, own[i], others[i]) for i, era in enumerate(eras)]
    apart = max(around.hull.width if study.overlap == "drop_later" else 1, study.separation_sessions)
    for name, events, days in spans:
        for place, (unit, columns) in enumerate(_units(around.names)):
            part = part_of(abnormal, events, np.array(columns))
            yield _measured(study, unit, window, name, part, usual[days, place], apart)


def _measured(
    study: EventStudy, unit: str, window: Window, era: str | None, part: Abnormal, usual: FloatArray, apart: int
) -> MeasuredEvents:
    pairs, whole = measure_effect(part), measure_effect(by_event(part))
    if pairs is None or whole is None:
        return _nothing(unit, window, era)
    error = whole.standard_error if whole.standard_error is not None else whole.forecast_error
    reach = _reach(whole, error)
    values = event_values(part)
    cars = event_values(part, standardised=False)
    return MeasuredEvents(
        unit=unit,
        window=window,
        era=era,
        events=whole.observations,
        pairs=pairs.observations,
        mean_car=whole.caar,
        standard_error=error,
        from_forecast=whole.standard_error is None,
        low=None if reach is None else whole.caar - reach,
        high=None if reach is None else whole.caar + reach,
        share_up=float(np.mean(cars[np.isfinite(cars)] > 0.0)),
        smallest_visible=whole.smallest_visible,
        correlation=pairs.correlation,
        within_events=correlation_within_events(part),
        tests=pairs.tests,
        by_event=whole.tests["adjusted_bmp"],
        sign_flip=None if _overlapping(part) else sign_flip(values, draws=study.permutations, seed=study.seed),
        random_days=random_days(values, usual, apart=apart, draws=study.permutations, seed=study.seed),
    )


def _nothing(unit: str, window: Window, era: str | None) -> MeasuredEvents:
    """Where no event could be measured."""
    return MeasuredEvents(
        unit=unit, window=window, era=era, events=0, pairs=0, mean_car=None, standard_error=None, from_forecast=False,
        low=None, high=None, share_up=None, smallest_visible=None, correlation=None,
        within_events=None, tests={}, by_event=None,
        sign_flip=None, random_days=None,
    )  # fmt: skip


def _reach(whole: Effect, error: float | None) -> float | None:
    """Half the width of the interval."""
    if error is None:
        return None
    df = None if whole.standard_error is None else whole.observations - 1
    return student_quantile(0.5 + LEVEL / 2.0, df) * error


def _overlapping(part: Abnormal) -> bool:
    days = np.sort(part.days[np.any(part.used, axis=1)])
    return bool((np.diff(days) < part.windows.width).any())


def _differences(study: EventStudy, around: Around, cars: WindowCars) -> Iterator[MeanDifference]:
    eras = eras_of(study)
    masks = split_by_era(around.sessions[around.placed.days], eras)
    for unit, columns in _units(around.names):
        values = cars.pooled if unit == POOLED else cars.units[:, columns[0]]
        for (one, before), (other, after) in pairwise(zip(eras, masks, strict=True)):
            found = compare_eras(values[before], values[after], draws=study.permutations, seed=study.seed)
            yield MeanDifference(unit, cars.window, one.name, other.name, found)
